"""Turning the pages of a list, for an entry that is not on the first of them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.journeys.fetching import same_place
from probes.journeys.finding import first_visible
from probes.journeys.listing import Sought, entry
from probes.journeys.sight import Sight

if TYPE_CHECKING:
    from playwright.async_api import Locator

# Where the last page of the list is, and whether there may be more than is shown.
_LAST: Final = r"""() => {
  const around = "nav, [role=navigation], [class*=pagina i], [class*=pager i], [class*=page-n i]";
  const links = [...document.querySelectorAll("a[href]")].slice(0, 2000)
    .filter(a => /^https?:/.test(a.href));
  const said = a => (a.innerText || a.ariaLabel || a.title || "").trim();
  const last = links.find(a => a.rel === "last") || links.find(a => a.closest(around)
    && /^\W*(last|letzte|dernière|última|ultima)\b|^(»»|»\||>>|>\|)$/i.test(said(a)));
  const numbered = links.filter(a => a.closest(around) && /^\d{1,6}$/.test(said(a)))
    .sort((a, b) => Number(said(b)) - Number(said(a)))[0];
  const next = links.find(a => a.rel === "next");
  const found = last || numbered || next;
  window.scrollTo(0, document.documentElement.scrollHeight);
  return found ? found.href : "";
}"""
_MORE: Final = re.compile(
    r"^\W*(load|show|view|see)\b.{0,20}\b(more|all|older|newer|next)\b"
    r"|^\W*(more|last|next)\b.{0,12}$|mehr (laden|anzeigen)|charger plus|cargar más",
    re.IGNORECASE,
)
LOOK_AGAIN: Final = timedelta(seconds=3)
"""How long an entry is waited for where it should be, before it is looked for elsewhere."""
_A_MOMENT: Final = timedelta(seconds=1.5)
_TURNS: Final = 3


async def on_another_page(sight: Sight, sought: Sought) -> Locator | None:
    """The entry on the last page of a list, or what appears when more is asked for.

    A search is no way to it: what was searched for is shown whether it was found or not.
    """
    before = sight.page.url
    last: str = await sight.page.evaluate(_LAST)
    if last and last != before and same_place(last, before):
        await sight.open(last)
        if found := await _look(sight, sought):
            return found
    return await _by_more(sight, sought)


async def _by_more(sight: Sight, sought: Sought) -> Locator | None:
    for _ in range(_TURNS):
        more = await first_visible(sight.page.get_by_role("button", name=_MORE, disabled=False))
        if more is None:
            return None
        await more.click()
        if found := await _look(sight, sought):
            return found
    return None


async def _look(sight: Sight, sought: Sought) -> Locator | None:
    async def ask() -> Locator | None:
        return await entry(sight.page, sought)

    return await sight.soon(ask, _A_MOMENT)
