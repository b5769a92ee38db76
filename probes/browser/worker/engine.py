"""One Playwright driver with one browser: started, asked whether it lives, ended."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from probes.browser import api
from probes.browser.troubles import BrowserTrouble
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Playwright

T = TypeVar("T")

_START: Final = timedelta(seconds=20)
ANSWER: Final = timedelta(seconds=1.5)
_CLOSE: Final = timedelta(seconds=3)
_STOP: Final = timedelta(seconds=2)
_KEPT: Final = re.compile(
    r"PATH|HOME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|USER|LOGNAME|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY"
    r"|XDG_\w+|FONTCONFIG_\w+|LD_LIBRARY_PATH|DBUS_SESSION_BUS_ADDRESS"
)
"""What a browser is given of our environment, which may hold secrets."""


class Engine:
    """`folder` is where everything it makes is kept."""

    def __init__(self, executable: str, folder: Path, playwright: Playwright) -> None:
        self._executable = executable
        self.folder = folder
        self.downloads = folder / "downloads"
        self.traces = folder / "traces"
        self.playwright = playwright
        self._browser: Browser | None = None

    @classmethod
    async def start(
        cls, executable: str, folder: Path, starting: Awaitable[Playwright] | None = None
    ) -> Engine:
        """Raises BrowserTrouble when it does not stand within 20 s."""
        try:
            async with asyncio.timeout(_START.total_seconds()):
                playwright = await (starting or start_driver())
                engine = cls(executable, folder, playwright)
                await engine._launch()
                return engine
        except Exception as error:  # noqa: BLE001 - a driver that dies raises a bare one
            raise _unavailable(f"{executable} did not start: {_why(error)}") from None

    @property
    def browser(self) -> Browser:
        if self._browser is None:
            raise _unavailable(f"{self._executable} did not start again")
        return self._browser

    async def answers(self, page: Page) -> bool:
        """Whether the browser is alive: a round trip, as `is_connected` outlives the driver.

        It is asked for its cookies, of which the page has no part: a page that computes for ever
        does not answer itself.
        """
        try:
            await within(ANSWER, page.context.cookies())
        except (api.Error, TimeoutError):
            return False
        return True

    async def relaunch(self) -> None:
        """Another browser by the same driver; none when it does not come."""
        browser, self._browser = self._browser, None
        with suppress(api.Error, TimeoutError):
            if browser is not None:
                await within(_CLOSE, browser.close())
            await within(_START, self._launch())

    async def close(self) -> None:
        """Ends browser and driver; whoever started us ends what does not go by itself."""
        with suppress(api.Error, TimeoutError):
            if self._browser is not None:
                await within(_CLOSE, self._browser.close())
        with suppress(api.Error, TimeoutError, OSError):
            await within(_STOP, self.playwright.stop())

    async def _launch(self) -> None:
        self._browser = await self.playwright.chromium.launch(
            executable_path=self._executable,
            headless=True,
            chromium_sandbox=os.geteuid() != 0,
            downloads_path=self.downloads,
            traces_dir=self.traces,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            timeout=_START.total_seconds() * 1000,
            env={key: value for key, value in os.environ.items() if _KEPT.fullmatch(key)},
        )


async def start_driver() -> Playwright:
    starter = api.async_playwright()
    playwright = await starter.start()
    _read_the_last_error_of(starter)
    return playwright


async def within(limit: timedelta, work: Awaitable[T]) -> T:
    """What *work* gives. Raises TimeoutError after *limit*."""
    async with asyncio.timeout(max(0.0, limit.total_seconds())):
        return await work


def _read_the_last_error_of(starter: Any) -> None:
    """Keeps asyncio from logging, with a traceback, what nobody asked when a driver dies."""
    transport = getattr(getattr(starter, "_client", None), "_transport", None)
    future = getattr(transport, "on_error_future", None)
    if isinstance(future, asyncio.Future):
        future.add_done_callback(lambda done: done.cancelled() or done.exception())


def _unavailable(sentence: str) -> BrowserTrouble:
    return BrowserTrouble(Reason.BROWSER_UNAVAILABLE, sentence)


def _why(error: Exception) -> str:
    """The line of a launch error that says something: what the browser itself wrote, if it did."""
    text = str(error) or "it took longer than 20s"
    own = re.search(r"\[err\]\s*(.+)", text) or re.search(r"(?m)^\s*(.*exitCode=.*)$", text)
    return (own[1] if own else text.splitlines()[0])[:200]
