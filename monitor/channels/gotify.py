"""Gotify, one's own push server. As described in Gotify's documentation, "Push messages" and
"Message extras".
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from monitor.channels.addresses import Key, WebAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import PLAIN, lay_out
from monitor.channels.posting import as_json, post
from monitor.notices import Message, Notice, Tone

TEXT_ROOM: Final = 8_000
_PRIORITY: Final = MappingProxyType({Tone.BAD: 10, Tone.UNEASY: 7, Tone.GOOD: 5, Tone.CALM: 2})


class GotifySettings(ChannelSettings):
    """Which application on which server."""

    server: WebAddress
    token: Key
    """The token of the application."""


async def send(settings: GotifySettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    headers = {"X-Gotify-Key": settings.token.get_secret_value()}
    request = as_json(
        f"{settings.server}/message", document_of(outside.words.message(notice)), headers
    )
    return await post(outside, settings.timeout, request)


def document_of(message: Message) -> dict[str, Any]:
    document: dict[str, Any] = {
        "title": message.subject,
        "message": lay_out(message, PLAIN, TEXT_ROOM),
        "priority": _PRIORITY[message.tone],
    }
    if message.links:
        click = {"click": {"url": message.links[0].value}}
        document["extras"] = {"client::notification": click}
    return document


CHANNEL: Final = ChannelKind("gotify", GotifySettings, send)
