"""Tells Opsgenie, or whatever speaks its API v2, such as Jira Service Management.

Paths, fields and their limits (a message has 130 characters, a description 15,000) are those of
Opsgenie's own documentation of its Alert API. What is
told under the alias of something open there is counted and changes nothing else, so a severity that
rose is told by itself.
"""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import quote

from pydantic import Field

from monitor.channels.addresses import Key, WebAddress
from monitor.channels.channel import ChannelKind, ChannelSettings, Delivery, Outside
from monitor.channels.facts import details
from monitor.channels.posting import Post, as_json, post
from monitor.notices import EventKind, Notice, Words, one_line
from monitor.routing import Severity

DETAILS_MAX: Final = 8_000  # characters, all together
SOURCE: Final = "trueup"
PRIORITIES: Final = {Severity.CRITICAL: "P1", Severity.WARNING: "P3", Severity.INFO: "P5"}

_Name = Annotated[str, Field(min_length=1, max_length=50)]


class OpsgenieSettings(ChannelSettings):
    """Which account to tell, and who answers there."""

    api_key: Key
    """The key of an API integration."""
    url: WebAddress = "https://api.opsgenie.com"
    """For the EU: `https://api.eu.opsgenie.com`."""
    teams: Annotated[tuple[_Name, ...], Field(max_length=50, strict=False)] = ()
    """Names of teams to tell, beside those that the integration tells."""
    tags: Annotated[tuple[_Name, ...], Field(max_length=18, strict=False)] = ()
    """Tags for all that is told here."""


async def send(settings: OpsgenieSettings, notice: Notice, _: str, outside: Outside) -> Delivery:
    words = outside.words
    match notice.event:
        case EventKind.RESOLVED:
            posts = [_on_alias(settings, notice, "close", _said(notice, words))]
        case EventKind.ACKNOWLEDGED:
            posts = [_on_alias(settings, notice, "acknowledge", _said(notice, words))]
        case EventKind.ACTED:  # a note on what is open, which never opens it anew
            posts = [_on_alias(settings, notice, "notes", _said(notice, words))]
        case EventKind.WORSENED:
            priority = {"priority": PRIORITIES[notice.severity]}
            posts = [
                _create(settings, notice, words),
                _on_alias(settings, notice, "priority", priority, method="PUT"),
            ]
        case EventKind.TEST:  # nothing may stay open after a test
            posts = [
                _create(settings, notice, words),
                _on_alias(settings, notice, "close", _said(notice, words)),
            ]
        case _:
            posts = [_create(settings, notice, words)]
    return await post(outside, settings.timeout, *posts)


def _create(settings: OpsgenieSettings, notice: Notice, words: Words) -> Post:
    created = {
        "message": words.subject(notice),
        "alias": notice.dedup_key,
        "description": words.text(notice),
        "responders": [{"name": team, "type": "team"} for team in settings.teams],
        "tags": [*settings.tags, one_line(notice.environment, 50), notice.about.value],
        "details": _details(notice, words),
        "entity": one_line(notice.probe, 512),
        "source": SOURCE,
        "priority": PRIORITIES[notice.severity],
        "note": "" if notice.event is EventKind.OPENED else _news(notice, words),
    }
    kept = {name: value for name, value in created.items() if value}
    return as_json(f"{settings.url}/v2/alerts", kept, _authorised(settings))


def _on_alias(
    settings: OpsgenieSettings,
    notice: Notice,
    what: str,
    document: dict[str, Any],
    method: str = "POST",
) -> Post:
    alias = quote(notice.dedup_key, safe="")
    address = f"{settings.url}/v2/alerts/{alias}/{what}?identifierType=alias"
    return as_json(address, document, _authorised(settings), method)


def _said(notice: Notice, words: Words) -> dict[str, str]:
    person = one_line(notice.acknowledged_by, 100)
    by = {"user": person} if person and notice.event is EventKind.ACKNOWLEDGED else {}
    return by | {"source": SOURCE, "note": _news(notice, words)}


def _news(notice: Notice, words: Words) -> str:
    said = notice.note
    if notice.event is EventKind.ACTED:
        said = words.message(notice).opening
    return one_line(f"{words.subject(notice)} {said}", 1_000)


def _details(notice: Notice, words: Words) -> dict[str, str]:
    kept, left = {}, DETAILS_MAX
    for label, fact in details(words.message(notice)).items():
        left -= len(label) + len(fact)
        if left < 0:
            break
        kept[label] = fact
    return kept


def _authorised(settings: OpsgenieSettings) -> dict[str, str]:
    return {"Authorization": f"GenieKey {settings.api_key.get_secret_value()}"}


CHANNEL: Final = ChannelKind("opsgenie", OpsgenieSettings, send)
