"""Tells any program that listens for HTTP, with a signature that it can verify."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from monitor.channels.addresses import SecretAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.posting import Post, json_bytes, post
from monitor.channels.prometheus import is_over, webhook_body
from monitor.clock import to_us
from monitor.notices import EventKind, Notice, Words
from probes import Secret

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OURS: Final = frozenset(
    ("connection", "content-length", "content-type", "host", "idempotency-key", "transfer-encoding")
)


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

    url: SecretAddress
    """Where to POST. Treated as a secret, because many such addresses hold a token."""
    format: Literal["trueup", "alertmanager"] = "trueup"
    """The body: our own, or the one that Alertmanager sends to a webhook, version 4."""
    secret: Annotated[Secret, AfterValidator(_not_empty)] | None = None
    """When given, every request is signed with it."""
    headers: Annotated[dict[str, Secret], AfterValidator(_sendable)] = Field(default_factory=dict)
    """More headers to send, such as Authorization."""


async def send(settings: WebhookSettings, notice: Notice, body: str, outside: Outside) -> Delivery:
    at = outside.clock.now()
    url = settings.url.get_secret_value()
    own = {name: value.get_secret_value() for name, value in settings.headers.items()}
    posts = []
    for key, content in _contents(settings, notice, body, outside.words):
        ours = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Trueup-Event": notice.event.value,
        }
        posts.append(Post(url, content, own | ours | _signed(settings, content, at)))
    return await post(outside, settings.timeout, *posts)


def _contents(
    settings: WebhookSettings, notice: Notice, body: str, words: Words
) -> Iterator[tuple[str, bytes]]:
    """What is sent, one after the other, each with the key that tells a repetition."""
    key = f"{notice.dedup_key}-{notice.sequence}"
    if settings.format == "trueup":
        yield key, body.encode()
        return
    yield key, json_bytes(webhook_body(notice, words, over=is_over(notice)))
    if notice.event is EventKind.TEST:  # nothing is wrong, so nothing may go on firing there
        yield f"{key}-over", json_bytes(webhook_body(notice, words, over=True))


def _signed(settings: WebhookSettings, content: bytes, at: datetime) -> dict[str, str]:
    if settings.secret is None:
        return {}
    key = settings.secret.get_secret_value().encode()
    return {"X-Trueup-Signature": signature(key, content, at)}


def signature(key: bytes, content: bytes, at: datetime) -> str:
    """`t=<unix seconds>,v1=<hex>`; the time is signed too, so that an old request can be told."""
    seconds = to_us(at) // 1_000_000
    digest = hmac.new(key, f"{seconds}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


CHANNEL: Final = ChannelKind("webhook", WebhookSettings, send)
