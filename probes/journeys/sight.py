"""Waiting for what a person would see, and noticing what goes wrong meanwhile."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urldefrag

from probes.browser import Failure, Visit, api, net_reason
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Request, Response

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=15)
_MARGIN: Final = timedelta(milliseconds=250)  # to say what was missing before the deadline does
_GLANCES: Final = (0.02, 0.03, 0.05, 0.08)  # seconds between looks; the last one repeats
_WRITING: Final = ("POST", "PUT", "PATCH", "DELETE")
_ASKED_FOR: Final = ("document", "fetch", "xhr")
_MOVING: Final = re.compile(
    "context was destroyed|navigating|Frame was detached|Cannot find context"
)


class Sight:
    """Looks at the page of one visit."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.page = visit.page
        self.written = 0
        """How many requests that change something were answered."""
        self._writing: set[Request] = set()
        self._broken: Failure | None = None
        self._hint = ""
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("requestfinished", self._over)
        self.page.on("requestfailed", self._failed)

    async def open(self, url: str) -> None:
        """Raises Failure when the page answers with a server error."""
        self._broken, self._hint = None, ""
        await self.page.goto(url, wait_until="domcontentloaded")
        self._raise_broken()

    async def again(self) -> None:
        """The same page once more, without sending a form again."""
        url, fragment = urldefrag(self.page.url)
        if fragment:
            await self.page.reload(wait_until="domcontentloaded")
        else:
            await self.open(url)

    async def until(
        self, ask: Callable[[], Awaitable[T | None]], reason: Reason, sentence: str
    ) -> T:
        """The first answer of *ask*. Raises Failure when none came in 15 s, or a page broke."""
        answer = await self.soon(ask)
        if answer is None:
            raise self.failure(reason, sentence)
        return answer

    def failure(self, reason: Reason, sentence: str) -> Failure:
        """A failure with what the target last answered to it, where that was an error."""
        return Failure(reason, f"{sentence} ({self._hint})" if self._hint else sentence)

    async def soon(
        self, ask: Callable[[], Awaitable[T | None]], limit: timedelta | None = None
    ) -> T | None:
        """The first answer of *ask*, or None after *limit*, else 15 s.

        Raises Failure when a page broke.
        """
        ends = max(self.visit.left() - (limit or PATIENCE), _MARGIN)
        glances = iter(_GLANCES)
        while True:
            self._raise_broken()
            if (answer := await _while_moving(ask)) is not None:
                return answer
            if self.visit.left() <= ends:
                return None
            await asyncio.sleep(next(glances, _GLANCES[-1]))

    async def settled(self, written: int = -1, limit: timedelta | None = None) -> None:
        """Until more than *written* requests that change something are over, and none is left."""

        async def ask() -> bool | None:
            return (self.written > written and not self._writing) or None

        await self.soon(ask, limit)

    @property
    def writing(self) -> bool:
        """Whether a request that changes something is under way."""
        return bool(self._writing)

    def _raise_broken(self) -> None:
        if self._broken is not None:
            broken, self._broken = self._broken, None
            raise broken

    def _asked(self, request: Request) -> None:
        if request.method in _WRITING:
            self._writing.add(request)

    def _over(self, request: Request) -> None:
        if request in self._writing:
            self._writing.discard(request)
            self.written += 1

    def _answered(self, response: Response) -> None:
        request = response.request
        if response.status < 400 or request.resource_type not in _ASKED_FOR:
            return
        self._hint = f"{_plain(request)} answered {response.status}"
        if response.status >= 500 and self._is_the_page(request):
            self._broken = Failure(Reason.STATUS, self._hint)

    def _failed(self, request: Request) -> None:
        self._over(request)
        why = request.failure or ""
        if self._is_the_page(request) and "ERR_ABORTED" not in why:
            self._broken = Failure(net_reason(why), f"{_plain(request)}: {why}")

    def _is_the_page(self, request: Request) -> bool:
        return request.is_navigation_request() and request.frame == self.page.main_frame


def _plain(request: Request) -> str:
    return f"{request.method} {request.url.partition('?')[0]}"


async def _while_moving(ask: Callable[[], Awaitable[T | None]]) -> T | None:
    """What *ask* says; nothing while the page is changing under its eyes."""
    try:
        return await ask()
    except api.Error as error:
        if _MOVING.search(str(error)):
            return None
        raise
