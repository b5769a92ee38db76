"""What a page and a journey send beside the requests that Chromium pauses: by web sockets, and by
Playwright's own requests, which the browser never sees.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from probes.browser import api
from probes.browser.breaking import Breaking
from probes.injection import Asked

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, WebSocketRoute

_SOCKETS: Final = re.compile("^wss?://")
_VERBS: Final = ("get", "head", "post", "put", "patch", "delete")


async def stand_in_the_way(context: BrowserContext, breaking: Breaking) -> None:
    """Of all that pages and journeys of *context* do so. Raises what Playwright raises."""
    await context.route_web_socket(_SOCKETS, lambda socket: _opened(socket, breaking))
    asks: Any = context.request
    for verb in _VERBS:
        setattr(asks, verb, _by(getattr(asks, verb), breaking, verb.upper()))
    asks.fetch = _by(asks.fetch, breaking, "")


async def _opened(socket: WebSocketRoute, breaking: Breaking) -> None:
    """A socket to where nothing is answered closes; one that may not write only listens."""
    url = re.sub("^ws", "http", socket.url)
    if breaking.before(Asked("GET", url, resource="other")) is not None:
        await socket.close()
        return
    server = socket.connect_to_server()
    said = Asked("POST", url, resource="other")

    def pass_on(message: str | bytes) -> None:
        if not breaking.holds_back(said):
            server.send(message)

    socket.on_message(pass_on)


def _by(
    ask: Callable[..., Awaitable[Any]], breaking: Breaking, verb: str
) -> Callable[..., Awaitable[Any]]:
    """*ask*, unless that would write where nothing may be written. Raises what it raises."""

    async def asking(url: Any, **options: Any) -> Any:
        address = str(getattr(url, "url", url))
        method = verb or str(options.get("method") or getattr(url, "method", "GET")).upper()
        asked = Asked(method, address)
        if breaking.holds_back(asked):
            raise api.Error(f"net::ERR_BLOCKED_BY_CLIENT at {address}")
        breaking.passes_by(asked)
        return await ask(url, **options)

    return asking
