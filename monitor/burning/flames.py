"""The incident of an objective whose budget burns. Inside the writer's transaction.

Which pair of windows it opened for is remembered beside it, because it ends when both of that one
are below. Nothing here is done twice, however often it is looked at.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announcing, deciding
from monitor.budget import MANY, PAIRS, Pace
from monitor.burning import saying
from monitor.burning.saying import GRAVEST, Look
from monitor.config.changes import Objective
from monitor.context import OBJECTIVE, Context
from monitor.deciding import Case, Withhold
from monitor.notices import NO_LONGER_WATCHED, EventKind, Notice
from monitor.objectives.rates import Heard, Rates, rates
from monitor.objectives.rates import began_at as first_failure
from monitor.objectives.reading import spans_of
from monitor.store import attended, incidents, records
from monitor.store import objectives as rows
from monitor.store.attended import Attended
from monitor.why import Why


def attend(db: Database, *, context: Context, objective: Objective, at: datetime) -> bool:
    """Opens it, tells of it, ends it; whether there is something to deliver."""
    look = Look(db, context, objective, at)
    known = attended.open_of(db, look.probe)
    found = _rates(look, least=MANY if known is None else 0)
    fire = _fire(found)
    if known is None:
        return _begin(look, found, fire)
    index = _opened_for(look)
    if fire is not None and (fire.pair.urgent or not PAIRS[index].urgent or not known.told_at):
        return _goes_on(look, known, found, fire)
    over = _rests(found, index)
    if known.told_at is None:
        over = not _noted(found) and (over or known.withheld == Why.CAUSE_KNOWN)
    return over and _end(look, known)


def _rates(look: Look, least: int) -> Rates:
    """What people heard of another objective of the same component is no news of this one; what
    they heard of this one before is none for its slow pair.
    """
    own = [each for each in rows.told_of(look.db, look.probe) if not each.open]
    others = [
        each
        for other in look.context.config.changes.objectives.values()
        if other.component == look.objective.component and other.id != look.objective.id
        for each in rows.told_of(look.db, OBJECTIVE + other.id)
    ]
    heard = Heard(spans_of(o for o in others if o.critical), spans_of([*own, *others]))
    return rates(look.db, look.context.config, look.objective, look.at, heard=heard, least=least)


def forget(db: Database, *, probe: str, at: datetime) -> bool:
    """Ends that of an objective that nobody promises any more."""
    known = attended.open_of(db, probe)
    if known is None:
        return False
    incidents.resolve_incident(db, known.number, recovered_at=at, resolved_at=at)
    notice = replace(
        known.full_notice(), event=EventKind.RESOLVED, at=at, outcome=NO_LONGER_WATCHED, lasted=None
    )
    return _tell_end(db, known.number, notice, Why.NO_LONGER_WATCHED)


def _fire(found: Rates) -> Pace | None:
    """The most urgent pair that burns with something that nobody was told of; the slow one also
    after several outages, though each was told.
    """
    fire = next((pace for pace in found.untold if pace.burns), None)
    if fire is None and found.going_on is None and found.repeated:
        fire = next((p for p in found.everything if p.burns and not p.pair.urgent), None)
    return fire


def _noted(found: Rates) -> Pace | None:
    """A pair that burns because of an outage that people know of and that goes on."""
    urgent = (pace for pace in found.everything if pace.pair.urgent and pace.burns)
    return next(urgent, None) if found.going_on else None


def _opened_for(look: Look) -> int:
    number = records.get_meta(look.db, look.memo)
    return number if isinstance(number, int) and 0 <= number < len(PAIRS) else 0


def _rests(found: Rates, index: int) -> bool:
    """Whether both windows of the pair that it opened for are below."""
    pace = found.untold[index]
    repeated = not pace.pair.urgent and found.repeated
    return (found.everything[index] if repeated else pace).rests


def _begin(look: Look, found: Rates, fire: Pace | None) -> bool:
    pace = fire or _noted(found)
    if pace is None:
        return False
    severity = saying.severity_of(look, pace)
    began_at = first_failure(look.db, found, pace, look.at)
    new = incidents.NewIncident(
        probe=attended.own_key(look.db, look.probe, saying.promised(look)),
        location=look.context.config.location,
        began_at=began_at,
        opened_at=look.at,
        reason=Why.BUDGET_BURNS.value,
        summary=saying.summary_of(pace, found),
        failed_step="",
        failures=pace.long.failed,
        severity=severity,
    )
    number, key = incidents.open_incident(look.db, new, instance=look.context.instance)
    notice = replace(
        saying.notice_of(look, found, pace, severity, began_at), incident=number, dedup_key=key
    )
    attended.change(look.db, number, notice=notice)
    _remember(look, pace)
    opened = attended.one(look.db, number)
    return opened is not None and _consider(look, opened, found)


def _goes_on(look: Look, known: Attended, found: Rates, fire: Pace) -> bool:
    severity = saying.severity_of(look, fire)
    graver = GRAVEST.index(severity) < GRAVEST.index(known.severity)
    if graver or known.told_at is None:
        notice = replace(
            saying.notice_of(look, found, fire, severity, known.began_at),
            event=EventKind.WORSENED if known.told_at else EventKind.OPENED,
            incident=known.number,
            dedup_key=known.dedup_key,
        )
        attended.change(look.db, known.number, severity=severity, notice=notice)
        _remember(look, fire)
    if known.told_at is None:
        return _consider(look, replace(known, severity=severity), found)
    if _rests(found, _opened_for(look)):  # it goes on with another pair
        _remember(look, fire)
    if graver:
        announcing.go_on(look.db, look.context, known.number, look.at, why=Why.BUDGET_BURNS)
    return graver


def _consider(look: Look, incident: Attended, found: Rates) -> bool:
    """Tells it, or notes why not; whether it was told."""
    held = _held(look, incident, found)
    if held is not None:
        announcing.withhold(look.db, incident, held, look.at)
        return False
    fresh = attended.one(look.db, incident.number) or incident
    channels = look.context.routing_of(look.probe).channels_at(fresh.severity, look.at)
    announcing.tell(look.db, fresh, channels, look.at, why=Why.BUDGET_BURNS)
    return True


def _held(look: Look, incident: Attended, found: Rates) -> Withhold | None:
    if found.going_on is not None:
        return Withhold(Why.CAUSE_KNOWN, under=found.going_on.number)
    case = Case(
        severity=incident.severity,
        routing=look.context.routing_of(look.probe),
        opened_at=incident.opened_at,
        silenced_until=_silenced_until(look, found),
    )
    return deciding.its_own_reason(case, look.at)


def _silenced_until(look: Look, found: Rates) -> datetime | None:
    """When the first silence of those that failed ends, where all of them are silenced."""
    ends = [
        attended.announced_until(look.db, "silence", probe, look.context.tags_of(probe), look.at)
        for probe in found.failing
    ]
    known = [end for end in ends if end is not None]
    return min(known) if known and len(known) == len(ends) else None


def _end(look: Look, known: Attended) -> bool:
    at = look.at
    incidents.resolve_incident(look.db, known.number, recovered_at=at, resolved_at=at)
    notice = replace(
        known.full_notice(),
        event=EventKind.RESOLVED,
        at=at,
        outcome="PASS",
        lasted=max(at - known.began_at, timedelta()),
        budgets=(saying.left_of(look),),
    )
    return _tell_end(look.db, known.number, notice, Why.BUDGET_STEADY)


def _tell_end(db: Database, number: int, notice: Notice, why: Why) -> bool:
    told = incidents.channels_told(db, number)
    announcing.notify(db, number, notice, told, why=why)
    return bool(told)


def _remember(look: Look, pace: Pace) -> None:
    records.set_meta(look.db, look.memo, PAIRS.index(pace.pair))
