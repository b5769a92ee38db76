"""The verdict on a probe, from its newest run and its incident. Pure: told the time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique

from monitor.incidents import Evidence, Firing, Pending, Quiet, State


@unique
class Health(StrEnum):
    """UNKNOWN is no evidence, and never counts as up."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


_OUTCOMES = {"PASS": Evidence.GOOD, "SLOW": Evidence.GOOD, "FAIL": Evidence.BAD}


def evidence_of(outcome: str, *, slow_counts: bool = False) -> Evidence:
    """SLOW is up for an incident's sake, unless it counts; ERROR says nothing."""
    if slow_counts and outcome == "SLOW":
        return Evidence.BAD
    return _OUTCOMES.get(outcome, Evidence.NONE)


@dataclass(frozen=True, slots=True)
class Standing:
    """A verdict, since when it holds, and how many runs in a row were slow."""

    health: Health = Health.UNKNOWN
    since_at: datetime | None = None
    slow_runs: int = 0


def after(
    standing: Standing, state: State, outcome: str, at: datetime, *, slow_after: int
) -> Standing:
    """The verdict after a run of *outcome* at *at* that led to the incident state *state*."""
    if evidence_of(outcome) is Evidence.NONE:
        return standing
    slow_runs = standing.slow_runs + 1 if outcome == "SLOW" else 0
    standing = replace(standing, slow_runs=slow_runs)
    match state:
        case Firing(began_at=began_at, grave=grave):
            return _turn(standing, Health.DOWN if grave else Health.DEGRADED, began_at)
        case Pending():
            return standing  # one failure convicts nobody
        case Quiet():
            slow = slow_runs >= slow_after or (slow_runs and standing.health is Health.DEGRADED)
            return _turn(standing, Health.DEGRADED if slow else Health.UP, at)


def _turn(standing: Standing, health: Health, at: datetime) -> Standing:
    if standing.health is health:
        return standing
    return replace(standing, health=health, since_at=at)


def seen_at(
    standing: Standing, evidence_at: datetime | None, *, patience: timedelta, at: datetime
) -> Standing:
    """What the verdict is worth at *at*: evidence older than *patience* is none, and so is what
    comes from a clock that ran ahead.
    """
    if evidence_at is None or evidence_at - at > patience:
        return Standing()
    if at - evidence_at > patience:
        return Standing(Health.UNKNOWN, evidence_at + patience)
    return standing


def worst(healths: list[Health]) -> Health:
    """DOWN beats DEGRADED beats UNKNOWN beats UP: what is not known is never called up."""
    for health in (Health.DOWN, Health.DEGRADED, Health.UNKNOWN):
        if health in healths:
            return health
    return Health.UP if healths else Health.UNKNOWN
