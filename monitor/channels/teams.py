"""Microsoft Teams, by a workflow that starts "when a Teams webhook request is received", with an
adaptive card. As described in Microsoft's documentation, "Create an incoming webhook with
Workflows" and "Adaptive Cards: schema".
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from monitor.channels.addresses import SecretAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.markup import escaped, without_marks
from monitor.channels.posting import as_json, post
from monitor.notices import Fact, Message, Notice, Tone

TEXT_ROOM: Final = 6_000  # a whole request has 28 KB
FACTS_MAX: Final = 16
BUTTONS_MAX: Final = 5
_STYLE: Final = MappingProxyType(
    {
        Tone.BAD: "attention",
        Tone.UNEASY: "warning",
        Tone.GOOD: "good",
        Tone.CALM: "emphasis",
    }
)


class TeamsSettings(ChannelSettings):
    """Which channel or chat: the workflow knows."""

    webhook_url: SecretAddress
    """The address of the workflow, its signature included."""


async def send(settings: TeamsSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    document = document_of(outside.words.message(notice))
    return await post(
        outside, settings.timeout, as_json(settings.webhook_url.get_secret_value(), document)
    )


def document_of(message: Message) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [_head(message), _text(message.opening, size="Large"), *_facts(message.details)],
        "actions": [
            {"type": "Action.OpenUrl", "title": each.label, "url": each.value}
            for each in message.links[:BUTTONS_MAX]
        ],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def _head(message: Message) -> dict[str, Any]:
    return {
        "type": "Container",
        "style": _STYLE[message.tone],
        "bleed": True,
        "items": [_text(message.subject, weight="Bolder")],
    }


def _text(words: str, **how: str) -> dict[str, Any]:
    # Teams takes a single line break for a space
    said = escaped(words, without_marks, TEXT_ROOM).replace("\n", "\n\n")
    return {"type": "TextBlock", "text": said, "wrap": True, **how}


def _facts(facts: tuple[Fact, ...]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if facts:
        pairs = [{"title": f.label, "value": without_marks(f.value)} for f in facts[:FACTS_MAX]]
        blocks.append({"type": "FactSet", "facts": pairs})
    for fact in facts:
        if fact.quote:
            blocks.append(_text(f"{fact.label}:", spacing="Medium"))
            blocks.append(_text("\n".join(fact.quote), fontType="Monospace", spacing="Small"))
    return blocks


CHANNEL: Final = ChannelKind("teams", TeamsSettings, send)
