"""What people do about an incident. Every function runs inside the writer's transaction; nothing
here tells anybody, it only writes down that somebody is to be told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.acts import deploying, learning, planning, speaking
from monitor.acts.finding import facts, find_open, name
from monitor.acts.orders import (
    SOMEBODY,
    AcceptChange,
    Acknowledge,
    CannotAct,
    Done,
    End,
    ForgetBaseline,
    ForgetDeploy,
    Maintain,
    No,
    Order,
    RecordDeploy,
    Silence,
    Withdraw,
    instant,
)
from monitor.acts.planning import Known
from monitor.clock import iso
from monitor.notices import About, EventKind, Notice, from_json
from monitor.store import acts, incidents
from monitor.store.acts import Kind, Standing
from monitor.why import Why


def carry_out(db: Database, order: Order, config: Known, at: datetime) -> Done:
    """Raises CannotAct, having changed nothing."""
    match order:
        case Acknowledge():
            return acknowledge(db, order, at)
        case Withdraw():
            return withdraw(db, order, at)
        case Silence():
            return planning.plan(db, Kind.SILENCE, order, config, at)
        case Maintain():
            return planning.plan(db, Kind.MAINTENANCE, order, config, at)
        case End():
            return planning.end(db, order, at)
        case RecordDeploy() | ForgetDeploy():
            return _of_deploys(db, order, config, at)
        case ForgetBaseline() | AcceptChange():
            return _of_what_was_learned(db, order, config, at)
        case _:
            return speaking.speak(db, order, config, at)


def _of_deploys(
    db: Database, order: RecordDeploy | ForgetDeploy, config: Known, at: datetime
) -> Done:
    if isinstance(order, RecordDeploy):
        return deploying.record(db, order, config, at)
    return deploying.forget(db, order, at)


def _of_what_was_learned(
    db: Database, order: ForgetBaseline | AcceptChange, config: Known, at: datetime
) -> Done:
    if isinstance(order, ForgetBaseline):
        return learning.forget_baseline(db, order, config)
    return learning.accept(db, order, at)


def acknowledge(db: Database, order: Acknowledge, at: datetime) -> Done:
    """Tells those who heard the opening, once. Whoever was first stays; they may change until
    when. That of a summary covers what is in it.
    """
    if order.until is not None and order.until <= at:
        raise CannotAct(No.BAD_TIME, "the acknowledgement would end before it begins")
    found = _told_in(db, find_open(db, order.incident))
    by = order.by or SOMEBODY
    first = not found.acknowledged(at)
    same = by == found.acknowledged_by != SOMEBODY and order.until != found.acknowledged_until
    if not first and not same:
        return _already(found)
    covered = [found, *_in_summary(db, found, at)]
    for each in covered:
        acts.acknowledge(db, each.number, by=by, at=at, until=order.until)
    told = _tell_acknowledged(db, found, order, at) if first else []
    return _acknowledged(found, order, told, len(covered) - 1, at)


def _told_in(db: Database, found: Standing) -> Standing:
    """The summary that people know an incident from: nobody is paged for its members one by one."""
    above = acts.standing(db, found.under) if found.under is not None else None
    inside = above is not None and any(m.number == found.number for m in _members(db, above))
    return above if above is not None and inside else found


def _already(found: Standing) -> Done:
    by, at = found.acknowledged_by, found.acknowledged_at
    when = f" at {instant(at)}" if at else ""
    return Done(
        f"{name(found)} was acknowledged already, by {by}{when}. Nothing changed.",
        facts(found) | {"changed": False, "by": by, "at": iso(at) if at else None},
    )


def _acknowledged(
    found: Standing, order: Acknowledge, told: list[str], members: int, at: datetime
) -> Done:
    by = order.by or SOMEBODY
    until = f" until {instant(order.until)}" if order.until else " until it is over"
    covers = f" It covers the {members} incidents in it." if members else ""
    who = f" Told: {', '.join(told)}." if told else ""
    return Done(
        f"{name(found)} is acknowledged by {by}: no reminders and no escalation{until}."
        f"{covers}{who}",
        facts(found)
        | {
            "changed": True,
            "by": by,
            "at": iso(at),
            "until": iso(order.until) if order.until else None,
            "covers": members,
            "told": told,
        },
    )


def _tell_acknowledged(
    db: Database, found: Standing, order: Acknowledge, at: datetime
) -> list[str]:
    return _tell(
        db,
        found,
        Why.SOMEBODY_ACKNOWLEDGED,
        event=EventKind.ACKNOWLEDGED,
        at=at,
        acknowledged_by=order.by or SOMEBODY,
        acknowledged_at=at,
        note=order.note,
    )


def withdraw(db: Database, order: Withdraw, at: datetime) -> Done:
    """Reminders and escalation go on, and those who heard of the acknowledgement hear of this."""
    found = _told_in(db, find_open(db, order.incident))
    if not found.acknowledged(at):
        raise CannotAct(No.NOT_ACKNOWLEDGED, f"{name(found)} is not acknowledged")
    told = no_longer_acknowledged(db, found.number, at, note=order.note)
    who = f" Told: {', '.join(told)}." if told else ""
    return Done(
        f"{name(found)} is no longer acknowledged by {found.acknowledged_by}: reminders and"
        f" escalation go on.{who}",
        facts(found) | {"changed": True, "told": told},
    )


def no_longer_acknowledged(db: Database, number: int, at: datetime, note: str = "") -> list[str]:
    """Takes it back, from an open incident and from what a summary covered by it; gives the
    channels that hear of it. For an acknowledgement that ran out, too.
    """
    found = acts.standing(db, number)
    if found is None or found.acknowledged_at is None:
        return []
    for each in [found, *_members(db, found)]:
        if (each.acknowledged_at, each.acknowledged_by) == (
            found.acknowledged_at,
            found.acknowledged_by,
        ):
            acts.unacknowledge(db, each.number, at=at)
    return _tell(db, found, Why.NO_LONGER_ACKNOWLEDGED, event=EventKind.REMINDED, at=at, note=note)


def _base(found: Standing) -> Notice | None:
    return from_json(found.notice) if found.notice else None


def _members(db: Database, found: Standing) -> list[Standing]:
    """What a summary tells of; not what a cause explains, for that may outlast it."""
    notice = _base(found)
    if notice is None or notice.about is not About.SUMMARY:
        return []
    return acts.open_members(db, found.number)


def _in_summary(db: Database, found: Standing, at: datetime) -> list[Standing]:
    """Those that nobody else has acknowledged."""
    mine = (found.acknowledged_at, found.acknowledged_by)
    return [
        each
        for each in _members(db, found)
        if not each.acknowledged(at) or (each.acknowledged_at, each.acknowledged_by) == mine
    ]


def _tell(db: Database, found: Standing, why: Why, **news: Any) -> list[str]:
    """One more event of the incident, for those who heard that it opened; gives who they are."""
    notice = _base(found)
    if notice is None:  # nobody was ever to be told
        return []
    told = incidents.channels_told(db, found.number)
    sequence = incidents.next_sequence(db, found.number)
    notice = replace(notice, sequence=sequence, why=why.value, told=tuple(told), **news)
    incidents.add_event(db, notice, why=why.value, channels=told)
    return told
