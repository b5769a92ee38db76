"""Discord, by a webhook, with one embed. `wait` makes Discord answer only once the message stands.
As described in Discord's documentation, "Execute webhook" and "Embed limits".
"""

from __future__ import annotations

from typing import Any, Final

import httpx

from monitor.channels.addresses import SecretAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import MARKDOWN, escaped, lay_out, without_marks
from monitor.channels.posting import as_json, post
from monitor.notices import COLOURS, Message, Notice

TEXT_ROOM: Final = 4_000  # a description has 4,096


class DiscordSettings(ChannelSettings):
    """Which channel of which server: both are in the address."""

    webhook_url: SecretAddress
    """The address of the webhook, as Discord gives it."""


async def send(settings: DiscordSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    url = httpx.URL(settings.webhook_url.get_secret_value()).copy_merge_params({"wait": "true"})
    document = document_of(outside.words.message(notice))
    return await post(outside, settings.timeout, as_json(str(url), document))


def document_of(message: Message) -> dict[str, Any]:
    return {
        "content": escaped(message.subject, without_marks, 500),
        "allowed_mentions": {"parse": []},
        "embeds": [
            {
                "color": int(COLOURS[message.tone].removeprefix("#"), 16),
                "description": lay_out(message, MARKDOWN, TEXT_ROOM),
                "timestamp": message.notice.at.isoformat(timespec="seconds"),
            }
        ],
    }


CHANNEL: Final = ChannelKind("discord", DiscordSettings, send)
