"""Telling of an open incident, or noting why not. Inside the writer's transaction: what is
decided here commits together with what it was decided from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import deciding
from monitor.context import SUMMARY, Context, circle
from monitor.deciding import Case, Need, Tell, Withhold
from monitor.notices import EventKind, Notice
from monitor.routing import Routing
from monitor.store import attended, incidents
from monitor.store.attended import Attended
from monitor.why import Why

PENDING_WITHIN: Final = timedelta(seconds=90)
PENDING_MOST: Final = 50
WITHHELD: Final = "withheld"
"""The kind of an event that nobody was told of."""


def consider(
    db: Database,
    context: Context,
    incident: Attended,
    at: datetime,
    *,
    why: Why,
    gather: bool = True,
) -> bool:
    """Decides about an incident that nobody was told of, and does what was decided. *why* is the
    reason that will stand with the telling. Whether anything is to be delivered now.
    """
    case = replace(_case(db, context, incident, at), gathering=gather)
    decision = deciding.decide(case, at)
    match decision:
        case Tell(channels):
            tell(db, incident, channels, at, why=why)
            return True
        case Withhold():
            _withhold(db, incident, decision, at)
            return False


def leaves(db: Database, context: Context, incident: Attended, at: datetime) -> bool:
    """Whether one that waited with others has a reason of its own by now; then that is noted."""
    reason = deciding.its_own_reason(_case(db, context, incident, at), at)
    if reason is not None:
        _withhold(db, incident, reason, at)
    return reason is not None


def tell(
    db: Database, incident: Attended, channels: Iterable[str], at: datetime, *, why: Why
) -> None:
    """The opening, to everybody whom it concerns."""
    notice = replace(incident.full_notice(), event=EventKind.OPENED, at=at)
    notify(db, incident.number, notice, channels, why=why)
    attended.change(
        db, incident.number, told_at=at, withheld="", look_at=None, under=None, notice=notice
    )


def notify(
    db: Database,
    number: int,
    notice: Notice,
    channels: Iterable[str],
    *,
    why: Why,
) -> None:
    """One event, one letter for each channel."""
    told = tuple(dict.fromkeys(channels))
    numbered = replace(
        notice, sequence=incidents.next_sequence(db, number), told=told, why=why.value
    )
    incidents.add_event(db, numbered, why=why.value, channels=told)


def _withhold(db: Database, incident: Attended, decision: Withhold, at: datetime) -> None:
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


def _case(db: Database, context: Context, incident: Attended, at: datetime) -> Case:
    routing = context.routing_of(incident.probe)
    channels = circle(routing.channels_at(incident.severity, at))
    attended.change(db, incident.number, circle=channels)
    case = Case(
        severity=incident.severity,
        routing=routing,
        opened_at=incident.opened_at,
        silenced_until=_until(db, context, incident.probe, at, "silence"),
        maintained_until=_until(db, context, incident.probe, at, "maintenance"),
        needs=_needs(db, routing, incident),
        recovering_until=_recovering_until(db, context, incident),
    )
    if incident.own or not channels:
        return case
    return replace(
        case,
        together=_together(db, context, channels, incident.probe, at),
        lately=attended.told_since(db, channels, at - deciding.STORM_WITHIN),
        summary=attended.summary_to_join(db, channels, SUMMARY, since=at - deciding.STORM_WITHIN),
    )


def quiet_until(db: Database, context: Context, probe: str, at: datetime) -> datetime | None:
    """While it is silenced or maintained, nobody is reminded of it either."""
    ends = [_until(db, context, probe, at, table) for table in ("silence", "maintenance")]
    return max((end for end in ends if end is not None), default=None)


def _until(db: Database, context: Context, probe: str, at: datetime, table: str) -> datetime | None:
    """Own trouble is nobody's maintenance."""
    if probe not in context.config.probes:
        return None
    written = attended.announced_until(db, table, probe, context.tags_of(probe), at)
    configured = context.maintained_until(probe, at) if table == "maintenance" else None
    return max((end for end in (written, configured) if end is not None), default=None)


def _needs(db: Database, routing: Routing, incident: Attended) -> tuple[Need, ...]:
    if not routing.needs:
        return ()
    return tuple(
        Need(
            row.probe,
            row.incident,
            undecided=row.pending or row.last_run_at < incident.began_at,
        )
        for row in attended.needed(db, routing.needs)
    )


def _recovering_until(db: Database, context: Context, incident: Attended) -> datetime | None:
    """After its cause is over, it has the time of its own recovery to follow."""
    if incident.withheld not in (Why.CAUSE_KNOWN, Why.CAUSE_OVER) or incident.under is None:
        return incident.look_at if incident.withheld == Why.CAUSE_OVER else None
    over_at = attended.resolved_at(db, incident.under)
    probe = context.config.probes.get(incident.probe)
    if over_at is None or probe is None:
        return None
    return over_at + (probe.policy.close_after + 1) * probe.every + probe.settings.timeout


def _together(db: Database, context: Context, channels: str, probe: str, at: datetime) -> int:
    """Once some are waiting for each other, the next one waits with them without counting."""
    if attended.is_gathering(db, channels):
        return deciding.TOGETHER
    opened = attended.opened_since(db, channels, at - deciding.GATHER_FOR)
    if opened >= deciding.TOGETHER:
        return opened
    pending = attended.about_to_open(db, since=at - PENDING_WITHIN, most=PENDING_MOST)
    others = [other for other in pending if other != probe]
    return opened + sum(_is_of(context, other, channels, at) for other in others)


def _is_of(context: Context, probe: str, channels: str, at: datetime) -> bool:
    known = context.config.probes.get(probe)
    if known is None:
        return False
    return circle(known.routing.channels_at(known.routing.severity, at)) == channels
