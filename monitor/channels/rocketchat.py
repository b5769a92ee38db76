"""Rocket.Chat, by an incoming webhook. As described in Rocket.Chat's documentation, "Integrations"
and "Post message: attachments".
"""

from __future__ import annotations

from typing import Any, Final

from monitor.channels.addresses import SecretAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside, Refused
from monitor.channels.markup import MARKDOWN, Markup, escaped, lay_out, without_marks
from monitor.channels.posting import Headers, as_json, post, read_json
from monitor.notices import COLOURS, Message, Notice

TEXT_ROOM: Final = 4_000  # a message has 5,000 unless the server says otherwise

_ROCKET: Final = Markup(without_marks, lambda words: f"*{words}*", MARKDOWN.quote, MARKDOWN.link)


class RocketChatSettings(ChannelSettings):
    """Which room of which server: both are in the address."""

    webhook_url: SecretAddress
    """The address of the incoming webhook, its two tokens included."""


async def send(settings: RocketChatSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    request = as_json(
        settings.webhook_url.get_secret_value(), document_of(outside.words.message(notice))
    )
    return await post(outside, settings.timeout, request, reads=_reads)


def document_of(message: Message) -> dict[str, Any]:
    return {
        "text": escaped(message.subject, without_marks, 500),
        "attachments": [
            {"color": COLOURS[message.tone], "text": lay_out(message, _ROCKET, TEXT_ROOM)}
        ],
    }


def _reads(_: Headers, body: bytes) -> Delivery | None:
    answer = read_json(body)
    said_no = isinstance(answer, dict) and answer.get("success") is False
    return Refused("the service said that it did not take it") if said_no else None


CHANNEL: Final = ChannelKind("rocketchat", RocketChatSettings, send)
