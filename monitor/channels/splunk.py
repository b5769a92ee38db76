"""Tells Splunk On-Call, once called VictorOps, through its generic REST integration.

The fields are those of its guide to that integration and of its glossary of incident fields; a
label that begins with `vo_annotate.u.` becomes a link.
"""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import quote

from pydantic import Field

from monitor.channels.addresses import Key, WebAddress
from monitor.channels.channel import (
    ChannelKind,
    ChannelSettings,
    Delivery,
    Outside,
    Refused,
)
from monitor.channels.facts import details, headline
from monitor.channels.posting import Headers, as_json, post, read_json
from monitor.clock import to_us
from monitor.notices import EventKind, Notice, Words, one_line
from monitor.routing import Severity

TOOL: Final = "trueup"
MESSAGE_TYPES: Final = {
    Severity.CRITICAL: "CRITICAL",
    Severity.WARNING: "WARNING",
    Severity.INFO: "INFO",
}
_NAME_MAX: Final = 250


class SplunkSettings(ChannelSettings):
    """Which account to tell, and which of its routes."""

    api_key: Key
    """The key in the address that the integration shows."""
    routing_key: Annotated[str, Field(min_length=1, max_length=200)]
    """Who answers, as it is set up there."""
    url: WebAddress = "https://alert.victorops.com/integrations/generic/20131114/alert"
    """The same address up to the key."""


async def send(settings: SplunkSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    key = quote(settings.api_key.get_secret_value(), safe="")
    address = f"{settings.url}/{key}/{quote(settings.routing_key, safe='')}"
    match notice.event:
        case EventKind.RESOLVED:
            types = ["RECOVERY"]
        case EventKind.ACKNOWLEDGED:
            types = ["ACKNOWLEDGEMENT"]
        case EventKind.ACTED:  # a line in what is open, which never opens it anew
            types = [MESSAGE_TYPES[Severity.INFO]]
        case EventKind.TEST:  # nothing may stay open after a test
            types = [MESSAGE_TYPES[notice.severity], "RECOVERY"]
        case _:
            types = [MESSAGE_TYPES[notice.severity]]
    posts = [as_json(address, _message(notice, outside.words, each)) for each in types]
    return await post(outside, settings.timeout, *posts, reads=_second_thought)


def _message(notice: Notice, words: Words, message_type: str) -> dict[str, Any]:
    message = words.message(notice)
    by = {"ack_author": one_line(notice.acknowledged_by, _NAME_MAX), "ack_msg": notice.note}
    return {
        "message_type": message_type,
        "entity_id": notice.dedup_key,
        "entity_display_name": headline(notice, _NAME_MAX),
        "state_message": words.text(notice),
        "state_start_time": to_us(notice.began_at) // 1_000_000,
        "monitoring_tool": TOOL,
        **(by if notice.event is EventKind.ACKNOWLEDGED else {}),
        **details(message),
        **{f"vo_annotate.u.{link.label}": link.value for link in message.links},
    }


def _second_thought(_: Headers, body: bytes) -> Delivery | None:
    """It may say 200 and, in the body, that it did not take it; what it quotes is left out."""
    said = read_json(body)
    if isinstance(said, dict) and said.get("result") == "failure":
        return Refused("answered that it did not take it")
    return None


CHANNEL: Final = ChannelKind("splunk", SplunkSettings, send)
