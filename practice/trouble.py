"""What concerns every answer: the headers that say who answers, and the faults of a whole site."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practice.faults import Switches
from practice.identity import identity

SLOW_SECONDS: Final = 2.5
SLOWED: Final = ("text/html", "application/json")
HANG_SECONDS: Final = 300.0
RAW: Final = "practice.raw"
"""The ASGI extension by which a server offers to send bytes as they are."""
NOISE: Final = (
    b"\x15\x03\x01\x00\x02\x02\x0aSSH-2.0-archive\r\n\x00\xff\xfe this is no HTTP\r\n\r\n"
)
SPARED: Final = re.compile(r"/(faults|pager)([./]|$)|/static/")
"""The way out of every fault."""
ALWAYS: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Headers:
    """Signs every answer."""

    app: ASGIApp
    switches: Switches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                sign(MutableHeaders(scope=message), self.switches)
            await send(message)

        await self.app(scope, receive, signed if scope["type"] == "http" else send)


def sign(headers: MutableHeaders, switches: Switches) -> None:
    headers.update(ALWAYS | identity(switches).headers())


@dataclass(frozen=True, slots=True)
class WholeSite:
    """Stands before every page and API while a fault of the whole site is on."""

    app: ASGIApp
    switches: Switches

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or SPARED.match(scope["path"]):
            await self.app(scope, receive, send)
        elif "garbage" in self.switches:
            await _noise(scope, receive, send)
        elif "hangs" in self.switches:
            await _hang(scope, receive, send)
        elif "unavailable" in self.switches:
            response = PlainTextResponse("Service Unavailable", 503, headers={"Retry-After": "30"})
            await response(scope, receive, send)
        else:
            await self.app(scope, receive, _late(send) if "slow" in self.switches else send)


def _late(send: Send) -> Send:
    """Holds back pages and what APIs answer; not what leads on to a page, nor files."""

    async def send_late(message: Message) -> None:
        if message["type"] == "http.response.start":
            media_type = MutableHeaders(scope=message).get("Content-Type", "")
            await asyncio.sleep(SLOW_SECONDS if media_type.startswith(SLOWED) else 0)
        await send(message)

    return send_late


async def _noise(scope: Scope, receive: Receive, send: Send) -> None:
    raw = scope.get("extensions", {}).get(RAW)
    if raw is None:
        response = PlainTextResponse("This server can only send HTTP.", 500)
        await response(scope, receive, send)
        return
    raw["write_and_close"](NOISE)
    await _client_left(receive)


async def _hang(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        async with asyncio.timeout(HANG_SECONDS):
            await _client_left(receive)
    except TimeoutError:
        await Response(status_code=504)(scope, receive, send)


async def _client_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
