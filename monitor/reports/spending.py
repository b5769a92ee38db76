"""What an incident cost of the budgets that its components have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import objectives
from monitor.config import Config
from monitor.config.changes import Objective
from monitor.config.detection import watching
from monitor.context import OBJECTIVE
from monitor.objectives import Standing
from monitor.reasons import in_words
from monitor.reports.account import Account, Failed, Spent
from monitor.store import chronicle


def spent(db: Database, config: Config, found: Account) -> tuple[Spent, ...]:
    """One for each objective of a component that it concerned, as of its end."""
    if not found.seen:
        return ()  # nothing was counted
    at = found.ended_at or found.at
    concerned = {each.id for each in found.components}
    return tuple(
        _spent(objectives.standing(db, config, objective, at), found)
        for objective in config.changes.objectives.values()
        if objective.component in concerned
    )


def _spent(standing: Standing, found: Account) -> Spent:
    return Spent(
        objective=standing.name,
        written=standing.objective.written,
        by_it=_by_it(standing, found),
        allowed=standing.allowed,
        left=standing.left,
    )


def _by_it(standing: Standing, found: Account) -> timedelta:
    """As the objective counts it; the plain length of what is too short to be among its worst. Of
    its own incident, all that is spent.
    """
    if found.is_budget:
        return standing.spent
    numbers = {each.known.number for each in found.seen}
    for outage in standing.worst:
        if numbers & set(outage.incidents):
            return outage.spent
    began_at = max(found.began_at, standing.window.since_at)
    return max((found.ended_at or found.at) - began_at, timedelta())


def burnt(db: Database, config: Config, found: Account) -> Account:
    """With what spent the budget, where it is an incident of one that is still promised."""
    if not found.is_budget or found.first is None:
        return found
    promised = config.changes.objectives.get(found.first.known.probe.removeprefix(OBJECTIVE))
    if promised is None:
        return found
    worst = objectives.standing(db, config, promised, found.ended_at or found.at).worst
    oldest_first = sorted(worst, key=lambda each: each.began_at)
    failed = tuple(_failed(db, config, promised, found))
    return replace(found, outages=tuple(oldest_first), failed=failed)


def _failed(db: Database, config: Config, promised: Objective, found: Account) -> Iterator[Failed]:
    since, until = found.began_at, found.ended_at or found.at
    for probe in watching(config, promised):
        every = chronicle.failing(db, probe.id, config.location, since, until)
        runs = [run for run in every if run.outcome == "FAIL" and since <= run.at <= until]
        if not runs:
            continue
        known = chronicle.overlapping(db, [probe.id], since, until)
        spans = [(each.began_at, each.ended_at or until) for each in known]
        yield Failed(
            probe=probe.id,
            runs=len(runs),
            outside=sum(not any(a <= run.at <= b for a, b in spans) for run in runs),
            first_at=runs[0].at,
            last_at=runs[-1].at,
            note=runs[-1].note or in_words(runs[-1].reason),
        )
