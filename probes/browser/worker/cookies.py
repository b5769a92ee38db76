"""Cookies that answers set, and how they are taken away again before anybody can send them.

Chromium keeps a cookie before it pauses the answer that set it, and leaves it out of the headers
that are told then; only the network's own word of each answer has it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from probes.browser import api
from probes.injection import Given

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

_SENT: Final = "Network.requestWillBeSentExtraInfo"
_SAYS: Final = "Network.responseReceivedExtraInfo"
_MOST: Final = 1000
_LOOKS: Final = 10
_LOOKS_ON_THE_WIRE: Final = 300  # where that word is certain to come
_LOOK: Final = 0.005  # seconds; that word comes on another way than the answer


class SetCookies:
    """By answers to the pages of one run."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[tuple[str, str], ...]] = {}
        self._sent: dict[str, None] = {}
        self._sessions: list[CDPSession] = []
        self._welcoming: set[asyncio.Future[None]] = set()

    async def watch(self, page: Page) -> None:
        """The page and those that it opens. Raises what Playwright raises."""
        await self._listen(page)
        page.context.on("page", self._welcome)

    async def set_by(self, network: str) -> tuple[tuple[str, str], ...]:
        """The headers that set cookies, of the last answer to that request of the network's."""
        looks = 0
        while network and network not in self._heard and looks < self._worth(network):
            await asyncio.sleep(_LOOK)
            looks += 1
        self._sent.pop(network, None)
        return self._heard.pop(network, ())

    def _worth(self, network: str) -> int:
        """How many looks: what came from the browser's own cache is never told of."""
        return _LOOKS_ON_THE_WIRE if network in self._sent else _LOOKS

    async def forget(self, url: str, given: Given, answer: Given) -> None:
        """The cookies that *given* sets, having been asked for *url*, and *answer* does not."""
        left = [value for name, value in answer.headers if name == "set-cookie"]
        for name, value in given.headers:
            if name == "set-cookie" and value not in left:
                await self._delete(url, value)

    async def _delete(self, url: str, cookie: str) -> None:
        name, _, rest = cookie.partition(";")
        named = (part.partition("=") for part in rest.split(";"))
        told = {key.strip().lower(): value.strip() for key, _, value in named}
        where = {"domain": "." + domain.lstrip(".")} if (domain := told.get("domain")) else {}
        terms = {"name": name.partition("=")[0].strip(), **(where or {"url": url})}
        for session in self._sessions:
            with suppress(api.Error):  # of a page that was closed
                await session.send("Network.deleteCookies", terms)
                return

    def _welcome(self, page: Page) -> None:
        task = asyncio.ensure_future(self._quietly(page))
        self._welcoming.add(task)
        task.add_done_callback(self._welcoming.discard)

    async def _quietly(self, page: Page) -> None:
        with suppress(api.Error):
            await self._listen(page)

    async def _listen(self, page: Page) -> None:
        session = await page.context.new_cdp_session(page)
        session.on(_SENT, self._send)
        session.on(_SAYS, self._hear)
        await session.send("Network.enable")
        self._sessions.append(session)

    def _send(self, event: dict[str, Any]) -> None:
        if len(self._sent) >= _MOST:
            del self._sent[next(iter(self._sent))]
        self._sent[event["requestId"]] = None

    def _hear(self, event: dict[str, Any]) -> None:
        lines = [
            line
            for name, value in event["headers"].items()
            if name.lower() == "set-cookie"
            for line in str(value).split("\n")
        ]
        if len(self._heard) >= _MOST:
            del self._heard[next(iter(self._heard))]
        self._heard[event["requestId"]] = tuple(("set-cookie", line) for line in lines)
