"""Pushover. What is critical is sent with emergency priority, so that the phone sounds again until
somebody reacts; when it is over or acknowledged the phone is told to stop. As described in
Pushover's documentation, "Message API" and "Receipts API: cancel by tag".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlencode

from pydantic import Field

from monitor.channels.addresses import Key, WebAddress
from monitor.channels.channel import (
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    Refused,
)
from monitor.channels.markup import PLAIN, cut, lay_out
from monitor.channels.posting import Headers, Post, post, read_json
from monitor.notices import EventKind, Fact, Message, Notice, Tone
from probes import Duration

TEXT_ROOM: Final = 1_000  # a message has 1,024
URL_MAX: Final = 512
EMERGENCY: Final = 2
_PRIORITY: Final = MappingProxyType(
    {Tone.BAD: EMERGENCY, Tone.UNEASY: 1, Tone.GOOD: 0, Tone.CALM: -1}
)
_POLITE: Final = timedelta(seconds=2)  # for the second request, once the message is taken


class PushoverSettings(ChannelSettings):
    """Which application tells which user or group."""

    token: Key
    """The API token of the application."""
    user: Key
    """The key of a user or of a group."""
    device: str = ""
    """One of the user's devices; empty for all of them."""
    sound_again: Duration = Field(
        default=timedelta(seconds=60), ge=timedelta(seconds=30), le=timedelta(hours=1)
    )
    """How often something critical sounds until somebody reacts."""
    sound_until: Duration = Field(
        default=timedelta(hours=1), ge=timedelta(seconds=30), le=timedelta(hours=3)
    )
    """For how long it does."""
    server: WebAddress = "https://api.pushover.net"


async def send(settings: PushoverSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    form = _form(settings, outside.words.message(notice))
    delivery = await post(
        outside, settings.timeout, _post(f"{settings.server}/1/messages.json", form), reads=_reads
    )
    over = notice.event in (EventKind.RESOLVED, EventKind.ACKNOWLEDGED)
    if over and isinstance(delivery, Delivered):
        tag = quote(notice.dedup_key, safe="")
        stop = _post(
            f"{settings.server}/1/receipts/cancel_by_tag/{tag}.json", {"token": form["token"]}
        )
        await post(outside, min(_POLITE, settings.timeout), stop)
    return delivery


def _form(settings: PushoverSettings, message: Message) -> dict[str, str]:
    priority = _PRIORITY[message.tone]
    form = {
        "token": settings.token.get_secret_value(),
        "user": settings.user.get_secret_value(),
        "title": message.subject,
        "message": cut(lay_out(_readable(message), PLAIN, TEXT_ROOM, links=False), TEXT_ROOM),
        "timestamp": str(int(message.notice.at.timestamp())),
        "priority": str(priority),
    }
    if settings.device:
        form["device"] = settings.device
    if priority == EMERGENCY:
        form |= {
            "retry": str(int(settings.sound_again.total_seconds())),
            "expire": str(int(settings.sound_until.total_seconds())),
            "tags": message.notice.dedup_key,
        }
    if link := _most_wanted(message):
        form |= {"url": link.value, "url_title": link.label}
    return form


def _readable(message: Message) -> Message:
    """What to do stands in the text: the one link that there is room for is another one."""
    link = _most_wanted(message)
    facts = [
        replace(each, is_link=False) if each.label == "What to do" and each != link else each
        for each in message.facts
    ]
    return replace(message, facts=tuple(facts))


def _most_wanted(message: Message) -> Fact | None:
    """There is room for one: acknowledging, else what to do, else the page."""
    short = [each for each in message.links if len(each.value) <= URL_MAX]
    wanted = [each for each in short if each.label == "Acknowledge"]
    return next(iter(wanted + short), None)


def _post(url: str, form: dict[str, str]) -> Post:
    content = urlencode(form, errors="replace").encode()
    return Post(url, content, {"Content-Type": "application/x-www-form-urlencoded"})


def _reads(_: Headers, body: bytes) -> Delivery | None:
    answer = read_json(body)
    taken = not isinstance(answer, dict) or answer.get("status", 1) == 1
    return None if taken else Refused("the service said that it did not take it")


CHANNEL: Final = ChannelKind("pushover", PushoverSettings, send)
