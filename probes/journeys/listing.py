"""Finding an entry again by a unique part of its name, and what belongs to it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from probes.journeys.finding import first_visible, locate

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

# Passing remarks such as "report.txt was added", which are no proof that it is listed.
_REMARK: Final = (
    "[role=alert], [role=status], [role=alertdialog], [class*=toast i], [class*=flash i],"
    " [class*=notif i], .messages, .message-list, .alert"
)
_EDITABLE: Final = "textarea, [contenteditable=true], [contenteditable=''], script, style, title"
_SHOWN_BY: Final = '[href*="{0}"], [src*="{0}"], [alt*="{0}"], [title*="{0}"]'
# How far up from the name the entry reaches: to the row or item around it, else to the first of
# several that look alike.
_REACH: Final = r"""element => {
  const row = element.closest("tr, li, article, [role=row], [role=listitem], [role=article]");
  let reach = 0;
  for (let e = element; e && e !== document.body; e = e.parentElement, reach++) {
    if (e === row) return reach;
    if (!row && reach < 6 && e.className && [...e.parentElement.children].some(other =>
      other !== e && other.tagName === e.tagName && other.className === e.className)) return reach;
  }
  return Math.min(reach, 2);
}"""


def unique() -> str:
    """What makes a name stand out, and survives being made part of an address or lower case."""
    return secrets.token_hex(5)


async def entry(page: Page, token: str, template: str = "") -> Locator | None:
    """The visible entry that shows *token*, or the one at the locator *template*."""
    if template:
        return await first_visible(locate(page, template.replace("{name}", token)))
    name = await _name(page, token)
    if name is None:
        return None
    reach = await name.evaluate(_REACH)
    return name.locator(f"xpath=ancestor-or-self::*[{reach + 1}]")


async def _name(page: Page, token: str) -> Locator | None:
    said = page.get_by_text(token).and_(page.locator(f":not(:is({_EDITABLE}))"))
    for candidates in (said, page.locator(_SHOWN_BY.format(token))):
        visible = candidates.filter(visible=True)
        for at in range(min(await visible.count(), 10)):
            if not await _is_remark(visible.nth(at)):
                return visible.nth(at)
    return None


async def _is_remark(element: Locator) -> bool:
    within = f"{_REMARK}, [contenteditable=true], [contenteditable='']"
    return bool(await element.evaluate("(e, within) => !!e.closest(within)", within))
