"""ntfy, hosted or one's own. As described in ntfy's documentation, "Publish as JSON"."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from pydantic import Field

from monitor.channels.addresses import Key, WebAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import PLAIN, cut_bytes, lay_out
from monitor.channels.posting import as_json, post
from monitor.notices import Message, Notice, Tone

TEXT_ROOM: Final = 3_800  # bytes; what is longer than 4,096 becomes an attached file
BUTTONS_MAX: Final = 3
_PRIORITY: Final = MappingProxyType({Tone.BAD: 5, Tone.UNEASY: 4, Tone.GOOD: 3, Tone.CALM: 2})
_TAG: Final = MappingProxyType(
    {
        Tone.BAD: "rotating_light",
        Tone.UNEASY: "warning",
        Tone.GOOD: "white_check_mark",
        Tone.CALM: "information_source",
    }
)


class NtfySettings(ChannelSettings):
    """Which topic on which server."""

    server: WebAddress = "https://ntfy.sh"
    topic: str = Field(pattern=r"^[-_A-Za-z0-9]{1,64}$")
    """Whoever knows it can read it, unless the server asks for a token."""
    token: Key | None = None
    """An access token of the server."""


async def send(settings: NtfySettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    headers = {}
    if settings.token is not None:
        headers["Authorization"] = f"Bearer {settings.token.get_secret_value()}"
    document = document_of(settings.topic, outside.words.message(notice))
    return await post(outside, settings.timeout, as_json(settings.server, document, headers))


def document_of(topic: str, message: Message) -> dict[str, Any]:
    document = {
        "topic": topic,
        "title": message.subject,
        "message": cut_bytes(lay_out(message, PLAIN, TEXT_ROOM, links=False), TEXT_ROOM),
        "priority": _PRIORITY[message.tone],
        "tags": [_TAG[message.tone]],
        "actions": [
            {"action": "view", "label": each.label, "url": each.value}
            for each in message.links[:BUTTONS_MAX]
        ],
    }
    if message.links:
        document["click"] = message.links[-1].value
    return document


CHANNEL: Final = ChannelKind("ntfy", NtfySettings, send)
