"""What a notice says beside what was seen: the deploys shortly before it began, what is left of
budgets, what trueup did about it. Inside the writer's transaction.

A stumble here costs these words, and never the page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from weakref import WeakKeyDictionary

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import objectives
from monitor.config.changes import Objective
from monitor.config.model import Config
from monitor.context import CHANGE, Context
from monitor.log import get_logger
from monitor.notices import About, Altered, Change, Left, Notice, to_json
from monitor.notices.changes import DEPLOYS_MOST
from monitor.origins import origin_of
from monitor.store import actions, captures, deploys, fingerprints
from monitor.store.attended import Attended
from monitor.store.deploys import Deploy, Services
from probes.traits import OF_THE_PROBE

BUDGETS_MOST: Final = 5

_Words = Callable[[Database, Context, Notice, datetime], Notice]

log = get_logger()


def to_opening(
    db: Database, context: Context, notice: Notice, probe_id: str, at: datetime
) -> Notice:
    """The notice of an incident that opens and has its number already. What is to be fetched for it
    is due from here on.
    """
    _guarded(db, notice, lambda: _plan(db, context, notice, probe_id, at))
    return to_news(db, context, notice, at)


def to_news(db: Database, context: Context, notice: Notice, at: datetime) -> Notice:
    """Later news of it: deploys that became known since, what was done, and budgets as of then."""
    return _worded(db, context, notice, at, with_altered)


def _worded(
    db: Database, context: Context, notice: Notice, at: datetime, changed: _Words
) -> Notice:
    for words in (_with_deploys, changed, _with_deeds, _with_budgets):
        notice = _guarded(db, notice, partial(words, db, context, notice, at))
    return notice


def to_resolved(
    db: Database, context: Context, notice: Notice, number: int, at: datetime
) -> Notice:
    """The notice of its end; what was done about it is known to have helped, or not. Of changes it
    says what was said while it went on.
    """
    recovered_at = notice.began_at + (notice.lasted or at - notice.began_at)
    _guarded(db, notice, lambda: _verify(db, notice, number, recovered_at))
    return _worded(db, context, notice, at, _with_kept)


def refreshed(db: Database, context: Context, incident: Attended, at: datetime) -> Attended:
    """One that is told only now, as `to_news` would say it."""
    notice = to_news(db, context, incident.full_notice(), at)
    return replace(incident, notice=to_json(notice))


def ended(db: Database, context: Context, summary: Attended, at: datetime) -> Attended:
    """A summary of which everything is over, as `to_resolved` would say it."""
    notice = _worded(db, context, summary.full_notice(), at, _with_kept)
    return replace(summary, notice=to_json(notice))


def _guarded(db: Database, notice: Notice, words: Callable[[], Notice]) -> Notice:
    try:
        with db.atomic():
            return words()
    except Exception:
        if not db.conn.in_transaction:  # nothing of the page would be kept either
            raise
        log.exception("a notice goes without some of its words", incident=notice.incident)
        return notice


def _plan(db: Database, context: Context, notice: Notice, probe_id: str, at: datetime) -> Notice:
    wanted = [c for c in context.config.changes.captures.values() if probe_id in c.probes]
    if wanted:
        captures.plan(db, notice.incident, wanted, notice.began_at, at)
    return notice


def _verify(db: Database, notice: Notice, number: int, recovered_at: datetime) -> Notice:
    actions.resolved(db, number, recovered_at)
    return notice


def _with_deploys(db: Database, context: Context, notice: Notice, _: datetime) -> Notice:
    probes = _probes_of(notice)
    if not probes:
        return notice
    config, began_at = context.config, notice.began_at
    since, until = began_at - config.changes.deploys.window, began_at + deploys.AFTERWARDS
    lately = deploys.lately(db, since, until, config.environment, _services(config, probes))
    found: list[Change] = []
    for which in (deploys.concerning, deploys.shortly_after):
        mine = partial(which, lately, config.changes, environment=config.environment)
        each_one = (mine(probe_id=probe, first_failed_at=began_at) for probe in probes)
        ours = {deploy.id for one in each_one for deploy in one}
        found += [_change(deploy) for deploy in lately if deploy.id in ours]
    return replace(notice, deploys=tuple(found[:DEPLOYS_MOST]) or _remembered(db, notice))


def _remembered(db: Database, notice: Notice) -> tuple[Change, ...]:
    """What it named before, but for what has been forgotten since."""
    return tuple(
        each
        for each in notice.deploys
        if not deploys.forgotten(db, each.service, each.version, each.at)
    )


def with_altered(db: Database, context: Context, notice: Notice, at: datetime) -> Notice:
    """What of the targets of its probes changed shortly before it began, or since, and no deploy
    explains it; and what it named before.
    """
    config, probes = context.config, _probes_of(notice)
    targets = _targets(config, probes)
    if not targets:
        return notice
    kept = _with_kept(db, context, notice, at).altered
    found = fingerprints.lately(db, targets, notice.began_at - config.fingerprint.window, at)
    named = set(map(_key, kept))
    fresh = [
        _altered(each)
        for each in found
        if _key(each) not in named
        and concerns(config, each, probes)
        and not _is_announced(db, context, each)
    ]
    return replace(notice, altered=tuple(sorted((*kept, *fresh), key=lambda each: each.at)))


def concerns(config: Config, change: fingerprints.Change, probes: Collection[str]) -> bool:
    """Whether an incident of these *probes* may speak of it. What belongs to one answer is told of
    the probe that asks for it, and of those of its components.
    """
    if change.name not in OF_THE_PROBE or change.target in probes:
        return change.origin in _targets(config, probes)
    return any(
        change.target in each.probes and not frozenset(probes).isdisjoint(each.probes)
        for each in config.components.values()
    )


def _targets(config: Config, probes: Collection[str]) -> frozenset[str]:
    known = [config.probes[id_] for id_ in probes if id_ in config.probes]
    return frozenset(origin_of(probe) for probe in known if probe.fingerprint)


def _with_kept(db: Database, context: Context, notice: Notice, _: datetime) -> Notice:
    """What it named before, but for what a deploy explains by now; and nothing else."""
    if not notice.altered:
        return notice
    targets = _targets(context.config, _probes_of(notice))
    earliest = min(each.at for each in notice.altered) - timedelta(seconds=1)
    announced = {
        _key(each)
        for each in fingerprints.since(db, earliest)
        if each.origin in targets
        and (each.state is fingerprints.Stands.ANNOUNCED or _is_announced(db, context, each))
    }
    kept = tuple(each for each in notice.altered if _key(each) not in announced)
    return replace(notice, altered=kept)


def _key(change: fingerprints.Change | Altered) -> tuple[str, str, str]:
    what = change.what if isinstance(change, Altered) else change.name
    return what, change.was, change.became


def _is_announced(db: Database, context: Context, change: fingerprints.Change) -> bool:
    config, asked = context.config, frozenset(context.behind(CHANGE + change.origin))
    ours = fingerprints.Ours(config.changes, config.environment, config.fingerprint.window, asked)
    return fingerprints.explaining(db, change, ours) is not None


def _altered(change: fingerprints.Change) -> Altered:
    return Altered(
        what=change.name,
        was=change.was,
        became=change.became,
        at=change.seen_at,
        before_at=change.before_at,
    )


def _services(config: Config, probes: Collection[str]) -> Services:
    """Every name of those that any of these watches, and of those that only others watch."""
    ours: list[str] = []
    elsewhere: list[str] = []
    for each in config.changes.services.values():
        names = elsewhere if frozenset(probes).isdisjoint(each.probes) else ours
        names += (each.id, *each.also)
    return Services(ours, elsewhere)


def _with_deeds(db: Database, _: Context, notice: Notice, __: datetime) -> Notice:
    return replace(notice, deeds=actions.deeds_of(db, notice.incident) or notice.deeds)


def _with_budgets(db: Database, context: Context, notice: Notice, at: datetime) -> Notice:
    config = context.config
    found = [_left(db, config, each, at) for each in _promises(config, notice)]
    return replace(notice, budgets=tuple(found[:BUDGETS_MOST]) or notice.budgets)


def _promises(config: Config, notice: Notice) -> Iterator[Objective]:
    """The objectives that it counts against."""
    probes = frozenset(_probes_of(notice))
    own = notice.probe.rpartition("/")[2] if notice.about is About.OBJECTIVE else ""
    for objective in config.changes.objectives.values():
        component = config.components.get(objective.component)
        concerned = component is not None and not probes.isdisjoint(component.probes)
        if concerned or objective.id == own:
            yield objective


_LATELY: Final[WeakKeyDictionary[Database, tuple[datetime, dict[str, Left]]]] = WeakKeyDictionary()
"""By connection, what was read for the newest instant: a thousand incidents that open in one
transaction ask for the same budget.
"""


def _left(db: Database, config: Config, objective: Objective, at: datetime) -> Left:
    known_at, known = _LATELY.get(db, (at, {}))
    if known_at != at:
        known = {}
    if objective.id not in known:
        known[objective.id] = objectives.left(db, config, objective, at)
    _LATELY[db] = at, known
    return known[objective.id]


def _probes_of(notice: Notice) -> tuple[str, ...]:
    """Those whose deploys it names."""
    match notice.about:
        case About.PROBE:
            return (notice.probe,)
        case About.SUMMARY:
            return tuple(each.probe for each in notice.members)
        case About.OURSELVES | About.OBJECTIVE | About.CHANGE:
            return ()


def _change(deploy: Deploy) -> Change:
    return Change(
        service=deploy.service,
        version=deploy.version,
        previous=deploy.previous,
        by=deploy.by,
        url=deploy.url,
        at=deploy.at,
    )
