"""The incident of a target that changed and nobody announced it. Inside the writer's transaction.

Nothing here is done twice, however often it is looked at: what became of a change stands in its
row, and commits together with whoever is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announcing, circumstances, deciding
from monitor.context import CHANGE, Context
from monitor.deciding import Withhold
from monitor.fingerprints import causes, saying, stories
from monitor.fingerprints.evidence import Evidence
from monitor.fingerprints.saying import Look
from monitor.log import get_logger
from monitor.notices import NO_LONGER_WATCHED, EventKind, Notice
from monitor.store import attended, deploys, incidents, objectives, quiet_changes
from monitor.store import fingerprints as rows
from monitor.store.attended import Attended
from monitor.store.fingerprints import Change, Stands
from monitor.why import Why

LASTS: Final = timedelta(days=1)
"""After that long what is new counts as usual."""

FLAPS: Final = 3
"""Told so often in a day, and gone each time: the next one is told once it `STAYS`."""
STAYS: Final = timedelta(minutes=30)

_SAID: Final = (Stands.EXPLAINED, Stands.HABIT)
"""Only a deploy that is recorded late can still change what is said of them."""

Evidenced = Callable[[Change], Evidence]
"""How sure it is that this is still so."""

log = get_logger()


@dataclass(slots=True)
class Looked:
    """What came of looking once."""

    told: bool = False
    """Something is to be delivered."""
    waits: bool = False
    """Something is not settled."""
    announced: list[Change] = field(default_factory=list)


def attend(db: Database, context: Context, at: datetime, evidence: Evidenced) -> Looked:
    """One look at every change that is not settled."""
    looked = Looked()
    by_origin: dict[str, list[Change]] = {}
    for change in rows.unsettled(db):
        by_origin.setdefault(change.origin, []).append(change)
    for probe in objectives.burning(db, CHANGE):
        by_origin.setdefault(probe.removeprefix(CHANGE), [])
    for origin, changes in by_origin.items():
        _guarded(Look(db, context, origin, at), changes, looked, evidence)
    return looked


def _guarded(look: Look, changes: Sequence[Change], looked: Looked, evidence: Evidenced) -> None:
    """What is wrong with one target is no other one's business."""
    try:
        with look.db.atomic():
            looked.told |= _attend(look, changes, looked, evidence)
    except (ValueError, LookupError, TypeError, AttributeError):
        log.exception("a change cannot be looked after", target=look.origin)


def _attend(look: Look, changes: Sequence[Change], looked: Looked, evidence: Evidenced) -> bool:
    known = attended.open_of(look.db, look.probe)
    if not look.probes:
        return _forget(look, changes, known)
    left = [causes.as_said(look, each) for each in _unannounced(look, changes, looked)]
    looked.waits |= bool(left) or known is not None
    sure = _by_evidence(look, left, evidence)
    told = causes.told_while_failing(look, _due(look, sure[Evidence.FAILING]))
    fresh = sure[Evidence.SEEN]
    if known is not None:
        return _goes_on(look, known, left, _news(look, fresh)) or told
    return (bool(_due(look, fresh)) and _tells(look, left, fresh)) or told


def _by_evidence(
    look: Look, left: Iterable[Change], evidence: Evidenced
) -> dict[Evidence, list[Change]]:
    """Those of which nobody was told."""
    found: dict[Evidence, list[Change]] = {each: [] for each in Evidence}
    for change in left:
        if change.state is Stands.OPEN:
            found[evidence(change)].append(change)
    for change in found[Evidence.NEVER]:
        rows.settle(look.db, change.id, Stands.NOTED, look.at)
    return found


def _tells(look: Look, left: Iterable[Change], fresh: Iterable[Change]) -> bool:
    told, alone = causes.told_with_them(look, fresh)
    if not _news(look, alone):
        return told
    known_by_habit = (each for each in left if each.state is Stands.HABIT)
    return _begin(look, [*known_by_habit, *alone]) or told


def _forget(look: Look, changes: Iterable[Change], known: Attended | None) -> bool:
    """Nobody asks that target any more."""
    for each in changes:
        rows.settle(look.db, each.id, Stands.NOTED, look.at)
    if known is None:
        return False
    incidents.resolve_incident(look.db, known.number, recovered_at=look.at, resolved_at=look.at)
    notice = replace(known.full_notice(), outcome=NO_LONGER_WATCHED, lasted=None)
    return _tell_end(look, known, notice, Why.NO_LONGER_WATCHED)


def _unannounced(look: Look, changes: Iterable[Change], looked: Looked) -> list[Change]:
    left = []
    for each in changes:
        deploy = rows.explaining(look.db, each, look.ours)
        if deploy is not None:
            rows.settle(look.db, each.id, Stands.ANNOUNCED, look.at, deploy=deploy.id)
            looked.announced.append(each)
        elif each.state in _SAID and look.at >= each.seen_at + look.ours.window:
            rows.settle(look.db, each.id, each.state, look.at)
        else:
            left.append(each)
    return left


def _news(look: Look, changes: Sequence[Change]) -> list[Change]:
    """Those that are due, where any of them is no habit: then the others are told with it."""
    due = _due(look, changes)
    if not all(stories.is_usual(look.db, look.usual, each) for each in due):
        return due
    for each in due:
        quiet_changes.by_habit(look.db, each.id)
    return []


