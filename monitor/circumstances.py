"""What surrounds an incident while it is decided whether anybody is told of it. Inside the writer's
transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import deciding
from monitor.context import SUMMARY, Context, circle
from monitor.deciding import Case, Need
from monitor.routing import Routing, Severity
from monitor.store import attended, circles
from monitor.store.attended import Attended, NeedRow
from monitor.why import Why

PENDING_WITHIN: Final = timedelta(seconds=90)
PENDING_MOST: Final = 50
RECOVERY_MOST: Final = timedelta(minutes=30)
_EXPLAINS: Final = frozenset(
    (
        Why.GATHERING,
        Why.IN_A_SUMMARY,
        Why.CAUSE_KNOWN,
        Why.CAUSE_LIKELY,
        Why.SILENCED,
        Why.MAINTENANCE,
    )
)
"""A cause that is withheld for one of these explains its effects: people know of it, will in
seconds, or have asked not to hear of it."""
_GRAVEST: Final = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def case_of(db: Database, context: Context, incident: Attended, at: datetime) -> Case:
    """Notes the circle of the incident, too: it changes with the hour and the configuration."""
    routing = context.routing_of(incident.probe)
    mine = circle(routing, incident.severity, at)
    if mine != incident.circle:
        attended.change(db, incident.number, circle=mine)
    case = Case(
        severity=incident.severity,
        routing=routing,
        opened_at=incident.opened_at,
        silenced_until=_until(db, context, incident.probe, at, "silence"),
        maintained_until=_until(db, context, incident.probe, at, "maintenance"),
        needs=_needs(db, context, routing, incident),
        recovering_until=_recovering_until(db, context, incident, at),
    )
    if incident.own or not mine:
        return case
    return replace(
        case,
        together=_together(db, context, mine, incident.probe, at),
        lately=circles.told_since(db, mine, at - deciding.STORM_WITHIN),
        summary=circles.summary_to_join(db, mine, SUMMARY, since=at - deciding.STORM_WITHIN),
    )


def quiet_until(
    db: Database, context: Context, incident: Attended, at: datetime
) -> datetime | None:
    """Until when nobody hears more of something that people know of: silenced, maintained, or not
    important enough for the hour. A summary is quiet while every open member is.
    """
    if incident.probe == SUMMARY:
        inside = attended.members(db, incident.number, still_open=True)
        ends = [quiet_until(db, context, one, at) for one in inside]
        known = [end for end in ends if end is not None]
        return min(known) if ends and len(known) == len(ends) else None
    ends = [_until(db, context, incident.probe, at, table) for table in ("silence", "maintenance")]
    quiet = context.routing_of(incident.probe).quiet
    if quiet is not None and incident.severity is not Severity.CRITICAL:
        ends.append(quiet.end_of(at))
    return max((end for end in ends if end is not None), default=None)


def _until(db: Database, context: Context, probe: str, at: datetime, table: str) -> datetime | None:
    """Own trouble is nobody's maintenance; an objective is quiet while all of its probes are."""
    ends = [_of_one(db, context, each, at, table) for each in context.behind(probe)]
    known = [end for end in ends if end is not None]
    return min(known) if known and len(known) == len(ends) else None


def _of_one(
    db: Database, context: Context, probe: str, at: datetime, table: str
) -> datetime | None:
    written = attended.announced_until(db, table, probe, context.tags_of(probe), at)
    configured = context.maintained_until(probe, at) if table == "maintenance" else None
    return max((end for end in (written, configured) if end is not None), default=None)


def _needs(
    db: Database, context: Context, routing: Routing, incident: Attended
) -> tuple[Need, ...]:
    if not routing.needs:
        return ()
    rows = attended.needed(db, routing.needs, context.config.location)
    return tuple(
        Need(
            row.probe,
            row.incident if _explains(row, incident) else None,
            undecided=row.pending or row.last_run_at < incident.began_at,
        )
        for row in rows
    )


def _explains(row: NeedRow, effect: Attended) -> bool:
    """A cause that matters less than its effect, or that nobody will hear of, explains nothing:
    else the effect would be swallowed with it.
    """
    if row.severity is None:
        return False
    as_grave = _GRAVEST.index(row.severity) <= _GRAVEST.index(effect.severity)
    return as_grave and (row.told or row.withheld in _EXPLAINS)


def _recovering_until(
    db: Database, context: Context, incident: Attended, at: datetime
) -> datetime | None:
    """After its cause is over, it has the time of its own recovery to follow."""
    probe = context.config.probes.get(incident.probe)
    if probe is None or incident.withheld not in (Why.CAUSE_KNOWN, Why.CAUSE_OVER):
        return None
    own = (probe.policy.close_after + 1) * probe.every + probe.settings.timeout
    patience = min(own, RECOVERY_MOST)
    if incident.withheld == Why.CAUSE_OVER:
        return min(incident.look_at, at + patience) if incident.look_at else None
    over_at = attended.resolved_at(db, incident.under) if incident.under else None
    return min(over_at, at) + patience if over_at is not None else None


def _together(db: Database, context: Context, mine: str, probe: str, at: datetime) -> int:
    """Once some are waiting for each other, the next one waits with them without counting."""
    if circles.is_gathering(db, mine):
        return deciding.TOGETHER
    opened = circles.opened_since(db, mine, at - deciding.GATHER_FOR)
    if opened >= deciding.TOGETHER:
        return opened
    pending = circles.about_to_open(db, since=at - PENDING_WITHIN, most=PENDING_MOST)
    others = [(other, grave) for other, grave in pending if other != probe]
    return opened + sum(_is_of(context, other, mine, at, grave=grave) for other, grave in others)


def _is_of(context: Context, probe: str, mine: str, at: datetime, *, grave: bool) -> bool:
    known = context.config.probes.get(probe)
    if known is None:
        return False
    severity = known.routing.severity if grave else Severity.WARNING
    return circle(known.routing, severity, at) == mine
