"""`/metrics`. The figures name probes, so they are for programs of this machine, or for whoever has
the token; to everybody else it is as if there were nothing.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv6Address, ip_address
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
_ASKS_FOR_ANOTHER: Final = (
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
)
_READS: Final = ("GET", "HEAD")

Collect = Callable[[], Awaitable[tuple[Sequence[Row], Own]]]


def is_loopback(host: str) -> bool:
    """Whether an address, or `localhost`, is of this machine and reached from nowhere else."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def route(collect: Collect, token: Callable[[], str], *, private: bool) -> Route:
    """For `server.application`. *token* is what has to be shown, empty for none; then *private*,
    that the server listens on loopback, opens it to this machine.
    """
    return Route(PATH, _Scrape(collect, token, private=private))


class _Scrape:
    def __init__(self, collect: Collect, token: Callable[[], str], *, private: bool) -> None:
        self._collect = collect
        self._token = token
        self._private = private
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

    def _may(self, request: Request) -> bool:
        token = self._token()
        if token:
            scheme, _, shown = request.headers.get("authorization", "").partition(" ")
            same = hmac.compare_digest(shown.strip().encode(), token.encode())
            return same and scheme.lower() == "bearer"
        return self._private and _comes_from_here(request)


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


def _comes_from_here(request: Request) -> bool:
    """And for nobody else: a proxy of this machine asks for others. It says so in a header, or
    passes their name for us on, or is one that says nothing and speaks HTTP/1.0, as nginx does
    unless told otherwise. The name also keeps out pages in a browser here that were given our
    address under a name of theirs.
    """
    for name in request.headers:
        if name.startswith("x-forwarded") or name in _ASKS_FOR_ANOTHER:
            return False
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and request.scope["http_version"] != "1.0"
        and all(is_loopback(_without_port(host)) for host in request.headers.getlist("host"))
    )


def _without_port(host: str) -> str:
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