def _due(look: Look, changes: Iterable[Change]) -> list[Change]:
    return [each for each in changes if _is_due(look, each)]


def _is_due(look: Look, change: Change) -> bool:
    """A clock that was set back makes nobody wait for ever."""
    waited = look.at - change.found_at
    return waited >= _wait(look, change) or waited < timedelta()


def _wait(look: Look, change: Change) -> timedelta:
    wait = look.context.config.fingerprint.wait
    often = quiet_changes.returned(look.db, change, look.probe, change.seen_at - LASTS)
    return max(wait, STAYS) if often >= FLAPS else wait


def _begin(look: Look, changes: Sequence[Change]) -> bool:
    notice = saying.notice_of(look, changes)
    new = incidents.NewIncident(
        probe=attended.own_key(look.db, look.probe, notice.probe_name),
        location=notice.location,
        began_at=notice.began_at,
        opened_at=look.at,
        reason=notice.reason,
        summary=saying.row_summary_of(look, changes),
        failed_step="",
        failures=0,
        severity=notice.severity,
    )
    number, key = incidents.open_incident(look.db, new, instance=look.context.instance)
    attended.change(look.db, number, notice=replace(notice, incident=number, dedup_key=key))
    for each in changes:
        rows.told(look.db, each.id, number, Stands.TOLD)
    opened = attended.one(look.db, number)
    return opened is not None and _consider(look, opened)


def _goes_on(look: Look, known: Attended, left: Sequence[Change], more: Sequence[Change]) -> bool:
    why = _over(look, known, left)
    if why is not None:
        return _end(look, known, left, why)
    if more:
        known = _grown(look, known, more)
    if known.told_at is None:
        return _consider(look, known)
    if more:
        announcing.go_on(look.db, look.context, known.number, look.at, why=Why.CHANGED_UNANNOUNCED)
    return bool(more)


def _over(look: Look, known: Attended, left: Sequence[Change]) -> Why | None:
    if known.acknowledged_at is not None or look.at - known.opened_at >= LASTS:
        return Why.CHANGE_ACCEPTED
    if any(each.incident == known.number for each in left):
        return None
    became = {each.state for each in rows.of_incident(look.db, known.number)}
    if Stands.ANNOUNCED in became:
        return Why.CHANGE_ANNOUNCED
    return Why.CHANGED_BACK if Stands.BACK in became else Why.CHANGE_ACCEPTED


def _grown(look: Look, known: Attended, more: Iterable[Change]) -> Attended:
    for each in more:
        rows.told(look.db, each.id, known.number, Stands.TOLD)
    every = rows.of_incident(look.db, known.number)
    notice = replace(
        known.full_notice(),
        event=EventKind.WORSENED if known.told_at else EventKind.OPENED,
        summary=saying.summary_of(every),
        altered=tuple(map(saying.altered, every)),
        remedy=saying.remedy_of(look, every),
        habits=saying.habits_of(look, every),
    )
    summary = saying.row_summary_of(look, every)
    attended.change(look.db, known.number, summary=summary, notice=notice)
    return attended.one(look.db, known.number) or known


def _consider(look: Look, incident: Attended) -> bool:
    """Tells it, or notes why not; whether it was told."""
    case = circumstances.case_of(look.db, look.context, incident, look.at)
    held = deciding.its_own_reason(case, look.at)
    if isinstance(held, Withhold):
        announcing.withhold(look.db, incident, held, look.at)
        return False
    channels = look.context.routing_of(look.probe).channels_at(incident.severity, look.at)
    announcing.tell(look.db, incident, channels, look.at, why=Why.CHANGED_UNANNOUNCED)
    return True


def _end(look: Look, known: Attended, left: Iterable[Change], why: Why) -> bool:
    for each in left:
        if each.incident == known.number:
            rows.settle(look.db, each.id, Stands.ACCEPTED, look.at)
    incidents.resolve_incident(look.db, known.number, recovered_at=look.at, resolved_at=look.at)
    became = [each for each in rows.of_incident(look.db, known.number) if each.state is Stands.BACK]
    notice, over_at = known.full_notice(), look.at
    if why is Why.CHANGED_BACK and became:
        notice = replace(notice, altered=tuple(map(saying.altered, became)))
        over_at = max((each.settled_at for each in became if each.settled_at), default=look.at)
    notice = replace(
        notice,
        outcome="PASS",
        lasted=max(over_at - known.began_at, timedelta()),
        habits=(),
        note=_note(look, known) if why is Why.CHANGE_ANNOUNCED else "",
    )
    return _tell_end(look, known, notice, why)


def _note(look: Look, known: Attended) -> str:
    """The deploy that announced it late."""
    for each in rows.of_incident(look.db, known.number):
        deploy = deploys.one(look.db, each.deploy) if each.deploy else None
        if deploy is not None:
            by = f" by {deploy.by}" if deploy.by else ""
            return f"Deploy {deploy.service} {deploy.version}{by} explains it."
    return ""


def _tell_end(look: Look, known: Attended, notice: Notice, why: Why) -> bool:
    """Those who heard of it, and nobody else."""
    notice = replace(notice, event=EventKind.RESOLVED, at=look.at)
    told = incidents.channels_told(look.db, known.number)
    announcing.notify(look.db, known.number, notice, told, why=why)
    return bool(told)
