"""Telegram, by a bot. Links stand in the text and not on buttons, because Telegram refuses the
whole message when a button leads into a private network. As described in Telegram's "Bot API:
sendMessage, HTML style".
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from pydantic import Field

from monitor.channels.addresses import Key, WebAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import HTML, escaped, lay_out
from monitor.channels.posting import as_json, post
from monitor.notices import Message, Notice, Tone

TEXT_ROOM: Final = 3_600  # a message has 4,096


class TelegramSettings(ChannelSettings):
    """Which bot speaks to whom."""

    bot_token: Key
    """What BotFather gave for the bot."""
    chat_id: str = Field(min_length=1)
    """The number of the chat, or `@name` of a public channel."""
    thread_id: int | None = Field(default=None, ge=1)
    """The topic inside a group that has topics."""
    server: WebAddress = "https://api.telegram.org"


async def send(settings: TelegramSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    token = quote(settings.bot_token.get_secret_value(), safe=":")
    url = f"{settings.server}/bot{token}/sendMessage"
    document = document_of(settings, outside.words.message(notice))
    return await post(outside, settings.timeout, as_json(url, document))


def document_of(settings: TelegramSettings, message: Message) -> dict[str, Any]:
    subject = HTML.bold(escaped(message.subject, HTML.text, 400))
    document = {
        "chat_id": settings.chat_id,
        "text": f"{subject}\n\n{lay_out(message, HTML, TEXT_ROOM)}",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "disable_notification": message.tone is Tone.CALM,
    }
    if settings.thread_id is not None:
        document["message_thread_id"] = settings.thread_id
    return document


CHANNEL: Final = ChannelKind("telegram", TelegramSettings, send)
