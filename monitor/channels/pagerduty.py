"""Tells PagerDuty, in the words of its Events API v2, as PagerDuty/developer-docs describes it.

Everything about one incident carries its dedup_key: what follows joins what is open under it, an
acknowledgement or a resolve of nothing open is dropped, and a trigger after the resolve would open
it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urljoin

from pydantic import AfterValidator

from monitor.channels.addresses import WebAddress, is_link
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.facts import details, headline
from monitor.channels.posting import as_json, post
from monitor.channels.prometheus import rfc3339
from monitor.notices import EventKind, Message, Notice, Tone, one_line
from monitor.routing import Severity
from probes import Secret

SUMMARY_MAX: Final = 1024
KEY_LENGTH: Final = 32
CLIENT: Final = "trueup"
DETAILS_MAX: Final = 40
_FIELD_MAX: Final = 255
_WORD_MAX: Final = 1_000
_LINK_MAX: Final = 2_000


def _routing_key(key: Secret) -> Secret:
    words = key.get_secret_value()
    if not (len(words) == KEY_LENGTH and words.isascii() and words.isalnum()):
        raise ValueError(
            f"this is no integration key of Events API v2: it has {KEY_LENGTH} letters and digits"
        )
    return key


class PagerDutySettings(ChannelSettings):
    """Which service of PagerDuty to tell."""

    routing_key: Annotated[Secret, AfterValidator(_routing_key)]
    """The integration key of the service, 32 characters."""
    url: WebAddress = "https://events.pagerduty.com/v2/enqueue"
    """For the EU: `https://events.eu.pagerduty.com/v2/enqueue`."""


async def send(settings: PagerDutySettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    message = outside.words.message(notice)
    match notice.event:
        case EventKind.RESOLVED:
            events = [_bare(settings, notice, "resolve")]
        case EventKind.ACKNOWLEDGED:
            events = [_bare(settings, notice, "acknowledge")]
        case EventKind.TEST:  # nothing may stay open after a test
            events = [_trigger(settings, message), _bare(settings, notice, "resolve")]
        case _:
            events = [_trigger(settings, message)]
    posts = [as_json(settings.url, event) for event in events]
    return await post(outside, settings.timeout, *posts)


async def send_change(
    settings: PagerDutySettings,
    summary: str,
    at: datetime,
    details: Mapping[str, str],
    links: Mapping[str, str],
    outside: Outside,
) -> Delivery:
    """Records a change, such as a deploy; it wakes nobody. *links* are addresses by their text."""
    shown = list(details.items())[:DETAILS_MAX]
    event = {
        "routing_key": settings.routing_key.get_secret_value(),
        "payload": {
            "summary": one_line(summary, SUMMARY_MAX) or "A change",
            "source": CLIENT,
            "timestamp": rfc3339(at),
            "custom_details": {
                one_line(name, _FIELD_MAX): one_line(word, _WORD_MAX) for name, word in shown
            },
        },
        "links": _links(links),
    }
    address = urljoin(settings.url, "change/enqueue")
    return await post(outside, settings.timeout, as_json(address, event))


def _bare(settings: PagerDutySettings, notice: Notice, action: str) -> dict[str, Any]:
    return {
        "routing_key": settings.routing_key.get_secret_value(),
        "event_action": action,
        "dedup_key": notice.dedup_key,
    }


def _trigger(settings: PagerDutySettings, message: Message) -> dict[str, Any]:
    notice = message.notice
    event = _bare(settings, notice, "trigger") | {
        "payload": _payload(message),
        "links": _links({link.label: link.value for link in message.links}),
        "images": [
            {"src": picture.path, "alt": one_line(picture.name, _FIELD_MAX)}
            for picture in notice.pictures
            if picture.path.startswith("https://") and is_link(picture.path)
        ],
        "client": CLIENT,
    }
    return event | ({"client_url": notice.page} if is_link(notice.page) else {})


def _payload(message: Message) -> dict[str, Any]:
    notice = message.notice
    fields = {
        "source": notice.probe,
        "component": ", ".join(notice.components),
        "group": notice.environment,
        "class": notice.reason,
    }
    lines = {name: one_line(word, _FIELD_MAX) for name, word in fields.items()}
    return {
        "summary": headline(notice, SUMMARY_MAX),
        "severity": _severity(message).value,  # the words are the same
        "timestamp": rfc3339(notice.at),
        **{name: line for name, line in lines.items() if line},
        "custom_details": details(message),
    }


def _severity(message: Message) -> Severity:
    """What is only said in between raises nothing."""
    only_said = message.notice.event is EventKind.ACTED and message.tone is Tone.CALM
    return Severity.INFO if only_said else message.notice.severity


def _links(links: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"href": address, "text": one_line(text, _FIELD_MAX)}
        for text, address in list(links.items())[:DETAILS_MAX]
        if is_link(address) and len(address) <= _LINK_MAX
    ]


CHANNEL: Final = ChannelKind("pagerduty", PagerDutySettings, send)
