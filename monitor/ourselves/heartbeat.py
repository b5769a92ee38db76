"""A sign of life towards somebody outside, who calls when it stops.

Silence is the only thing that every such service understands in the same way. So while something
is wrong nothing is sent, not even a word about what it is: there are services that take whatever
arrives for a sign of life.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import httpx

from monitor.channels.trouble import way_trouble
from monitor.config.model import Heartbeat as Settings
from monitor.log import get_logger
from monitor.ourselves.soundness import Figures, troubles_of

PATIENCE: Final = timedelta(seconds=10)
AGAIN: Final = timedelta(seconds=10)
"""After a sign that was not sent, or not taken."""

Measure = Callable[[], Awaitable[Figures]]

log = get_logger()


class Heartbeat:
    """Sends a GET, again and again, for as long as *measure* gives figures that are sound."""

    def __init__(self, client: Callable[[], httpx.AsyncClient], measure: Measure) -> None:
        self._client = client
        self._measure = measure
        self._settings: Settings | None = None
        self._changed = asyncio.Event()
        self._said = ""

    def configure(self, settings: Settings | None) -> None:
        """Begins, goes on elsewhere, or stops."""
        if settings != self._settings:
            self._settings = settings
            self._changed.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._changed.clear()
            settings = self._settings
            if settings is None:
                await self._changed.wait()
                continue
            trouble = await self._trouble(settings)
            self._say(trouble)
            pause = min(settings.every, AGAIN) if trouble else settings.every
            try:
                async with asyncio.timeout(pause.total_seconds()):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _trouble(self, settings: Settings) -> str:
        """Why there was no sign of life; empty when there was one."""
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                figures = await self._measure()
        except Exception as trouble:  # noqa: BLE001 - what cannot be measured is not sound
            return f"cannot tell whether all is well: {type(trouble).__name__}"
        if wrong := troubles_of(figures, 2 * settings.every):
            return "; ".join(wrong)
        return await self._send(settings.url)

    async def _send(self, url: str) -> str:
        """Why it was not taken; empty when it was. Never says the address, which is a secret."""
        try:
            async with (
                asyncio.timeout(PATIENCE.total_seconds()),
                self._client().stream(
                    "GET", url, timeout=PATIENCE.total_seconds(), follow_redirects=False
                ) as answer,
            ):
                return "" if answer.is_success else f"the other side answered {answer.status_code}"
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            return way_trouble(error)

    def _say(self, trouble: str) -> None:
        """Once, and again when it is another one or over."""
        kind = trouble.translate(_NO_DIGITS)
        if kind == self._said:
            return
        self._said = kind
        if trouble:
            log.error("no sign of life is sent", why=trouble)
        else:
            log.info("the sign of life is sent again")


_NO_DIGITS: Final = str.maketrans("", "", "0123456789")
