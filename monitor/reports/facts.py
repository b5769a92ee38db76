"""Reading all that is known about one incident."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

import status_page
from monitor import pages
from monitor.config import Config
from monitor.config.model import Component
from monitor.context import CHANGE, OBJECTIVE, SUMMARY
from monitor.notices import Notice, from_json
from monitor.origins import origin_of
from monitor.reports import spending
from monitor.reports.account import Account, Seen
from monitor.store import acts, captures, chronicle, deploys, fingerprints, kept
from monitor.store.acts import Span
from monitor.store.chronicle import Known
from monitor.store.deploys import Deploy
from monitor.store.fingerprints import Change, Stands
from monitor.store.public import Told
from monitor.why import Why

_AFTER: Final = timedelta(minutes=5)
"""Runs so long after the end are read, too: the last failing one began before it."""
_OTHERS_MOST: Final = 200


def account(db: Database, config: Config, told: Told, at: datetime) -> Account:
    """Of one incident, as `monitor.store.public` gives it, with what nobody reads in public."""
    known = chronicle.one(db, told.number) if told.number is not None else None
    page = _page(db, config, told, at)
    together = _together(db, config, known, at) if known else []
    concerned = _concerned(config, told, page, together)
    seen = tuple(_seen(db, config, each, at) for each in together)
    above = chronicle.one(db, told.under) if told.under is not None else None
    found = Account(
        at=at,
        name=told.name,
        told=told,
        page=page,
        address=_address(config, page),
        components=concerned,
        seen=seen,
        above=_seen(db, config, above, at) if above else None,
    )
    since, until = found.began_at, found.ended_at or at
    found = spending.burnt(db, config, found)
    others = _others(db, found, since, until)
    latest = max(until, since + deploys.AFTERWARDS)
    changes = deploys.before(db, since - config.changes.deploys.window, latest)
    ours = [each for each in changes if _is_ours(config, found, each)]
    return replace(
        found,
        others=tuple(others),
        burns=tuple(_burns(db, config, found, since, until)),
        silences=tuple(_silences(db, config, found, since, until)),
        deploys=tuple(reversed(ours)),
        suspects=tuple(dict.fromkeys(_suspects(config, seen, changes))),
        altered=tuple(_altered(db, config, found, latest)),
        spent=spending.spent(db, config, found),
        public_at=_public_at(config, found),
    )


def _page(db: Database, config: Config, told: Told, at: datetime) -> status_page.Incident | None:
    """The incident as the first page tells it, perhaps as one with others."""
    found = pages.build(db, config, at).incidents
    exact = next((each for each in found if each.id == told.key), None)
    if exact is not None or told.number is None or told.hidden:
        return exact
    behind = {c.id for c in config.components.values() if told.probe in c.probes}
    end = told.ended_at or at
    return next(
        (
            each
            for each in found
            if behind & set(each.components)
            and each.began_at <= told.began_at
            and (each.resolved_at or at) >= end
        ),
        None,
    )


def _concerned(
    config: Config,
    told: Told,
    page: status_page.Incident | None,
    together: Sequence[Known],
) -> tuple[Component, ...]:
    components = config.components.values()
    if page is not None:
        return tuple(c for c in components if c.id in page.components)
    if told.components:
        return tuple(c for c in components if c.id in told.components)
    probes = {each.probe for each in together}
    notice = _notice(together[0]) if together and together[0].own else None
    named = notice.components if notice else ()
    return tuple(c for c in components if probes & set(c.probes) or c.name in named)


def _address(config: Config, page: status_page.Incident | None) -> str:
    if page is None or not config.page.url:
        return ""
    return f"{config.page.url.rstrip('/')}/incidents/{page.id}/"


def _together(db: Database, config: Config, known: Known, at: datetime) -> list[Known]:
    """It, and what is one outage with it: the members of a summary, or incidents of the same
    components at the same time.
    """
    if known.own:
        return [known, *(m for m in chronicle.under(db, known.number) if m.withheld == _MEMBER)]
    probes = {
        probe
        for component in config.components.values()
        if known.probe in component.probes
        for probe in component.probes
    }
    found = chronicle.overlapping(db, probes, known.began_at, known.ended_at or at)
    return [known, *(each for each in found if each.number != known.number)]


_MEMBER: Final = Why.IN_A_SUMMARY.value


def _seen(db: Database, config: Config, known: Known, at: datetime) -> Seen:
    notice = _notice(known)
    last_good_at = notice.last_good_at if notice else None
    probe = config.probes.get(known.probe)
    until = (known.ended_at or at) + _AFTER
    return Seen(
        known=known,
        notice=notice,
        last_good_at=last_good_at,
        runs=tuple(_runs(db, known, until)),
        events=tuple(chronicle.events(db, known.number)),
        letters=tuple(chronicle.letters(db, known.number)),
        captures=captures.of_incident(db, known.number),
        deeds=tuple(chronicle.acted(db, known.number)),
        kept=() if known.own else kept.of_incident(db, known.number).runs,
        at_worst=pages.worst_to_notice(probe) if probe else None,
    )


def _runs(db: Database, known: Known, until: datetime) -> Iterable[chronicle.Ran]:
    if known.own:
        return
    end = known.ended_at
    for run in chronicle.failing(db, known.probe, known.location, known.began_at - _AFTER, until):
        if known.began_at <= run.at and (end is None or run.at < end):
            yield run


def _notice(known: Known) -> Notice | None:
    try:
        return from_json(known.notice) if known.notice else None
    except ValueError:
        return None


def _others(db: Database, found: Account, since: datetime, until: datetime) -> list[Known]:
    """Without summaries, which say nothing but what their members do."""
    mine = {each.known.number for each in found.seen}
    mine |= {number for outage in found.outages for number in outage.incidents}
    every = chronicle.open_between(db, since, until, _OTHERS_MOST)
    return [each for each in every if each.number not in mine and each.probe != SUMMARY]


def _burns(
    db: Database, config: Config, found: Account, since: datetime, until: datetime
) -> list[Known]:
    concerned = {each.id for each in found.components}
    probes = [
        OBJECTIVE + each.id
        for each in config.changes.objectives.values()
        if each.component in concerned
    ]
    mine = {each.known.number for each in found.seen}
    burning = chronicle.overlapping(db, probes, since, until)
    return [each for each in burning if each.number not in mine]


def _silences(
    db: Database, config: Config, found: Account, since: datetime, until: datetime
) -> Iterable[Span]:
    """Of any of its probes."""
    probes = [config.probes[s.known.probe] for s in found.seen if s.known.probe in config.probes]
    for span in acts.spans(db, acts.Kind.SILENCE, found.at, since=since):
        concerned = any(span.concerns(probe.id, probe.tags) for probe in probes)
        if concerned and span.starts_at <= until:
            yield span


def _suspects(config: Config, seen: Sequence[Seen], changes: Sequence[Deploy]) -> Iterator[int]:
    """Those of before the first failing run come first, and among them what a probe watches."""
    for which in (deploys.concerning, deploys.shortly_after):
        found = [
            deploy
            for known in (each.known for each in seen)
            for deploy in which(
                changes, config.changes, known.probe, config.environment, known.began_at
            )
        ]
        found.sort(key=lambda deploy: config.changes.service(deploy.service) is None)
        yield from (deploy.id for deploy in found)


def _altered(db: Database, config: Config, found: Account, until: datetime) -> list[Change]:
    """Announced or not, but for what went back."""
    ids = [each.known.probe for each in found.seen]
    targets = {origin_of(config.probes[id_]) for id_ in ids if id_ in config.probes}
    targets |= {id_.removeprefix(CHANGE) for id_ in ids if id_.startswith(CHANGE)}
    if not targets:
        return []
    known = fingerprints.since(db, found.began_at - config.fingerprint.window)
    return [
        each
        for each in known
        if each.origin in targets and each.seen_at <= until and each.state is not Stands.BACK
    ]


def _is_ours(config: Config, found: Account, deploy: Deploy) -> bool:
    """Of our environment, and of a service that any of its probes watches, or that nobody knows."""
    if deploy.environment not in {"", config.environment}:
        return False
    service = config.changes.service(deploy.service)
    if service is None:
        return True
    probes = {each.known.probe for each in found.seen}
    probes |= {probe for component in found.components for probe in component.probes}
    return bool(probes & set(service.probes))


def _public_at(config: Config, found: Account) -> datetime | None:
    """With the component's own sentence as soon as it may, or with the first words of a person."""
    if found.page is None:
        return None
    said = [each.at for each in found.told.updates if not each.withdrawn]
    opened = [each.known.opened_at for each in found.seen if not each.known.own]
    due = [at + config.page.publish_after for at in opened]
    return min([*due, *said], default=None)
