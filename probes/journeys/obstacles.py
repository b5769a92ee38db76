"""What stands between a visitor and the page: banners that ask about cookies, before all."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.browser import Failure, api
from probes.journeys.looking import Asked, look, marked
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_BRIEF: Final = timedelta(milliseconds=1500)
_GOING: Final = timedelta(seconds=1)
_OVER: Final = re.compile(r"(<[^\n]{1,80}?>)[^\n]*intercepts pointer events")
_MOST: Final = 2  # layers, one behind the other


async def clear(page: Page) -> bool:
    """Dismisses a banner about cookies, by refusing where it can be refused; whether there was one.

    Banners of the common makers are known, others by their words.
    """
    cleared = False
    for _ in range(_MOST):
        seen = await look(page, Asked(banner=True))
        if seen is None or not seen.banner or not await dismiss(page):
            break
        cleared = True
    return cleared


async def dismiss(page: Page) -> bool:
    """Presses what a look has found to dismiss a banner with."""
    button = marked(page, "banner")
    try:
        await button.click(timeout=_ms(_BRIEF))
        await button.wait_for(state="hidden", timeout=_ms(_GOING))
    except api.Error:  # it went by itself, or lies below another
        return False
    return True


_DONE: Final = "click action done"  # in Playwright's log of what it did before time was up


async def press(target: Locator) -> None:
    """Clicks *target*; when something is in the way, moves that aside first.

    Raises Failure when something lies over it all the same, and Playwright's TimeoutError when it
    cannot be clicked for another reason.
    """
    try:
        await target.click(timeout=_ms(_BRIEF))
    except api.TimeoutError as error:
        if _DONE in str(error):  # it waits for the page that the click has opened
            return
        await clear(target.page)
        await _press_for_long(target)


async def _press_for_long(target: Locator) -> None:
    try:
        await target.click()
    except api.TimeoutError as error:
        if over := _OVER.search(str(error)):
            said = f"the button cannot be pressed: {over[1]} lies over it"
            raise Failure(Reason.STEP_TIMEOUT, said) from None
        raise


def _ms(span: timedelta) -> float:
    return span / timedelta(milliseconds=1)
