"""How an objective stands: what may be spent in its window, what was, and on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import budget, uptime
from monitor.budget import Budget, Window
from monitor.clock import from_us, to_us
from monitor.config.changes import Objective
from monitor.config.detection import watching
from monitor.config.model import Config
from monitor.notices import Left
from monitor.objectives.reading import Down, Past, spans_of
from monitor.store.objectives import Outage as Row

WORST: Final = 5
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A stretch of time in which any probe of the component was down."""

    began_at: datetime
    ended_at: datetime | None
    """None while it goes on."""
    spent: timedelta
    """As much of it as lies in the window, up to now, and was not announced."""
    incidents: tuple[int, ...]
    """Numbers, the first one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of one objective, as of `budget.at`."""

    objective: Objective
    name: str
    """Of the component, for people."""
    budget: Budget
    worst: tuple[Outage, ...] = ()
    """The longest first, `WORST` at most."""

    @property
    def window(self) -> Window:
        return self.budget.window

    @property
    def allowed(self) -> timedelta:
        return self.budget.allowed

    @property
    def spent(self) -> timedelta:
        return self.budget.spent

    @property
    def left(self) -> timedelta:
        """Less than zero when more was spent than there was."""
        return self.budget.left

    @property
    def known(self) -> timedelta:
        """How much of the window up to now was watched or announced work."""
        return self.budget.known


def all_standings(db: Database, config: Config, at: datetime) -> tuple[Standing, ...]:
    """Of every objective, in the order of the configuration."""
    return tuple(standing(db, config, each, at) for each in config.changes.objectives.values())


def standing(db: Database, config: Config, objective: Objective, at: datetime) -> Standing:
    """As of *at*, which may be past: then of the window that it lay in."""
    of = budget.window(objective.window, objective.zone, at)
    found = _past(db, config, objective, of, at).down(whole=True)
    return Standing(
        objective=objective,
        name=name_of(config, objective),
        budget=_budget(objective, of, at, found),
        worst=worst(found, of.since_at, at),
    )


def left_for(db: Database, config: Config, probe: str, at: datetime) -> tuple[Left, ...]:
    """What is left of the budgets that *probe* counts against, in the order of the configuration.
    Reads no more than the days on which something was down.
    """
    return tuple(
        left(db, config, objective, at)
        for objective in config.changes.objectives.values()
        if any(each.id == probe for each in watching(config, objective))
    )


def left(db: Database, config: Config, objective: Objective, at: datetime) -> Left:
    of = budget.window(objective.window, objective.zone, at)
    found = _past(db, config, objective, of, at).down(whole=False)
    made = _budget(objective, of, at, found)
    return Left(objective=promised(config, objective), left=made.left, allowed=made.allowed)


def promised(config: Config, objective: Objective) -> str:
    """What was promised, for people: `Uploads: 15m per year`."""
    return f"{name_of(config, objective)}: {objective.written}"


def name_of(config: Config, objective: Objective) -> str:
    """Of its component, for people."""
    component = config.components.get(objective.component)
    return component.name if component else objective.component


def worst(found: Down, since_at: datetime, at: datetime, most: int = WORST) -> tuple[Outage, ...]:
    """Outages of several probes that overlap are one."""
    since_us, until_us = to_us(since_at), to_us(at)
    made = []
    for start, end in spans_of(found.outages):
        inside = [o for o in found.outages if start <= o.began_us < end]
        spent = uptime.minus(uptime.within([(start, end)], since_us, until_us), found.planned)
        if spent:
            made.append(_outage(inside, timedelta(microseconds=uptime.total(spent))))
    return tuple(sorted(made, key=lambda each: (-each.spent, each.began_at))[:most])


def _outage(inside: Sequence[Row], spent: timedelta) -> Outage:
    ends = [each.ended_us for each in inside]
    known = [end for end in ends if end is not None]
    return Outage(
        began_at=from_us(min(each.began_us for each in inside)),
        ended_at=from_us(max(known)) if len(known) == len(ends) else None,
        spent=spent,
        incidents=tuple(sorted(each.number for each in inside)),
    )


def _rounded(span: timedelta) -> timedelta:
    """Once, so that notices, pages and terminals say the same of what is left."""
    return round(span / _SECOND) * _SECOND


def _past(db: Database, config: Config, objective: Objective, of: Window, at: datetime) -> Past:
    return Past(db, config, watching(config, objective), Window(of.since_at, min(of.until_at, at)))


def _budget(objective: Objective, of: Window, at: datetime, found: Down) -> Budget:
    return Budget(
        window=of,
        at=at,
        allowed=_rounded(budget.allowed(objective.share, of.length, objective.allows)),
        spent=_rounded(found.spent),
        known=found.known,
    )
