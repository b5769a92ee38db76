"""What an incident cost of the budgets that its components have."""

from __future__ import annotations

from datetime import timedelta

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import objectives
from monitor.config import Config
from monitor.objectives import Standing
from monitor.reports.account import Account, Spent
from monitor.reports.prose import is_budget


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
    if is_budget(found):
        return standing.spent
    numbers = {each.known.number for each in found.seen}
    for outage in standing.worst:
        if numbers & set(outage.incidents):
            return outage.spent
    began_at = max(found.began_at, standing.window.since_at)
    return max((found.ended_at or found.at) - began_at, timedelta())
