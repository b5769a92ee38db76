"""One Playwright driver with one browser: started, asked whether it lives, ended for certain."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from probes.browser import api
from probes.browser.folder import clear, started_in
from probes.browser.troubles import BrowserTrouble
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

T = TypeVar("T")

_START: Final = timedelta(seconds=20)
_ANSWER: Final = timedelta(seconds=5)
_STOP: Final = timedelta(seconds=2)
_VIEW: Final = {"width": 1280, "height": 800}
_log = logging.getLogger(__name__)


class Engine:
    """`downloads` is the folder of what pages download; `broken`, once true, stays so."""

    def __init__(self, folder: Path, playwright: Playwright, browser: Browser) -> None:
        self._folder = folder
        self._playwright = playwright
        self._browser = browser
        self.downloads = folder / "downloads"
        self.broken = False

    @classmethod
    async def start(cls, executable: str, folder: Path) -> Engine:
        """Raises BrowserTrouble when it does not stand within 20 s; leaves nothing behind then."""
        try:
            async with asyncio.timeout(_START.total_seconds()):
                playwright = await _start_driver(folder)
                return cls(folder, playwright, await _launch(playwright, executable, folder))
        except BaseException as error:
            await asyncio.to_thread(_destroy, folder)
            if isinstance(error, Exception):  # a driver that dies now raises a bare one
                raise _unavailable(f"{executable} did not start: {_why(error)}") from None
            raise

    async def new_context(self) -> BrowserContext:
        """A fresh context. Raises BrowserTrouble when the browser gives none within 5 s."""
        try:
            return await within(_ANSWER, self._browser.new_context(viewport=_VIEW))  # type: ignore[arg-type] # a TypedDict by content
        except (api.Error, TimeoutError):
            self.broken = True
            raise BrowserTrouble(Reason.BROWSER_CRASHED, "the browser died or hangs") from None

    async def answers(self) -> bool:
        """Whether the browser is alive: a round trip, as `is_connected` outlives the driver."""
        try:
            await within(_ANSWER, (await self.new_context()).close())
        except (BrowserTrouble, api.Error, TimeoutError):
            self.broken = True
        return not self.broken

    async def close(self) -> None:
        """Ends browser and driver, by force where they do not go by themselves."""
        if not self.broken:
            with suppress(api.Error, TimeoutError):
                await within(_ANSWER, self._browser.close())
        with suppress(api.Error, TimeoutError, OSError):
            await within(_STOP, self._playwright.stop())
        await asyncio.to_thread(_destroy, self._folder)


async def within(limit: timedelta, work: Awaitable[T]) -> T:
    """What *work* gives. Raises TimeoutError after *limit*."""
    async with asyncio.timeout(limit.total_seconds()):
        return await work


async def _start_driver(folder: Path) -> Playwright:
    begin = await asyncio.to_thread(lambda: api.async_playwright)  # imports, which takes a while
    starter = begin()
    with started_in(folder):
        playwright = await starter.start()
    _read_the_last_error_of(starter)
    return playwright


async def _launch(playwright: Playwright, executable: str, folder: Path) -> Browser:
    return await playwright.chromium.launch(
        executable_path=executable,
        headless=True,
        chromium_sandbox=os.geteuid() != 0,
        downloads_path=folder / "downloads",
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
        timeout=_START.total_seconds() * 1000,
    )


def _read_the_last_error_of(starter: Any) -> None:
    """Keeps asyncio from logging, with a traceback, what nobody asked when a driver dies."""
    transport = getattr(getattr(starter, "_client", None), "_transport", None)
    future = getattr(transport, "on_error_future", None)
    if isinstance(future, asyncio.Future):
        future.add_done_callback(lambda done: done.cancelled() or done.exception())


def _destroy(folder: Path) -> None:
    if count := clear(folder):
        _log.info("ended %d browser processes that did not end by themselves", count)


def _unavailable(sentence: str) -> BrowserTrouble:
    return BrowserTrouble(Reason.BROWSER_UNAVAILABLE, sentence)


def _why(error: Exception) -> str:
    """The line of a launch error that says something: what the browser itself wrote, if it did."""
    text = str(error) or "it took longer than 20s"
    own = re.search(r"\[err\]\s*(.+)", text) or re.search(r"(?m)^\s*(.*exitCode=.*)$", text)
    return (own[1] if own else text.splitlines()[0])[:200]
