"""Tells any program that listens for HTTP, with a signature that it can verify."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Final

import httpx
from pydantic import AfterValidator, Field

from monitor.channels.channel import (
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    Refused,
    Retry,
)
from monitor.channels.trouble import host_name, way_trouble
from monitor.clock import to_us
from monitor.notices import Notice
from probes import Secret

ANSWER_MAX: Final = 64 * 1024
ASKED_MAX: Final = timedelta(hours=1)
BUSY_WAIT: Final = timedelta(seconds=120)
"""After a 429 that does not say for how long."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OURS: Final = frozenset(
    ("connection", "content-length", "content-type", "host", "idempotency-key", "transfer-encoding")
)


def _web_address(url: Secret) -> Secret:
    try:
        read = httpx.URL(url.get_secret_value())
        if read.scheme in ("http", "https"):
            host_name(read.host)
            return url
    except (httpx.InvalidURL, ValueError):
        raise ValueError(
            "this is not an address; write it as https://hooks.example.org/…"
        ) from None
    raise ValueError("write the whole address, beginning with https:// or http://")


def _sendable(headers: dict[str, Secret]) -> dict[str, Secret]:
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a header")
        if name.lower() in _OURS or name.lower().startswith("x-trueup-"):
            raise ValueError(f"{name} is set by trueup itself; leave it out")
        words = value.get_secret_value()
        if not (words.isascii() and words.isprintable()):
            raise ValueError(f"the value of {name} may hold printable ASCII characters only")
    return headers


def _not_empty(secret: Secret) -> Secret:
    if not secret.get_secret_value():
        raise ValueError("an empty secret signs nothing; give it a value or leave the key out")
    return secret


class WebhookSettings(ChannelSettings):
    """Where to send the notice, and how the other side knows that it is ours."""

    url: Annotated[Secret, AfterValidator(_web_address)]
    """Where to POST. Treated as a secret, because many such addresses hold a token."""
    secret: Annotated[Secret, AfterValidator(_not_empty)] | None = None
    """When given, every request is signed with it."""
    headers: Annotated[dict[str, Secret], AfterValidator(_sendable)] = Field(default_factory=dict)
    """More headers to send, such as Authorization."""


async def send(settings: WebhookSettings, notice: Notice, body: str, outside: Outside) -> Delivery:
    content = body.encode()
    at = outside.clock.now()
    judged: Delivery | None = None
    try:
        async with (
            asyncio.timeout(settings.timeout.total_seconds()),
            outside.http.stream(
                "POST",
                settings.url.get_secret_value(),
                content=content,
                headers=_headers(settings, notice, content, at),
                timeout=settings.timeout.total_seconds(),
                follow_redirects=False,
            ) as answer,
        ):
            judged = judge(answer.status_code, answer.headers, at)
            await _drain(answer)
    except httpx.LocalProtocolError:
        return judged or Refused("this request cannot be sent as HTTP")
    except (TimeoutError, httpx.HTTPError) as error:
        return judged or Retry(way_trouble(error))
    return judged


def _headers(
    settings: WebhookSettings, notice: Notice, content: bytes, at: datetime
) -> dict[str, str]:
    headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
    headers |= {
        "Content-Type": "application/json",
        "Idempotency-Key": f"{notice.dedup_key}-{notice.sequence}",
        "X-Trueup-Event": notice.event.value,
    }
    if settings.secret is not None:
        key = settings.secret.get_secret_value().encode()
        headers["X-Trueup-Signature"] = signature(key, content, at)
    return headers


def signature(key: bytes, content: bytes, at: datetime) -> str:
    """`t=<unix seconds>,v1=<hex>`; the time is signed too, so that an old request can be told."""
    seconds = to_us(at) // 1_000_000
    digest = hmac.new(key, f"{seconds}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def judge(status: int, headers: Mapping[str, str], at: datetime) -> Delivery:
    """What an answer to something sent over HTTP means. Also for channels that speak to one
    service; *headers* is looked up in lower case.
    """
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
    else:
        try:
            until = parsedate_to_datetime(retry_after)
        except (ValueError, TypeError, OverflowError):
            return None
        asked = (until if until.tzinfo else until.replace(tzinfo=UTC)) - at
    return min(max(asked, timedelta()), ASKED_MAX)


async def _drain(answer: httpx.Response) -> None:
    """Lets the other side finish its sentence, up to a bound, and forgets it."""
    read = 0
    async for chunk in answer.aiter_raw():
        read += len(chunk)
        if read > ANSWER_MAX:
            return


CHANNEL: Final = ChannelKind("webhook", WebhookSettings, send)
