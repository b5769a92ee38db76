"""One look at what might be done about open incidents. Inside the writer's transaction: what is
begun is on disk before anything of it leaves us.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announcing, attached
from monitor.actions import filling, guard
from monitor.actions.asking import Task
from monitor.actions.facts import Moment, facts_of, stands_for
from monitor.actions.guard import Because, Decision, Facts
from monitor.clock import to_us
from monitor.config.changes import Action, Changes
from monitor.context import SUMMARY, Context
from monitor.log import get_logger
from monitor.notices import EventKind, one_line
from monitor.store import action_facts, actions, attended
from monitor.store.actions import Ending, Entry, Verifying
from monitor.store.attended import Attended
from monitor.why import Why

KEY_LENGTH: Final = 32
FOR_GOOD: Final = timedelta(minutes=1)
"""Past the time within which something is done, for the row that says so."""

log = get_logger()


@dataclass(frozen=True, slots=True)
class Begun:
    """Something that is to be carried out now."""

    action: Action
    task: Task
    incident: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of looking. `told`: something is to be delivered; `soon`: the next run of a probe,
    which nobody announces, decides.
    """

    begun: Sequence[Begun] = ()
    verifying: Sequence[Verifying] = ()
    told: bool = False
    soon: bool = False


def look(
    db: Database, context: Context, at: datetime, *, doubt: bool, busy: Collection[int]
) -> Seen:
    """*doubt*: whether trueup's own network is in doubt. *busy*: rows of what is under way."""
    told = soon = False
    for row, incident in actions.left_behind(db, tuple(busy), at):
        log.error("what became of an action is not known; it is not repeated", row=row)
        told |= tell(db, context, incident, at, why=Why.ACTED)
    verifying = actions.verifying(db)
    for each in verifying:
        if at >= each.until and action_facts.standing(db, each.incident).failing:
            actions.did_not_help(db, each.row)
            log.warning("an action did not help", action=each.name, incident=each.incident)
            told |= tell(db, context, each.incident, at, why=Why.DID_NOT_HELP)
    begun: list[Begun] = []
    moment = Moment(db, context, at, doubt)
    for incident_row, action in _open_questions(db, context.config.changes, at):
        done = _guarded(moment, action, incident_row)
        told |= done.told
        soon |= done.soon
        begun += done.begun
    return Seen(begun, [each for each in verifying if at < each.until], told, soon)


def _open_questions(
    db: Database, changes: Changes, at: datetime
) -> Iterator[tuple[Attended, Action]]:
    """Without those that are answered for good: it is too late, or the configuration says no."""
    if not changes.actions:
        return
    known = action_facts.answered(db)
    for incident in list(_every_open(db)):
        for action in changes.actions.values():
            service = changes.services.get(action.service)
            watched = service is not None and incident.probe in service.probes
            late = at - incident.opened_at > action.within + FOR_GOOD
            asked = (action.id, action.mode.value, incident.number) in known
            if not asked or (watched and not late):
                yield incident, action


def _every_open(db: Database) -> Iterator[Attended]:
    """Those that a summary stands for, too."""
    for incident in attended.every_open(db):
        yield incident
        if incident.probe == SUMMARY:
            yield from attended.members(db, incident.number, still_open=True)


def _guarded(moment: Moment, action: Action, incident: Attended) -> Seen:
    """What is wrong with one incident is no other one's business."""
    try:
        with moment.db.atomic():
            return _decided(moment, action, incident)
    except (ValueError, LookupError, TypeError, AttributeError):
        log.exception("nothing can be decided about an incident", incident=incident.number)
        return Seen()


def _decided(moment: Moment, action: Action, incident: Attended) -> Seen:
    db, at = moment.db, moment.at
    facts = facts_of(moment, action, incident)
    decision = guard.decide(action, facts, at)
    entry = Entry(
        name=action.id,
        mode=action.mode.value,
        service=facts.service,
        incident=incident.number,
        deploy=decision.deploy.id if decision.deploy else None,
        at=at,
        why=decision.because.value,
    )
    if not decision.acts or decision.values is None:
        _refrain(db, entry, decision, facts)
        return Seen(soon=decision.because is Because.FAILED_ONCE)
    target = decision.values.previous if filling.goes_back(action) else ""
    row = actions.begin(db, entry, target=target)
    if row is None:  # as the database knows, whatever we thought
        return Seen()
    log.warning("acting", action=action.id, mode=entry.mode, incident=incident.number)
    if not guard.is_live(action):
        return Seen(told=tell(db, moment.context, incident.number, at, why=Why.ACTED))
    task = Task(
        row=row,
        key=_key(action, decision),
        values=decision.values,
        began_at=incident.began_at,
        reason=one_line(incident.summary),
    )
    return Seen((Begun(action, task, incident.number),))


def _key(action: Action, decision: Decision) -> str:
    """The same in whichever database it is asked for: a receiver that remembers it is safe even
    where ours was lost.
    """
    deploy, values = decision.deploy, decision.values
    at = to_us(deploy.at) if deploy else 0
    seen = f"{action.id}:{action.service}:{values.environment if values else ''}"
    whole = f"{seen}:{deploy.version if deploy else ''}:{at}"
    return hashlib.sha256(whole.encode()).hexdigest()[:KEY_LENGTH]


def _refrain(db: Database, entry: Entry, decision: Decision, facts: Facts) -> None:
    done = decision.because in (Because.DONE_FOR_DEPLOY, Because.DONE_FOR_INCIDENT)
    own = (entry.name, entry.incident, entry.mode)
    if done and any((a.name, a.incident, a.mode) == own for a in facts.acts):
        return  # its own row says so
    if actions.refrained(db, entry) and decision.because not in guard.BESIDE_THE_POINT:
        log.info("not acting", action=entry.name, incident=entry.incident, why=entry.why)


def tell(db: Database, context: Context, number: int, at: datetime, *, why: Why) -> bool:
    """News of what was done, to whoever knows of the incident. Whether there is any: nobody hears
    more of one that is over, whose end told as much.
    """
    try:
        with db.atomic():
            return _tell(db, context, number, at, why)
    except (ValueError, LookupError, TypeError, AttributeError):
        log.exception("what was done about an incident cannot be told", incident=number)
        return False


def _tell(db: Database, context: Context, number: int, at: datetime, why: Why) -> bool:
    incident = attended.one(db, number)
    if incident is None:
        return False
    known_by = stands_for(db, incident)
    if attended.resolved_at(db, known_by.number) is not None:
        return False
    notice = attached.to_news(db, context, known_by.full_notice(), at)
    deeds = actions.deeds_of(db, known_by.number)
    attended.change(
        db,
        known_by.number,
        notice=replace(notice, event=EventKind.ACTED, at=at, deeds=deeds),
    )
    announcing.go_on(db, context, known_by.number, at, why=why)
    return True


def settle(db: Database, context: Context, begun: Begun, ending: Ending) -> bool:
    """Writes down what became of it, and tells; whether there is something to deliver."""
    actions.ended(db, begun.task.row, ending)
    return tell(db, context, begun.incident, ending.at, why=Why.ACTED)


def is_wanted(db: Database, context: Context, begun: Begun, at: datetime, *, doubt: bool) -> bool:
    """Whether it is still to be asked for, after it could not be a moment ago."""
    incident = attended.one(db, begun.incident)
    if incident is None or attended.resolved_at(db, begun.incident) is not None:
        return False
    facts = facts_of(Moment(db, context, at, doubt), begun.action, incident)
    return guard.still_wanted(begun.action, facts, begun.task.values.version, at)
