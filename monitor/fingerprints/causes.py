"""A change that goes with an outage is told with it: no page of its own. Inside the writer's
transaction.

It counts as told once a letter names it, and no sooner. What cannot be told that way is told as a
change of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from monitor import announcing, attached, circumstances
from monitor.fingerprints.saying import Look
from monitor.notices import EventKind, Notice, to_json
from monitor.store import altered_letters, attended
from monitor.store import fingerprints as rows
from monitor.store.attended import Attended
from monitor.store.fingerprints import Change, Stands
from monitor.why import Why

_TOLD_SOON: Final = frozenset((Why.GATHERING, Why.CAUSE_LIKELY))
"""Incidents that wait for seconds only; their opening says it."""


def as_said(look: Look, change: Change) -> Change:
    """With what became of it, where a notice of an incident named it meanwhile."""
    if change.state not in (Stands.OPEN, Stands.HABIT):
        return change
    number = altered_letters.told_with(look.db, change, look.probes)
    if number is None:
        return change
    rows.told(look.db, change.id, number, Stands.EXPLAINED)
    return replace(change, state=Stands.EXPLAINED, incident=number)


def told_with_them(look: Look, changes: Iterable[Change]) -> tuple[bool, list[Change]]:
    """Whether letters may wait now, and those that have no cause. What waits for a cause that is
    told within seconds is neither.
    """
    found = _speaking(look)
    alone: list[Change] = []
    by_cause: dict[int, list[Change]] = {}
    for change in changes:
        cause = next((each for each in found if _goes_with(look, each, change)), None)
        if cause is None:
            alone.append(change)
        elif cause.told_at is not None:
            by_cause.setdefault(cause.number, []).append(change)
    for number, several in by_cause.items():
        alone += _added(look, number, several)
    return bool(by_cause), alone


def told_while_failing(look: Look, changes: Sequence[Change]) -> bool:
    """What only failing runs showed is told with them or not at all. Gives whether letters may wait
    now.
    """
    if not changes:
        return False
    spoken = {what for each in _speaking(look) for what in _named(each.full_notice())}
    more = [each for each in changes if (each.name, each.was, each.became) not in spoken]
    return told_with_them(look, more)[0]


def _named(notice: Notice) -> set[tuple[str, str, str]]:
    return {(each.what, each.was, each.became) for each in notice.altered}


def _speaking(look: Look) -> list[Attended]:
    """The open incidents of its probes, or those that are told instead, the oldest first."""
    ours = frozenset(look.probes)
    found = (attended.open_of(look.db, each) for each in rows.failing(look.db) if each in ours)
    spoken = (_spoken_for(look, each) for each in found if each is not None)
    return list({each.number: each for each in spoken if each is not None}.values())


def _spoken_for(look: Look, incident: Attended) -> Attended | None:
    """Somebody hears of it now, or within seconds."""
    if incident.withheld == Why.IN_A_SUMMARY and incident.under is not None:
        return attended.one(look.db, incident.under)
    if incident.told_at is None:
        return incident if incident.withheld in _TOLD_SOON else None
    if circumstances.quiet_until(look.db, look.context, incident, look.at) is not None:
        return None
    routing = look.context.routing_of(incident.probe)
    heard = announcing.who_should_know(look.db, routing, incident, look.at)
    return incident if heard else None


def _goes_with(look: Look, incident: Attended, change: Change) -> bool:
    """It began around the change. What was broken long before has another cause."""
    config = look.context.config
    near = incident.began_at >= change.seen_at - config.fingerprint.wait
    if not near and incident.opened_at < change.seen_at:
        return False
    notice = incident.full_notice()
    probes = [notice.probe, *(each.probe for each in notice.members)]
    return attached.concerns(config, change, probes)


def _added(look: Look, number: int, changes: Sequence[Change]) -> list[Change]:
    """One notice more of that incident, to those who heard of it; those that it does not name."""
    cause = attended.one(look.db, number)
    if cause is None:
        return list(changes)
    notice = attached.with_altered(look.db, look.context, cause.full_notice(), look.at)
    if _named(notice).isdisjoint((each.name, each.was, each.became) for each in changes):
        return list(changes)
    notice = replace(notice, event=EventKind.REMINDED, stage=0)
    attended.change(look.db, number, notice=notice)
    news = replace(cause, notice=to_json(notice))
    announcing.tell_news(look.db, look.context, news, look.at, why=Why.CHANGED_UNANNOUNCED)
    return [each for each in changes if as_said(look, each).state is Stands.OPEN]
