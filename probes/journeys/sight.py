"""Waiting for what a person would see, and noticing what goes wrong meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urldefrag

from probes.browser import Failure, Visit, api, net_reason
from probes.journeys.looking import Asked, Look, is_moving, look
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Request, Response

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=15)
_MARGIN: Final = timedelta(milliseconds=250)  # to say what was missing before the deadline does
_GLANCES: Final = (0.02, 0.03, 0.05, 0.08)  # seconds between looks; the last one repeats
_WRITING: Final = ("POST", "PUT", "PATCH", "DELETE")


class Sight:
    """Looks at the page of one visit.

    Unless `writes`, requests that change something are not counted: every request that is told
    of costs as much as a look.
    """

    def __init__(self, visit: Visit, *, writes: bool = True) -> None:
        self.visit = visit
        self.page = visit.page
        self.written = 0
        """How many requests that change something were answered."""
        self._taken = 0
        self._refusal = ""
        self.gate: Callable[[str], Awaitable[bool]] | None = None
        """Asked once, when the first page was opened; if it went elsewhere, that is done again."""
        self._writing: set[Request] = set()
        self._methods: dict[str, str] = {}
        self._broken: Failure | None = None
        self._hint = ""
        self._arrived = False
        self.page.on("requestfailed", self._failed)
        self.page.on("framenavigated", self._navigated)
        if writes:
            self.page.on("request", self._asked)
            self.page.on("requestfinished", self._over)

    async def open(self, url: str) -> None:
        """Raises Failure when the page answers with a server error."""
        await self._open(url)
        gate, self.gate = self.gate, None
        if gate is not None and await gate(url):
            await self._open(url)

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
        ends = self.ends(limit)
        glances = iter(_GLANCES)
        while True:
            await self._raise_broken()
            if (answer := await _while_moving(ask)) is not None:
                return answer
            if self.visit.left() <= ends:
                self.learn(await self._glance())
                return None
            await asyncio.sleep(next(glances, _GLANCES[-1]))

    def ends(self, limit: timedelta | None = None) -> timedelta:
        """How much is left of the run when *limit*, else 15 s, has passed."""
        return max(self.visit.left() - (limit or PATIENCE), _MARGIN)

    async def settled(self, written: int = -1, limit: timedelta | None = None) -> None:
        """Until more than *written* requests that change something are over, and none is left."""

        async def ask() -> bool | None:
            return (self.written > written and not self._writing) or None

        await self.soon(ask, limit)

    @property
    def writing(self) -> bool:
        """Whether a request that changes something is under way."""
        return bool(self._writing)

    def begin_sending(self) -> None:
        """From now on it counts what becomes of what is sent."""
        self._taken, self._refusal = 0, ""

    @property
    def refused(self) -> str:
        """What the last of what was sent was answered, where all of it was refused: `POST
        https://example.org/files answered 403`. Else empty.
        """
        return "" if self._taken else self._refusal

    def learn(self, seen: Look | None) -> None:
        """Takes notice of an error that a page answered with. Raises Failure when it broke."""
        if self._broken is not None:
            broken, self._broken = self._broken, None
            raise broken
        if seen is None:
            return
        self._arrived = False
        if seen.answers is not None:
            self._hear(str(seen.answers["url"]), int(seen.answers["status"]))
            if seen.answers["of_page"] and seen.answers["status"] >= 500:
                raise Failure(Reason.STATUS, self._hint)

    async def _open(self, url: str) -> None:
        self._broken, self._hint = None, ""
        response = await self.page.goto(url, wait_until="domcontentloaded")
        self._arrived = False
        if response is not None and response.status >= 400:
            self._hear(_plain(response.url), response.status)
            self._raise_unopened(response)

    def _raise_unopened(self, response: Response) -> None:
        if response.status >= 500:
            raise Failure(Reason.STATUS, self._hint)
        if response.status == 401 and "www-authenticate" in response.headers:
            said = "the server asks for a user name and password before it shows any page"
            raise self.failure(Reason.SIGN_IN_REFUSED, f"{said}; write them in http_credentials")

    async def _raise_broken(self) -> None:
        self.learn(await self._glance() if self._arrived else None)

    async def _glance(self) -> Look | None:
        with suppress(api.Error):
            return await look(self.page, Asked())
        return None

    def _hear(self, url: str, status: int) -> None:
        self._hint = f"{self._methods.get(url, '')} {url} answered {status}".lstrip()

    def _navigated(self, frame: object) -> None:
        if frame == self.page.main_frame:
            self._arrived, self._hint = True, ""

    def _asked(self, request: Request) -> None:
        if request.method in _WRITING:
            self._writing.add(request)
            self._methods = {_plain(request.url): request.method}

    def _over(self, request: Request) -> None:
        if request in self._writing:
            self._writing.discard(request)
            self.written += 1
            self._weigh(request)

    def _weigh(self, request: Request) -> None:
        if (answer := request.existing_response) is None:
            return
        if answer.status < 400:
            self._taken += 1
        else:
            self._refusal = f"{request.method} {_plain(request.url)} answered {answer.status}"

    def _failed(self, request: Request) -> None:
        self._over(request)
        why = request.failure or ""
        if self._is_the_page(request) and "ERR_ABORTED" not in why:
            said = f"{request.method} {_plain(request.url)}: {why}"
            self._broken = Failure(net_reason(why), said)

    def _is_the_page(self, request: Request) -> bool:
        return request.is_navigation_request() and request.frame == self.page.main_frame


def _plain(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


async def _while_moving(ask: Callable[[], Awaitable[T | None]]) -> T | None:
    """What *ask* says; nothing while the page is changing under its eyes."""
    try:
        return await ask()
    except api.Error as error:
        if is_moving(error):
            return None
        raise
