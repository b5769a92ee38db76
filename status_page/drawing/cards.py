"""The social cards of a page: its own, and those of its newest incidents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Final

from status_page.component import Condition
from status_page.drawing.card import Card, picture
from status_page.incident import Impact, Incident
from status_page.index.headline import headline
from status_page.kept import Kept
from status_page.page import Page
from status_page.text import anchor
from status_page.tongue import Tongue, tongue

_RECENT: Final = timedelta(days=90)
_MOST: Final = 20
"""Pictures of one page: each takes as long as fifty pages of text."""
_VARIABLES: Final = {
    Condition.UP: "up",
    Condition.DEGRADED: "slow",
    Condition.DOWN: "down",
    Condition.MAINTENANCE: "plan",
    Condition.UNKNOWN: "gap",
    Condition.UNWATCHED: "gap",
}


class Cards:
    """Each picture is drawn again when it shows something else."""

    def __init__(self) -> None:
        self._kept: Kept[Card, bytes] = Kept()

    def files(self, page: Page) -> Iterable[tuple[str, bytes]]:
        speaking = tongue(page.language)
        cards = {"card.png": _whole(page, speaking)}
        for incident in with_card(page):
            cards[card_path(incident)] = _of(incident, page, speaking)
        for path, card in cards.items():
            yield path, self._kept.get(path, card, picture)
        self._kept.only(cards)


def with_card(page: Page) -> tuple[Incident, ...]:
    """The newest of the last 90 days; all others show the card of the page."""
    since = datetime.combine(page.made_at.date() - _RECENT, time(), UTC)
    recent = (each for each in page.incidents if (each.resolved_at or page.made_at) >= since)
    return tuple(sorted(recent, key=_age, reverse=True)[:_MOST])


def _age(incident: Incident) -> tuple[bool, datetime]:
    return incident.resolved_at is None, incident.began_at


def card_path(incident: Incident) -> str:
    return f"incidents/{anchor(incident.id)}/card.png"


def _whole(page: Page, speaking: Tongue) -> Card:
    top = headline(page, speaking)
    day = speaking.day(page.made_at.date())
    return Card(top.tone, top.words, page.title, day, _ink(page, top.tone))


def _of(incident: Incident, page: Page, speaking: Tongue) -> Card:
    tone = _tone(incident)
    sentence = incident.sentence or speaking.say("Something does not work.")
    if incident.resolved_at is not None:
        sentence = speaking.say("Resolved: {title}", title=sentence)
    day = speaking.day(incident.began_at.date())
    return Card(tone, sentence, page.title, _dated(incident, day, speaking), _ink(page, tone))


def _dated(incident: Incident, day: str, speaking: Tongue) -> str:
    if incident.resolved_at is None:
        return speaking.say("Since {day}", day=day)
    lasted = speaking.duration(incident.lasted(incident.resolved_at))
    return speaking.say("{day}, resolved after {span}", day=day, span=lasted)


def _tone(incident: Incident) -> Condition:
    if incident.resolved_at is not None:
        return Condition.UP
    return Condition.DEGRADED if incident.impact is Impact.MINOR else Condition.DOWN


def _ink(page: Page, tone: Condition) -> str:
    name = _VARIABLES[tone]
    given = page.look.colours
    return given.get(f"{name}-ink") or given.get(name, "")
