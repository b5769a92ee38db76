"""`/metrics`. The figures name probes, so over the network they are for whoever has the token, and
to everybody else it is as if there were nothing. Where a request comes from opens nothing: what a
proxy of this machine asks for a stranger cannot be told from what this machine asks for itself.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from monitor.metrics import Own
from monitor.metrics.latest import Row

PATH: Final = "/metrics"
AT_ONCE_MOST: Final = 2
"""Answers under way: whoever has Prometheus twice asks twice."""
_READS: Final = ("GET", "HEAD")

Collect = Callable[[], Awaitable[tuple[Sequence[Row], Own]]]


def route(collect: Collect, token: Callable[[], str]) -> Route:
    """For `server.application`. *token* is what has to be shown; while it is empty there is
    nothing for anybody.
    """
    return Route(PATH, _Scrape(collect, partial(_shows, token)))


def route_inside(collect: Collect) -> Route:
    """For a socket that lets nobody in but who may read everything anyway."""
    return Route(PATH, _Scrape(collect, lambda _: True))


class _Scrape:
    def __init__(self, collect: Collect, may: Callable[[Request], bool]) -> None:
        self._collect = collect
        self._may = may
        self._under_way = 0
        self._zipped = GZipMiddleware(self._answer, compresslevel=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        reads = request.method in _READS
        if not (reads and self._may(request)):
            raise _nothing_here(reads=reads)
        if self._under_way >= AT_ONCE_MOST:
            busy = PlainTextResponse("busy\n", 503, {"retry-after": "1"})
            await busy(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._zipped(scope, receive, send)
        finally:
            self._under_way -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        # In a thread, for the event loop has runs to start.
        text = await asyncio.to_thread(_writing)
        openmetrics = "application/openmetrics-text" in _header(scope, b"accept")
        media_type = text.OPENMETRICS if openmetrics else text.PLAIN
        headers = {"content-type": media_type, "cache-control": "no-store"}
        answer = Response(headers=headers)
        if scope["method"] == "GET":
            rows, own = await self._collect()
            pieces = text.pieces(rows, own, openmetrics=openmetrics)
            answer = StreamingResponse(pieces, headers=headers)
        await answer(scope, receive, send)


def _shows(token: Callable[[], str], request: Request) -> bool:
    wanted = token().encode()
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(shown.strip().encode(), wanted)
    return bool(wanted) and same and scheme.lower() == "bearer"


def _writing() -> ModuleType:
    """What it takes is not small, and most never ask for figures."""
    from monitor.metrics import text  # noqa: PLC0415 - only once somebody asks

    return text


def _nothing_here(*, reads: bool) -> HTTPException:
    """What is said of a path that nothing is behind."""
    return HTTPException(404) if reads else HTTPException(405, headers={"allow": "GET, HEAD"})


def _header(scope: Scope, name: bytes) -> str:
    """Every value of it."""
    found = [value for key, value in scope["headers"] if key == name]
    return b",".join(found).decode("latin-1")
