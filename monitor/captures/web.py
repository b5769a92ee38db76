"""What an address answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import httpx

from monitor.captures.terms import CannotFetch, Terms, in_address
from monitor.channels import Outside
from monitor.channels.trouble import way_trouble
from monitor.config.changes import Capture

REDIRECTS: Final = 3
JSON_MAX: Final = 4 * 1024 * 1024
"""Bytes of a JSON document, which has to be there as a whole before its lines can be told."""


async def read(capture: Capture, terms: Terms, outside: Outside) -> AsyncIterator[bytes]:
    """The answer as it comes; of JSON its lines. Redirects are followed on the same host alone,
    because headers may hold secrets. Raises CannotFetch, also at the end of an answer that is no
    good one.
    """
    url = httpx.URL(_address(capture, terms))
    for _ in range(REDIRECTS + 1):
        try:
            async with outside.http.stream(
                "GET",
                url,
                headers={"Accept-Encoding": "identity", **capture.headers},
                timeout=capture.timeout.total_seconds(),
                follow_redirects=False,
            ) as answer:
                there = _redirected(answer)
                if there is None:
                    async for chunk in _said(answer):
                        yield chunk
                    _judge(answer.status_code)
                    return
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise CannotFetch(way_trouble(error)) from None
        if _place(there) != _place(url):
            raise CannotFetch("it was redirected to another host, where nothing is sent")
        url = there
    raise CannotFetch("it was redirected too often")


def _address(capture: Capture, terms: Terms) -> str:
    """Raises CannotFetch."""
    address = in_address(capture.url, terms)
    try:
        httpx.URL(address)
    except (httpx.InvalidURL, UnicodeError):
        raise CannotFetch("its address is none") from None
    return address


def _redirected(answer: httpx.Response) -> httpx.URL | None:
    if not answer.has_redirect_location:
        return None
    return answer.url.join(answer.headers["location"])


def _place(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


async def _said(answer: httpx.Response) -> AsyncIterator[bytes]:
    if "json" not in answer.headers.get("content-type", ""):
        async for chunk in answer.aiter_raw():
            yield chunk
        return
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > JSON_MAX:
            break
    yield _as_lines(bytes(body))


def _as_lines(body: bytes) -> bytes:
    """Those of Loki's answer in the order of time; any other document with a line for each value.
    What is no JSON stays as it is.
    """
    try:
        document = json.loads(body)
        lines = [line for _, line in sorted(_of_loki(document))]
        if lines:
            return "\n".join(lines).encode("utf-8", "replace")
        return json.dumps(document, indent=1, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        return body


def _of_loki(document: Any) -> Iterator[tuple[int, str]]:
    """Nanoseconds, and the line."""
    match document:
        case {"data": {"resultType": "streams", "result": [*streams]}}:
            for stream in streams:
                match stream:
                    case {"values": [*values]}:
                        yield from map(_pair, values)


def _pair(value: Any) -> tuple[int, str]:
    """Raises ValueError."""
    match value:
        case [str(when), str(line), *_]:
            return int(when), line
    raise ValueError("no line of a log")


def _judge(status: int) -> None:
    if not 200 <= status < 300:
        raise CannotFetch(f"it answered {status}")
