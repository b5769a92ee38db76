"""What earlier runs could not remove, as they were killed: found by its name and its age."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from probes.browser import Failure, api
from probes.journeys.listing import Sought, age_of, ours
from probes.journeys.owning import author
from probes.journeys.removing import Removing
from probes.journeys.sight import Sight

MOST: Final = 3  # of one run
# No run takes as long as this, here or at another site; what is older than the other was not ours.
_OLD: Final = timedelta(minutes=15)
_ANCIENT: Final = timedelta(days=400)
_A_MOMENT: Final = timedelta(seconds=2)
_AT_MOST: Final = timedelta(seconds=10)
_SAID: Final = r"""(pattern) => {
  const said = [document.body ? document.body.innerText.slice(0, 300000) : ""];
  for (const e of [...document.querySelectorAll("[title]")].slice(0, 2000)) said.push(e.title);
  const found = said.join("\n").matchAll(new RegExp(pattern, "gi"));
  return [...new Set([...found].map(one => one[1].toLowerCase()))].slice(0, 100);
}"""


async def left_overs(sight: Sight, prefix: str, sought: Sought) -> Sequence[Sought]:
    """Up to three that the page shows with *prefix* before them, of runs long over.

    They are *sought* as the entry of this run, which is still there, and by the same author.
    """
    found: list[str] = await sight.page.evaluate(_SAID, ours(prefix))
    old = [token for token in found if _OLD <= age_of(token) <= _ANCIENT][:MOST]
    by = await author(sight.page, sought) if old else None
    return [replace(sought, token=token, by=by) for token in old] if by is not None else []


async def remove_left_overs(sight: Sight, left: Sequence[Sought], *, thorough: bool = True) -> None:
    """Removes them from this page, where they say exactly what was sent.

    Takes no more than half of the time that is left, nor more than ten seconds.
    """
    limit = min(_AT_MOST, sight.visit.left() / 2).total_seconds()
    with suppress(TimeoutError, Failure, api.Error):  # the next run sees them again
        async with asyncio.timeout(limit):
            for old in left:
                removing = Removing(sight, old, thorough=thorough)
                await sight.soon(removing.is_listed, _A_MOMENT)
                await removing.remove()
