"""A fault between a journey and its target, where the journey asks without the browser."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import httpx

from probes.browser.breaking import Breaking
from probes.injection import Asked, Broken, Given

_LARGEST: Final = 16 * 1024 * 1024  # bytes; more than any journey compares
_OURS_TO_WRITE: Final = frozenset(("content-encoding", "content-length", "transfer-encoding"))


class BrokenWay(httpx.AsyncBaseTransport):
    """*way* as it is while *breaking* stands in it. Raises as *way* does."""

    def __init__(self, way: httpx.AsyncBaseTransport, breaking: Breaking) -> None:
        self._way = way
        self._breaking = breaking

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = tuple((name.lower(), value) for name, value in request.headers.items())
        asked = Asked(request.method, str(request.url), headers)
        match self._breaking.before(asked):
            case Given() as given:
                return _response(given)
            case Broken.REFUSED:
                raise httpx.ConnectError("connection refused", request=request)
            case Broken.TIMEOUT:
                raise httpx.ReadTimeout("no answer in time", request=request)
        if self._breaking.holds_back(asked):
            raise httpx.ConnectError("not let through", request=request)
        met = self._breaking.meets(asked) or self._breaking.meets_links
        if not (met and self._breaking.alters):
            return await self._way.handle_async_request(request)
        return await self._altered(asked, request)

    async def aclose(self) -> None:
        await self._way.aclose()

    async def _altered(self, asked: Asked, request: httpx.Request) -> httpx.Response:
        now = asyncio.get_running_loop().time
        began = now()
        response = await self._way.handle_async_request(request)
        try:
            body = await _read(response)
        finally:
            await response.aclose()
        given = Given(
            response.status_code,
            _kept(tuple(response.headers.multi_items())),
            body,
            timedelta(seconds=now() - began),
        )
        answer = self._breaking.after(asked, given)
        await asyncio.sleep((answer.took - given.took).total_seconds())
        return _response(answer)


async def _read(response: httpx.Response) -> bytes:
    """The body, unpacked; of an endless one, the beginning."""
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _LARGEST:
            break
    return bytes(body)


def _response(given: Given) -> httpx.Response:
    return httpx.Response(given.status, headers=list(_kept(given.headers)), content=given.body)


def _kept(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in headers if pair[0].lower() not in _OURS_TO_WRITE)
