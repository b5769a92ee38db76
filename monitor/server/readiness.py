"""`/readyz`: whether trueup does its work, in words that name nothing and nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PATH: Final = "/readyz"

Troubles = Callable[[], Awaitable[Sequence[str]]]
"""A word for each; none when all is well."""


def route(troubles: Troubles) -> Route:
    """For `server.application`."""

    async def ready(_: Request) -> Response:
        found = await troubles()
        if found:
            return PlainTextResponse(" ".join(found) + "\n", 503)
        return PlainTextResponse("on time\n")

    return Route(PATH, ready)
