"""Slack, by an incoming webhook. The coloured bar and link buttons are an attachment's, because a
button inside blocks asks the app for an answer that a webhook cannot give. As described in Slack's
documentation, "Sending messages using incoming webhooks" and "Legacy attachments: link buttons".
"""

from __future__ import annotations

from typing import Any, Final

from monitor.channels.addresses import SecretAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import Markup, escaped, lay_out, unnamed
from monitor.channels.posting import as_json, post
from monitor.notices import COLOURS, Message, Notice

TEXT_ROOM: Final = 7_000  # Slack cuts an attachment at 8,000
BUTTONS_MAX: Final = 5


class SlackSettings(ChannelSettings):
    """Which channel of which workspace: both are in the address."""

    webhook_url: SecretAddress
    """The address of the incoming webhook, as Slack gives it."""


def _text(words: str) -> str:
    plain = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return unnamed(plain)


_SLACK: Final = Markup(
    _text,
    lambda words: f"*{words}*",
    lambda lines: "```" + "\n".join(lines).replace("```", "'''") + "```",
    lambda label, url: f"<{url}|{label}>",
)


async def send(settings: SlackSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    document = document_of(outside.words.message(notice))
    return await post(
        outside, settings.timeout, as_json(settings.webhook_url.get_secret_value(), document)
    )


def document_of(message: Message) -> dict[str, Any]:
    return {
        "text": escaped(message.subject, _text, 500),
        "unfurl_links": False,
        "unfurl_media": False,
        "attachments": [
            {
                "color": COLOURS[message.tone],
                "fallback": escaped(message.short, _text, 500),
                "mrkdwn_in": ["text"],
                "text": lay_out(message, _SLACK, TEXT_ROOM, links=False),
                "actions": [
                    {"type": "button", "text": each.label, "url": each.value}
                    for each in message.links[:BUTTONS_MAX]
                ],
            }
        ],
    }


CHANNEL: Final = ChannelKind("slack", SlackSettings, send)
