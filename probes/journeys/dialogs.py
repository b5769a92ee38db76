"""Questions that a page asks in front of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_DIALOGS: Final = (
    "dialog, [aria-modal=true], [role=dialog], [role=alertdialog], [class*=modal i], [id*=modal i],"
    " [class*=popconfirm i], [class*=popover i], [popover], [class*=confirm i]"
)
# The first that lies in front of the page; a class alone may belong to a row of a list.
_IN_FRONT: Final = """all => all.findIndex(one => {
  for (let e = one; e && e !== document.body; e = e.parentElement)
    if (e.matches("dialog, [aria-modal=true], [role=dialog], [role=alertdialog], [popover]")
      || ["fixed", "absolute"].includes(getComputedStyle(e).position)) return true;
  return false; })"""


async def saying_yes(page: Page, named: re.Pattern[str]) -> Locator | None:
    """What says yes to the question that is asked at this moment, if there is one."""
    asked = page.locator(f":is({_DIALOGS}):not(html, body)").filter(visible=True)
    buttons = asked.get_by_role("button", name=named, disabled=False)
    links = asked.get_by_role("link", name=named, disabled=False)
    visible = buttons.or_(links).filter(visible=True)
    at: int = await visible.evaluate_all(_IN_FRONT)
    return visible.nth(at) if at >= 0 else None
