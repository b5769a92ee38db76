"""Tells an Alertmanager, through its API v2, as its documentation and its OpenAPI file describe it.

Alertmanager expects to hear of what fires again and again, and takes it for over when its `endsAt`
has passed. Ours is told once and then reminded of, hours apart, so `endsAt` lies far ahead of it:
nothing that is still down may be called over because nobody repeated it. The price is that an end
which still lies ahead by Alertmanager's own clock is ignored, so an end is told by that clock when
it is behind ours.
"""

from __future__ import annotations

import asyncio
import base64
import re
from datetime import datetime, timedelta
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from monitor.channels.addresses import Key, WebAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivered, Delivery, Outside
from monitor.channels.posting import Headers, Post, as_json, header_time, post
from monitor.channels.prometheus import (
    annotations_of,
    ended_at,
    generator,
    is_over,
    labels_of,
    rfc3339,
)
from monitor.notices import EventKind, Notice, Words
from probes import Secret

FIRES_FOR: Final = timedelta(days=30)
TEST_FIRES_FOR: Final = timedelta(minutes=5)
_OURS: Final = frozenset(("about", "alertname", "dedup_key", "environment", "kind", "location"))
_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


_Span = tuple[datetime, datetime]


def _labels(given: dict[str, str]) -> dict[str, str]:
    for name, value in given.items():
        if name in _OURS:
            raise ValueError(f"{name} is set by trueup itself; leave it out")
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a label; write letters, digits and _")
        if not value:
            raise ValueError(f"{name} is empty, which to Alertmanager is no label; leave it out")
    return given


class AlertmanagerSettings(ChannelSettings):
    """Which Alertmanager to tell, and how it knows us."""

    url: WebAddress
    """Where it answers, without `/api/v2`."""
    labels: Annotated[dict[str, str], AfterValidator(_labels)] = Field(default_factory=dict)
    """More labels, to route by."""
    username: str = ""
    password: Secret | None = None
    bearer: Key | None = None
    """A token to send instead of a name and a password."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password belong together; give both or neither")
        if self.username and self.bearer is not None:
            raise ValueError("give either bearer or username and password")
        if ":" in self.username:
            raise ValueError("a username cannot hold a colon")
        return self


async def send(
    settings: AlertmanagerSettings, notice: Notice, _: str, outside: Outside
) -> Delivery:
    loop, their = asyncio.get_running_loop(), _TheirClock()
    ends = loop.time() + settings.timeout.total_seconds()
    end_at = _end(notice)
    first = _post(settings, notice, outside.words, (notice.began_at, end_at))
    delivery = await post(outside, settings.timeout, first, reads=their.read)
    if not (isinstance(delivery, Delivered) and is_over(notice) and their.is_before(end_at)):
        return delivery
    now_at = their.at or end_at
    span = (min(notice.began_at, now_at), now_at)
    again = _post(settings, notice, outside.words, span)
    return await post(outside, timedelta(seconds=ends - loop.time()), again)


class _TheirClock:
    """What the far end's clock shows, in whole seconds, if it says so."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def read(self, headers: Headers, _: bytes) -> None:
        self.at = header_time(headers.get("date", ""))

    def is_before(self, at: datetime) -> bool:
        return self.at is not None and self.at < at


def _end(notice: Notice) -> datetime:
    if is_over(notice):
        return ended_at(notice)
    return notice.at + (TEST_FIRES_FOR if notice.event is EventKind.TEST else FIRES_FOR)


def _post(settings: AlertmanagerSettings, notice: Notice, words: Words, span: _Span) -> Post:
    told = {
        "labels": settings.labels | labels_of(notice),
        "annotations": annotations_of(notice, words),
        "startsAt": rfc3339(span[0]),
        "endsAt": rfc3339(span[1]),
        "generatorURL": generator(notice),
    }
    kept = {name: value for name, value in told.items() if value}
    return as_json(f"{settings.url}/api/v2/alerts", [kept], _authorised(settings))


def _authorised(settings: AlertmanagerSettings) -> dict[str, str]:
    if settings.bearer is not None:
        return {"Authorization": f"Bearer {settings.bearer.get_secret_value()}"}
    if settings.password is None:
        return {}
    pair = f"{settings.username}:{settings.password.get_secret_value()}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


CHANNEL: Final = ChannelKind("alertmanager", AlertmanagerSettings, send)
