"""Telling of an open incident, or noting why not. Inside the writer's transaction: what is
decided here commits together with what it was decided from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import circumstances, deciding
from monitor.context import Context
from monitor.deciding import Tell, Withhold
from monitor.notices import EventKind, Notice
from monitor.notices.changes import is_dry
from monitor.routing import Routing
from monitor.store import attended, captures, held, incidents
from monitor.store.attended import Attended
from monitor.why import Why

WITHHELD: Final = "withheld"
"""The kind of an event that nobody was told of."""


def consider(db: Database, context: Context, incident: Attended, at: datetime, *, why: Why) -> bool:
    """Decides about an incident that nobody was told of, and does what was decided. *why* is the
    reason that will stand with the telling. Whether anything is to be delivered now.
    """
    match deciding.decide(circumstances.case_of(db, context, incident, at), at):
        case Tell(channels):
            tell(db, incident, channels, at, why=why)
            return True
        case Withhold() as decision:
            withhold(db, incident, decision, at)
            return False


def tell(
    db: Database, incident: Attended, channels: Iterable[str], at: datetime, *, why: Why
) -> None:
    """The opening, to everybody whom it concerns."""
    notice = replace(incident.full_notice(), event=EventKind.OPENED, at=at)
    notify(db, incident.number, notice, channels, why=why)
    attended.change(
        db, incident.number, told_at=at, withheld="", look_at=None, under=None, notice=notice
    )


def go_on(db: Database, context: Context, number: int, at: datetime, *, why: Why) -> None:
    """News of an open incident, which its notice holds. Where people know of it they are told, or
    when it may be told again; where it was only told in a summary, it is considered on its own.
    """
    incident = attended.one(db, number)
    if incident is None:
        return
    if incident.told_at is None:
        incidents.add_bare_event(db, number, incident.full_notice().event.value, at, why=why.value)
        if incident.withheld == Why.IN_A_SUMMARY and why is Why.WORSE_THAN_SLOW:
            attended.change(db, number, withheld="", under=None)
            consider(db, context, replace(incident, withheld="", under=None), at, why=why)
        return
    until = circumstances.quiet_until(db, context, incident, at)
    if until is not None:
        incidents.add_bare_event(db, number, WITHHELD, at, why=why.value)
        attended.change(db, number, withheld=why.value, look_at=until)
        return
    tell_news(db, context, incident, at, why=why)


def tell_news(
    db: Database, context: Context, incident: Attended, at: datetime, *, why: Why
) -> None:
    """What the notice of a told incident holds, to those who heard of it and those who should. What
    would have been done goes with the opening wherever that still waits.
    """
    told = who_should_know(db, context.routing_of(incident.probe), incident, at)
    notice = replace(incident.full_notice(), at=at)
    if notice.event is EventKind.ACTED and is_dry(notice):
        heard = held.say_too(db, incident.number, notice.deeds, at)
        told = [channel for channel in told if channel not in heard]
    if told:
        notify(db, incident.number, notice, told, why=why)
    else:
        incidents.add_bare_event(db, incident.number, notice.event.value, at, why=why.value)
    attended.change(db, incident.number, withheld="", look_at=None)


def who_should_know(db: Database, routing: Routing, incident: Attended, at: datetime) -> list[str]:
    """Those who heard of it, and those who would be told by the present configuration: a channel
    may have refused the opening, or be new.
    """
    should = routing.channels_at(incident.severity, at)
    return [*incidents.channels_told(db, incident.number), *should]


def notify(
    db: Database,
    number: int,
    notice: Notice,
    channels: Iterable[str],
    *,
    why: Why,
) -> None:
    """One event, one letter for each channel. Those of an opening wait a little for what is being
    fetched because of it.
    """
    told = tuple(dict.fromkeys(channels))
    numbered = replace(
        notice, sequence=incidents.next_sequence(db, number), told=told, why=why.value
    )
    opens = notice.event is EventKind.OPENED
    held_until = captures.held_until(db, number, notice.at) if opens else None
    incidents.add_event(db, numbered, why=why.value, channels=told, held_until=held_until)


def withhold(db: Database, incident: Attended, decision: Withhold, at: datetime) -> None:
    """Every new reason is an event of its own; the same one again changes only when to look."""
    if incident.withheld != decision.why:
        incidents.add_bare_event(db, incident.number, WITHHELD, at, why=decision.why.value)
    attended.change(
        db,
        incident.number,
        withheld=decision.why.value,
        look_at=decision.until,
        under=decision.under,
    )
    if decision.why is Why.IN_A_SUMMARY and decision.under is not None:
        attended.change(db, decision.under, joined_at=at)
