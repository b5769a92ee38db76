"""What happened, one thing at a time: what people wrote, and what nobody had to write.

An incident opens and resolves by itself unless somebody said so before; announced work is
announced, begins and ends. Ids stay when words are corrected, and nothing that was told vanishes
when people write more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from operator import attrgetter

from status_page.incident import Incident, Maintenance, Stage, Update
from status_page.kept import Kept
from status_page.machine import facts
from status_page.page import Page


@unique
class Turn(StrEnum):
    """What an event says."""

    OPENED = "opened"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    ANNOUNCED = "announced"
    BEGAN = "began"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of a feed, one update of an incident."""

    id: str
    """Stable, and unique on the page."""
    turn: Turn
    at: datetime
    changed_at: datetime
    title: str
    """Of the incident or the work: one line, empty when there is none."""
    words: str
    """Markdown as a person wrote it; empty for what nobody wrote."""
    components: tuple[str, ...]
    """Ids of those concerned."""
    path: str
    """Of its page, below the folder of the language."""
    starts_at: datetime
    ends_at: datetime | None
    """The span of the incident or of the work."""


def of_incident(incident: Incident) -> tuple[Event, ...]:
    """Oldest first."""
    found = [_written(incident, update) for update in incident.updates]
    if not incident.backfilled or not found:
        found += _unwritten(incident)
    return tuple(sorted(found, key=attrgetter("at")))


def _written(incident: Incident, update: Update) -> Event:
    name = update.id or f"{update.stage.value}-{facts.stamp(update.at)}"
    changed_at = max(update.edited_at or update.at, update.at)
    turn = Turn(update.stage.value)
    return _event(incident, f"{incident.id}/{name}", turn, update.at, changed_at, update.words)


def _unwritten(incident: Incident) -> Iterator[Event]:
    began_at, over_at = incident.began_at, incident.resolved_at
    if not any(update.at <= began_at for update in incident.updates):
        yield _event(incident, f"{incident.id}/opened", Turn.OPENED, began_at, began_at)
    if over_at is not None and not any(
        update.stage is Stage.RESOLVED and update.at <= over_at for update in incident.updates
    ):
        yield _event(incident, f"{incident.id}/over", Turn.RESOLVED, over_at, over_at)


def _event(
    incident: Incident, id_: str, turn: Turn, at: datetime, changed_at: datetime, words: str = ""
) -> Event:
    return Event(
        id=id_,
        turn=turn,
        at=at,
        changed_at=changed_at,
        title=facts.line(incident.sentence),
        words=words,
        components=incident.components,
        path=facts.incident_path(incident),
        starts_at=incident.began_at,
        ends_at=incident.resolved_at,
    )


def of_work(work: Maintenance, at: datetime) -> tuple[Event, ...]:
    """What has happened by *at*, oldest first. When configured work was announced, nobody knows:
    that is not told.
    """
    turns = {
        Turn.ANNOUNCED: work.announced_at,
        Turn.BEGAN: work.starts_at if work.starts_at <= at else None,
        Turn.ENDED: work.ends_at if work.ends_at <= at else None,
    }
    first = Turn.BEGAN if work.announced_at is None else Turn.ANNOUNCED
    found = (
        _turn(work, turn, when, work.words if turn is first else "")
        for turn, when in turns.items()
        if when is not None
    )
    return tuple(sorted(found, key=attrgetter("at")))


def _turn(work: Maintenance, turn: Turn, at: datetime, words: str) -> Event:
    return Event(
        id=f"{work.id}/{turn.value}",
        turn=turn,
        at=at,
        changed_at=at,
        title=facts.line(work.title),
        words=words,
        components=work.components,
        path=facts.work_path(work),
        starts_at=work.starts_at,
        ends_at=work.ends_at,
    )


class Events:
    """Those of a page: the very same objects for as long as they say the same."""

    def __init__(self) -> None:
        self._incidents: Kept[Incident, tuple[Event, ...]] = Kept()
        self._work: Kept[tuple[Maintenance, bool, bool], tuple[Event, ...]] = Kept()

    def of(self, page: Page) -> tuple[Event, ...]:
        """The newest first, of the last 90 days."""
        self._incidents.only([incident.id for incident in page.incidents])
        self._work.only([work.id for work in page.maintenance])
        oldest = facts.oldest(page)
        found = [event for event in self._all(page) if event.changed_at >= oldest]
        return tuple(sorted(found, key=attrgetter("at", "id"), reverse=True))

    def _all(self, page: Page) -> Iterator[Event]:
        for incident in page.incidents:
            yield from self._incidents.get(incident.id, incident, of_incident)
        for work in page.maintenance:
            source = (work, work.starts_at <= page.made_at, work.ends_at <= page.made_at)
            yield from self._work.get(
                work.id, source, lambda source: of_work(source[0], page.made_at)
            )


def concerning(events: Iterable[Event]) -> dict[str, list[Event]]:
    """By the ids of components, in the same order."""
    found: dict[str, list[Event]] = {}
    for event in events:
        for id_ in event.components:
            found.setdefault(id_, []).append(event)
    return found
