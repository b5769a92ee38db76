"""Questions that a page asks in front of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from probes.journeys.finding import first_visible

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_DIALOGS: Final = (
    "dialog, [aria-modal=true], [role=dialog], [role=alertdialog], [class*=modal i], [id*=modal i],"
    " [class*=popconfirm i], [class*=popover i], [popover], [class*=confirm i]"
)


async def saying_yes(page: Page, named: re.Pattern[str]) -> Locator | None:
    """What says yes to the question that is asked at this moment, if there is one."""
    asked = page.locator(_DIALOGS).filter(visible=True)
    buttons = asked.get_by_role("button", name=named, disabled=False)
    links = asked.get_by_role("link", name=named, disabled=False)
    return await first_visible(buttons.or_(links))
