"""When an incident opens and when it is over. Pure: told the readings, told the time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique


@unique
class Evidence(StrEnum):
    """What one run says about the target."""

    GOOD = "good"
    BAD = "bad"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Policy:
    """How many runs in a row it takes."""

    open_after: int = 2
    close_after: int = 2


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing is wrong that we know of."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Failing, but not often enough to wake anybody."""

    began_at: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class Firing:
    """An incident is open."""

    began_at: datetime
    passes: int = 0


State = Quiet | Pending | Firing


@dataclass(frozen=True, slots=True)
class Opened:
    """The evidence sufficed. `began_at` is the first failing run, not the deciding one."""

    began_at: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """It works again. `lasted` runs from the first failing run to the first good one after it."""

    began_at: datetime
    lasted: timedelta


Event = Opened | Resolved


@dataclass(frozen=True, slots=True)
class Track:
    """An incident state, with the newest slot it has taken into account."""

    state: State = Quiet()
    slot: datetime | None = None
    recovered_at: datetime | None = None
    """The first good run of the present row, while an incident is open."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One run, as far as a decision needs it. `at` is when it started."""

    slot: datetime
    at: datetime
    evidence: Evidence


def step(track: Track, reading: Reading, policy: Policy) -> tuple[Track, tuple[Event, ...]]:
    """The state after one more run. A run at or before the newest known slot changes nothing."""
    if track.slot is not None and reading.slot <= track.slot:
        return track, ()
    track = replace(track, slot=reading.slot)
    match track.state, reading.evidence:
        case Quiet(), Evidence.BAD:
            return _count(track, Pending(began_at=reading.at, failures=1), policy)
        case Pending() as pending, Evidence.BAD:
            return _count(track, replace(pending, failures=pending.failures + 1), policy)
        case Pending(), Evidence.GOOD:
            return replace(track, state=Quiet()), ()
        case Firing() as firing, Evidence.BAD:
            return replace(track, state=replace(firing, passes=0), recovered_at=None), ()
        case Firing() as firing, Evidence.GOOD:
            return _settle(track, firing, reading, policy)
        case _:
            return track, ()  # good and quiet, or no evidence either way


def _count(track: Track, pending: Pending, policy: Policy) -> tuple[Track, tuple[Event, ...]]:
    if pending.failures < policy.open_after:
        return replace(track, state=pending), ()
    opened = Opened(began_at=pending.began_at, failures=pending.failures)
    return replace(track, state=Firing(began_at=pending.began_at)), (opened,)


def _settle(
    track: Track, firing: Firing, reading: Reading, policy: Policy
) -> tuple[Track, tuple[Event, ...]]:
    recovered_at = track.recovered_at or reading.at
    firing = replace(firing, passes=firing.passes + 1)
    if firing.passes < policy.close_after:
        return replace(track, state=firing, recovered_at=recovered_at), ()
    resolved = Resolved(began_at=firing.began_at, lasted=recovered_at - firing.began_at)
    return replace(track, state=Quiet(), recovered_at=None), (resolved,)
