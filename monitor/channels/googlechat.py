"""A Google Chat space, by a webhook, one thread for each incident. As described in Google's
documentation, "Build a Google Chat app as a webhook" and "Cards v2".
"""

from __future__ import annotations

import html
from typing import Any, Final

import httpx

from monitor.channels.addresses import SecretAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import escaped
from monitor.channels.posting import as_json, post
from monitor.notices import Fact, Message, Notice

TEXT_ROOM: Final = 6_000  # a message has 32 KB
BUTTONS_MAX: Final = 5
_THREADED: Final = {"messageReplyOption": "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"}


class GoogleChatSettings(ChannelSettings):
    """Which space: it is in the address."""

    webhook_url: SecretAddress
    """The address of the webhook, its key and token included."""


async def send(settings: GoogleChatSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    url = httpx.URL(settings.webhook_url.get_secret_value()).copy_merge_params(_THREADED)
    document = document_of(outside.words.message(notice))
    return await post(outside, settings.timeout, as_json(str(url), document))


def document_of(message: Message) -> dict[str, Any]:
    widgets = [_text(message.opening), *(_fact(each) for each in message.details)]
    if message.links:
        widgets.append(
            {"buttonList": {"buttons": [_button(f) for f in message.links[:BUTTONS_MAX]]}}
        )
    return {
        "text": message.subject.replace("<", "‹"),  # <users/all> would call everybody
        "thread": {"threadKey": message.notice.dedup_key},
        "cardsV2": [{"cardId": "notice", "card": {"sections": [{"widgets": widgets}]}}],
    }


def _text(words: str) -> dict[str, Any]:
    said = escaped(words, html.escape, TEXT_ROOM).replace("\n", "<br>")
    return {"textParagraph": {"text": said}}


def _fact(fact: Fact) -> dict[str, Any]:
    said = html.escape("\n".join((fact.value, *fact.quote))).replace("\n", "<br>")
    return {"decoratedText": {"topLabel": fact.label, "text": said, "wrapText": True}}


def _button(fact: Fact) -> dict[str, Any]:
    return {"text": fact.label, "onClick": {"openLink": {"url": fact.value}}}


CHANNEL: Final = ChannelKind("googlechat", GoogleChatSettings, send)
