"""Whose an entry and a control are: what is not certainly ours is left alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from probes.journeys.finding import locate
from probes.journeys.listing import Sought, showing

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

Where = Literal["entry", "apart", "page"]
_SOURCE: Final = Path(__file__).with_name("ours.js").read_text("utf-8")
# The one entry that says exactly what is ours, as
# [index of what shows it, how far up it is, who wrote it].
_ENTRY: Final = f"""(marks, sought) => {{ {_SOURCE}
  const {{entryOf, authorsOf}} = ownership(sought);
  const found = marks.slice(0, 40).map((mark, at) => ({{mark, at, entry: entryOf(mark)}}))
    .filter(({{mark, entry}}) => entry && !mark.closest(sought.remarks));
  if (new Set(found.map(({{entry}}) => entry)).size !== 1) return null;
  const by = authorsOf(found[0].entry).join();
  if (sought.by !== null && by !== sought.by) return null;
  let up = 0;
  for (let e = found[0].mark; e !== found[0].entry; e = e.parentElement) up++;
  return [found[0].at, up, by];
}}"""
_BELONGS: Final = f"""(control, [sought, where]) => {{ {_SOURCE}
  return ownership(sought).belongs(control, where);
}}"""
_IS_ABOUT: Final = f"""sought => {{ {_SOURCE}
  const {{named}} = ownership(sought);
  return [...document.querySelectorAll("h1, h2, h3, [role=heading], legend")].slice(0, 50)
    .some(e => !e.closest("nav, aside") && e.checkVisibility() && named.test(e.innerText));
}}"""


async def own_entry(page: Page, sought: Sought) -> Locator | None:
    """The entry that says what is *sought* and nothing else; None when there are several, or doubt.

    Beside it may stand who wrote it, when, how large it is, and what can be done with it.
    """
    found = await _found(page, sought)
    return found[0] if found else None


async def author(page: Page, sought: Sought) -> str | None:
    """Who wrote the entry, empty where that is not told; None without such an entry."""
    found = await _found(page, sought)
    return found[1] if found else None


async def _found(page: Page, sought: Sought) -> tuple[Locator, str] | None:
    shown = showing(page, sought)
    if sought.template:
        around = locate(page, sought.template.replace("{name}", sought.token))
        shown = around.filter(visible=True).and_(shown).or_(shown.and_(around.locator("*")))
    best = await shown.evaluate_all(_ENTRY, _told(sought))
    if best is None:
        return None
    at, up, by = best
    return shown.nth(at).locator(f"xpath=ancestor-or-self::*[{up + 1}]"), by


async def belongs(control: Locator, sought: Sought, where: Where = "entry") -> bool:
    """Whether *control* acts on what is *sought*, by the nearest words around it.

    What appeared only after the entry was chosen may stand apart from it; on a page about it, the
    control must lead to that page's own address, or the page say nothing else.
    """
    return bool(await control.evaluate(_BELONGS, [_told(sought), where]))


async def is_about(page: Page, sought: Sought) -> bool:
    """Whether a heading of the page names it."""
    return bool(await page.evaluate(_IS_ABOUT, _told(sought)))


def _told(sought: Sought) -> dict[str, Any]:
    return {
        "token": sought.token.lower(),
        "says": [text.replace("{name}", sought.token) for text in sought.says] or [sought.token],
        "beside": list(sought.beside),
        "byName": sought.by_name,
        "by": sought.by,
        "remarks": sought.remarks,
    }
