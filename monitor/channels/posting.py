"""Sending something over HTTP inside a deadline, and what the answer to it means."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any, Final

import httpx

from monitor.channels.channel import Delivered, Delivery, Outside, Refused, Retry
from monitor.channels.trouble import way_trouble

ANSWER_MAX: Final = 64 * 1024
ASKED_MAX: Final = timedelta(hours=1)
BUSY_WAIT: Final = timedelta(seconds=120)
"""After a 429 that does not say for how long."""

Headers = Mapping[str, str]
Reads = Callable[[Headers, bytes], Delivery | None]
"""A second thought about a confirmation, from its headers (looked up in lower case) and as much of
its body as came, at most ANSWER_MAX; None: it stands.
"""


@dataclass(frozen=True, slots=True)
class Post:
    """One request. Its address and headers may hold secrets."""

    url: str = field(repr=False)
    content: bytes = field(repr=False)
    headers: Headers = field(default_factory=lambda: MappingProxyType({}), repr=False)
    method: str = "POST"


def as_json(url: str, document: Any, headers: Headers | None = None, method: str = "POST") -> Post:
    """A request with a JSON body."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    return Post(url, json_bytes(document), sent, method)


def json_bytes(document: Any) -> bytes:
    """The same to the byte for the same *document*. What is not valid Unicode becomes `?`."""
    words = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return words.encode("utf-8", "replace")


def read_json(body: bytes) -> Any:
    """What an answer says; None when it is not JSON, or nested beyond reason."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


async def post(
    outside: Outside, timeout: timedelta, *posts: Post, reads: Reads | None = None
) -> Delivery:
    """Sends them one after the other, each only when the one before was confirmed; *timeout* is
    the deadline of them all. Gives what became of the last one that was sent.
    """
    ends = asyncio.get_running_loop().time() + timeout.total_seconds()
    delivery: Delivery = Delivered()
    for each in posts:
        delivery = await _send(outside, each, ends, reads)
        if not isinstance(delivery, Delivered):
            break
    return delivery


async def _send(outside: Outside, one: Post, ends: float, reads: Reads | None) -> Delivery:
    at = outside.clock.now()
    left = max(ends - asyncio.get_running_loop().time(), 0.001)
    judged: Delivery | None = None
    try:
        async with (
            asyncio.timeout_at(ends),
            outside.http.stream(
                one.method,
                one.url,
                content=one.content,
                headers={"Accept-Encoding": "identity", **one.headers},
                timeout=left,
                follow_redirects=False,
            ) as answer,
        ):
            judged = judge(answer.status_code, answer.headers, at)
            body = await _drain(answer)
            if reads is not None and isinstance(judged, Delivered):
                judged = reads(answer.headers, body) or judged
    except httpx.LocalProtocolError:
        return judged or Refused("this request cannot be sent as HTTP")
    except (TimeoutError, httpx.HTTPError) as error:
        return judged or Retry(way_trouble(error))
    return judged


def judge(status: int, headers: Headers, at: datetime) -> Delivery:
    """What an answer means by its status alone; *headers* is looked up in lower case."""
    if 200 <= status < 300:
        return Delivered()
    if status in (408, 429) or status >= 500:
        asked = _asked(headers.get("retry-after", ""), at)
        if asked is None and status == 429:
            asked = BUSY_WAIT
        return Retry(f"answered {status}", asked)
    if 300 <= status < 400:
        return Refused(f"answered {status}, and redirects are not followed")
    return Refused(f"answered {status}")


def _asked(retry_after: str, at: datetime) -> timedelta | None:
    if re.fullmatch(r"[0-9]{1,9}", retry_after):
        asked = timedelta(seconds=int(retry_after))
    elif (until := header_time(retry_after)) is not None:
        asked = until - at
    else:
        return None
    return min(max(asked, timedelta()), ASKED_MAX)


def header_time(words: str) -> datetime | None:
    """The instant that a header names, in whole seconds; None when it names none."""
    try:
        read = parsedate_to_datetime(words)
    except (ValueError, TypeError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


async def _drain(answer: httpx.Response) -> bytes:
    """Lets the other side finish its sentence, up to a bound."""
    read = b""
    async for chunk in answer.aiter_raw():
        read += chunk
        if len(read) > ANSWER_MAX:
            break
    return read[:ANSWER_MAX]
