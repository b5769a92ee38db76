"""Mattermost, by an incoming webhook, with one attachment. As described in Mattermost's
documentation, "Incoming webhooks" and "Message attachments".
"""

from __future__ import annotations

from typing import Any, Final

from monitor.channels.addresses import SecretAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import MARKDOWN, escaped, lay_out, without_marks
from monitor.channels.posting import as_json, post
from monitor.notices import COLOURS, Message, Notice

TEXT_ROOM: Final = 12_000  # a post has 16,383


class MattermostSettings(ChannelSettings):
    """Which channel of which server: both are in the address."""

    webhook_url: SecretAddress
    """The address of the incoming webhook."""


async def send(settings: MattermostSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    document = document_of(outside.words.message(notice))
    return await post(
        outside, settings.timeout, as_json(settings.webhook_url.get_secret_value(), document)
    )


def document_of(message: Message) -> dict[str, Any]:
    return {
        "text": escaped(message.subject, without_marks, 500),
        "attachments": [
            {
                "color": COLOURS[message.tone],
                "fallback": escaped(message.short, without_marks, 500),
                "text": lay_out(message, MARKDOWN, TEXT_ROOM),
            }
        ],
    }


CHANNEL: Final = ChannelKind("mattermost", MattermostSettings, send)
