"""One look at a page tells all that matters at that moment, for the price of one round trip.

The looking itself is done in the page, which is also where it waits: asking again and again from
outside costs more than everything else a journey does.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from probes.browser import api
from probes.journeys.vocabulary import WORDS

if TYPE_CHECKING:
    from playwright.async_api import Frame, Locator, Page

_HERE: Final = Path(__file__)
_SOURCE: Final = "".join(
    _HERE.with_name(f"{name}.js").read_text("utf-8") for name in ("room", "eye")
)
# The words are part of the text: as an argument they would be taken apart on every way.
_EYE: Final = f"async asked => {{ asked.words = {json.dumps(WORDS)};\n{_SOURCE}}}"
_OVERHEAD: Final = timedelta(seconds=2)
_HESITATING: Final = timedelta(milliseconds=700)
_HALF: Final = timedelta(milliseconds=150)
LATE: Final = timedelta(seconds=3)  # until a program that answered with an error shows a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to look for. `until` is when a look is worth coming back with before its time is up:

    form      the fields to sign in with; or what may stand before them, when they are late
    password  a password field, or a complaint that lasts
    outcome   signed in, or a complaint that lasts, or a field for a code that is not filled in
    """

    until: Literal["", "form", "password", "outcome"] = ""
    form: bool = False
    """The fields for signing in; `user` says whether one for the user name is wanted."""
    user: bool = False
    code: bool = False
    typed: bool = False
    """Whether a code was sent already, so that its field may stay until the next page is there."""
    remember: bool = False
    own: Sequence[str] = ()
    """What was marked beforehand, as `mark` does, and is not to be guessed."""
    text: str = ""
    complaints: bool = False
    known: Sequence[str] = ()
    """Complaints that are none."""
    lasting: timedelta = timedelta()
    """How long a complaint has to be there."""
    banner: bool = False
    opener: bool = False
    shown: bool = False
    ends: bool = False
    """Whether nothing was pressed yet that an error without a form may still be the result of."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen. Things that were found are marked; see `marked`."""

    user: bool = False
    password: bool = False
    submit: bool = False
    remember: bool = False
    code: int = 0
    """The number of fields for a code: one, or one for each digit."""
    filled: Sequence[str] = ()
    says: Sequence[str] = ()
    """Complaints, shortest first."""
    lasts: bool = False
    expected: bool | None = None
    """Whether the text is there; None where none was asked for."""
    ready: bool = False
    banner: bool = False
    opener: bool = False
    frames: bool = False
    answers: Mapping[str, Any] | None = None
    """Address and status of the page, or of what it asked for last, where that is an error."""
    shown: Mapping[str, Any] | None = None
    decided: bool = False
    """Whether it is what the look was for, rather than the end of its time."""
    ended: bool = False
    """Whether the page is an error without a form, and will hardly become anything else."""


_LOOK: Final = tuple(each.name for each in fields(Look))


async def look(where: Page | Frame, asked: Asked, patience: timedelta = timedelta()) -> Look | None:
    """None when the page went away meanwhile, or does not answer."""
    given = asdict(asked) | {
        "patience": patience / timedelta(milliseconds=1),
        "lasting": asked.lasting / timedelta(milliseconds=1),
        "hesitating": _HESITATING / timedelta(milliseconds=1),
        "late": LATE / timedelta(milliseconds=1),
        "half": _HALF / timedelta(milliseconds=1),
    }
    try:
        async with asyncio.timeout((patience + _OVERHEAD).total_seconds()):
            seen = await where.evaluate(_EYE, given)
    except TimeoutError:
        return None
    except api.Error as error:
        if is_moving(error):
            return None
        raise
    if not isinstance(seen, dict):  # the page has put something else in the place of it
        return None
    return Look(**{name: seen[name] for name in _LOOK if name in seen})


def marked(where: Page | Frame, what: str) -> Locator:
    """What a look has found."""
    return where.locator(f"[data-trueup={what}]")


async def mark(found: Locator, what: str) -> bool:
    """Marks the first visible one of *found* instead of a guess; whether there is one."""
    there: bool = await found.filter(visible=True).evaluate_all(_MARK, what)
    return there


_MARK: Final = """(all, what) => {
  const old = document.querySelectorAll(`[data-trueup=${what}]`);
  old.forEach(one => one.removeAttribute("data-trueup"));
  if (all[0]) all[0].setAttribute("data-trueup", what);
  return all.length > 0;
}"""
_MOVING: Final = (
    "context was destroyed",
    "navigating",
    "Frame was detached",
    "frame was detached",
    "Cannot find context",
    "frame got detached",
)


def is_moving(error: api.Error) -> bool:
    """Whether *error* only says that the page was being replaced by the next one."""
    return any(said in str(error) for said in _MOVING)


def description(seen: Look | None) -> tuple[str, str]:
    """The page by its name, and what it shows, for a sentence about what it does not."""
    if seen is None or seen.shown is None:
        return "the page", "it does not answer"
    shown = seen.shown
    named = f'the page "{shown["title"]}"' if shown["title"] else "the page, which has no title,"
    parts = [f'the heading "{shown["heading"]}"'] if shown["heading"] else []
    for what in ("fields", "buttons"):
        if texts := shown[what]:
            quoted = ", ".join(f'"{text}"' for text in texts)
            parts.append(f"the {what if len(texts) > 1 else what[:-1]} {quoted}")
    return named, f"there is {' and '.join(parts)}" if parts else "there is no field or button"
