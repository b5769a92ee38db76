"""The daemon's own web server: the public page as files, and a sign of life.

It listens on loopback unless told otherwise, changes nothing but for who has a signed link, and
takes no more than `limits` says.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.config.model import PageSettings
from monitor.server.limits import Limits, bounded_by
from monitor.server.visiting import Settings, Visits

__all__ = ["Limits", "PortInUse", "Server", "application", "listen"]

_JUST_ONE: Final = {"": PageSettings()}
BACKLOG: Final = 64  # all of them may be accepted at once, before the first is refused

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-cache"),
)


class PortInUse(Exception):
    """Somebody else listens there already; the text says what to do."""


class _Guarded:
    """Adds the headers that keep a browser from doing anything but show the page, where an answer
    has none of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                names = {name.lower() for name, _ in own}
                message["headers"] = own + [each for each in _HEADERS if each[0] not in names]
            await send(message)

        await self._app(scope, receive, send_guarded)


def application(
    state: Path, acts: Sequence[Route] = (), settings: Settings = lambda: _JUST_ONE
) -> Starlette:
    """Serves the pages below the folder *state*, which may still be empty, and before them what
    *acts* has, see `acknowledging.routes`. *settings* are those of all pages, by id.
    """

    async def alive(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    visits = Visits(state, settings)
    return Starlette(
        routes=[Route("/healthz", alive), *acts, Route("/{path:path}", visits)],
        exception_handlers={404: visits.lost},
        middleware=[Middleware(_Guarded)],
    )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortInUse, or OSError for an address that is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as trouble:
        listener.close()
        raise PortInUse(
            f"cannot listen on {host}:{port} ({trouble.strerror}); stop what listens there, or"
            " choose another port under [trueup] listen"
        ) from trouble
    return listener


class _Quiet(uvicorn.Server):
    """Signals belong to the daemon."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Server:
    """Serves an application on a socket inside the running event loop."""

    def __init__(self, app: ASGIApp, listener: socket.socket, limits: Limits | None = None) -> None:
        config = uvicorn.Config(
            app,
            http=bounded_by(limits or Limits()),
            ws="none",
            log_config=None,
            log_level="error",  # else whoever sends nonsense writes our log
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=5,
            backlog=BACKLOG,
        )
        self._listener = listener
        self._server = _Quiet(config)

    async def serve(self) -> None:
        """Until `stop`."""
        await self._server.serve(sockets=[self._listener])

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Ends open connections within about a second; *task* is the one that serves."""
        self._server.should_exit = True
        await asyncio.wait([task], timeout=3)
        left = self._server.server_state
        for connection in list(left.connections):
            connection.transport.abort()
        if left.tasks:  # uvicorn tells them to end and does not wait for their open files
            await asyncio.wait(left.tasks, timeout=1)
        self._listener.close()
