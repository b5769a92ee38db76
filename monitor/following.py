"""What is due about an incident that people know of: reminders, escalation, news that had to wait.
Inside the writer's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announcing, attached, circumstances, summaries
from monitor.context import SUMMARY, Context
from monitor.notices import EventKind
from monitor.routing import Routing, next_escalation, next_reminder
from monitor.store import acts, attended, incidents
from monitor.store.attended import Attended
from monitor.why import Why

SOONEST: Final = timedelta(milliseconds=200)
NOBODY_KNOWS_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Pass:
    """What came of looking once. `told`: something is to be delivered."""

    told: bool = False
    next_at: datetime | None = None


def sum_of(passes: Sequence[Pass]) -> Pass:
    due = [each.next_at for each in passes if each.next_at is not None]
    return Pass(any(each.told for each in passes), min(due, default=None))


@dataclass(frozen=True, slots=True)
class _Due:
    """News that is due, of something that people know of."""

    event: EventKind
    why: Why
    to: tuple[str, ...] | None = None
    """Instead of those who should know of it."""
    stage: int = 0
    changes: Mapping[str, object] = field(default_factory=dict)


def follow(db: Database, context: Context, incident: Attended, at: datetime) -> Pass:
    """Reminders and escalation, unless somebody is on it or it is meant to be quiet."""
    if incident.is_acknowledged(at):
        return Pass(next_at=incident.acknowledged_until)
    routing = summaries.routing_of(db, context, incident)
    found, next_at = _due(db, context, routing, incident, at)
    if found is None:
        return Pass(next_at=next_at)
    if until := circumstances.quiet_until(db, context, incident, at):
        return Pass(next_at=until)
    _say(db, context, routing, incident, found, at)
    return Pass(told=True, next_at=at + SOONEST)


def _due(
    db: Database, context: Context, routing: Routing, incident: Attended, at: datetime
) -> tuple[_Due | None, datetime | None]:
    """The first thing that is due, or when the next one will be."""
    if incident.acknowledged_at is not None:  # and no longer holds
        return _Due(EventKind.REMINDED, Why.NO_LONGER_ACKNOWLEDGED), None
    if incident.withheld:  # news that had to wait
        owed = incident.full_notice().event
        return _Due(owed, Why.WAITED_ENOUGH, changes={"withheld": "", "look_at": None}), None
    if _nobody_knows(db, context, routing, incident, at):
        return _Due(EventKind.OPENED, Why.NOBODY_KNEW, changes={"told_at": at}), None
    told_at = incident.told_at or at
    ahead: list[datetime] = []
    escalation = next_escalation(routing, incident.stage, told_at, incident.escalated_at)
    if escalation is not None:
        due_at, stage = escalation
        if at >= due_at:
            number = min(incident.stage + 1, len(routing.escalation))
            changes = {"stage": number, "escalated_at": at}
            why = Why.NOBODY_ACKNOWLEDGED
            return _Due(EventKind.ESCALATED, why, stage.to, number, changes), None
        ahead.append(due_at)
    remind_at = next_reminder(routing, incident.reminders, incident.reminded_at or told_at)
    if remind_at is not None:
        if at >= remind_at:
            number = incident.reminders + 1
            changes = {"reminders": number, "reminded_at": at}
            return _Due(EventKind.REMINDED, Why.STILL_DOWN, None, number, changes), None
        ahead.append(remind_at)
    return None, min(ahead, default=None)


def _nobody_knows(
    db: Database, context: Context, routing: Routing, incident: Attended, at: datetime
) -> bool:
    """Every channel that was told refused it, or is gone: then it is told again now and then."""
    told_at, there = incident.told_at, context.config.channels.keys()
    if told_at is None or at - told_at < NOBODY_KNOWS_FOR:
        return False
    if not there & set(routing.channels_at(incident.severity, at)):
        return False
    return not there & set(incidents.channels_told(db, incident.number))


def _say(
    db: Database, context: Context, routing: Routing, incident: Attended, due: _Due, at: datetime
) -> None:
    notice = incident.full_notice()
    if incident.probe == SUMMARY:
        notice = summaries.present(db, incident, at)
    told = due.to or announcing.who_should_know(db, routing, incident, at)
    notice = attached.to_news(db, context, notice, at)
    notice = replace(notice, event=due.event, at=at, stage=due.stage)
    announcing.notify(db, incident.number, notice, told, why=due.why)
    if due.why is Why.NO_LONGER_ACKNOWLEDGED:
        acts.unacknowledge(db, incident.number, at=at)
    else:
        attended.change(db, incident.number, **due.changes)
