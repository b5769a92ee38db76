"""When an incident opens and when it is over. Pure: told the readings, told the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from itertools import takewhile

from monitor import flapping
from monitor.flapping import Mark
from monitor.policy import For, InARow, OutOf, Policy
from monitor.why import Why


@unique
class Evidence(StrEnum):
    """What one run says about the target."""

    GOOD = "good"
    BAD = "bad"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing is wrong that we know of."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Failing, but not often enough to wake anybody. `grave` unless some were merely slow."""

    began_at: datetime
    failures: int
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Firing:
    """An incident is open. `eased` counts the newest runs in a row that were merely slow."""

    began_at: datetime
    passes: int = 0
    grave: bool = True
    flapping: bool = False
    eased: int = 0


State = Quiet | Pending | Firing


@dataclass(frozen=True, slots=True)
class Opened:
    """The evidence sufficed. `began_at` is the first failing run, not the deciding one."""

    began_at: datetime
    failures: int
    why: Why = Why.FAILED_IN_A_ROW
    grave: bool = True
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Worsened:
    """It had only been slow, and fails now."""

    began_at: datetime
    why: Why = Why.WORSE_THAN_SLOW


@dataclass(frozen=True, slots=True)
class Flapping:
    """It keeps breaking and mending: nothing more is told until it is steady."""

    began_at: datetime
    why: Why = Why.FLAPPING_STARTED


@dataclass(frozen=True, slots=True)
class Settled:
    """It kept mending, and does not any more: it is simply down."""

    began_at: datetime
    why: Why = Why.STEADILY_DOWN


@dataclass(frozen=True, slots=True)
class Resolved:
    """It works again. `lasted` runs from the first failing run to the first good one after it."""

    began_at: datetime
    lasted: timedelta
    why: Why = Why.GOOD_IN_A_ROW


Event = Opened | Worsened | Flapping | Settled | Resolved


@dataclass(frozen=True, slots=True)
class Track:
    """An incident state, with the newest slot it has taken into account."""

    state: State = Quiet()
    slot: datetime | None = None
    recovered_at: datetime | None = None
    """The first good run of the present row, while an incident is open."""
    recent: tuple[Mark, ...] = ()
    """What the last runs said, the newest last."""
    evidence_at: datetime | None = None
    """When the newest run that said anything started."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One run, as far as a decision needs it. `at` is when it started. What was undecided when
    the run before was more than `patience` ago is forgotten.
    """

    slot: datetime
    at: datetime
    evidence: Evidence
    grave: bool = True
    patience: timedelta | None = None


Step = tuple[Track, tuple[Event, ...]]


def step(track: Track, reading: Reading, policy: Policy) -> Step:
    """The state after one more run. A run at or before the newest known slot changes nothing."""
    if track.slot is not None and reading.slot <= track.slot:
        return track, ()
    track = replace(_without_stale(track, reading), slot=reading.slot)
    if reading.evidence is Evidence.NONE:
        return track, ()
    track = replace(track, evidence_at=reading.at)
    match track.state:
        case Firing() as firing:
            return _attend(track, firing, reading, policy)
        case Pending() as pending:
            began_at = min(pending.began_at, reading.at)  # else the clock was set back since
            return _decide(track, replace(pending, began_at=began_at), reading, policy)
        case Quiet():
            return _decide(track, Pending(reading.at, 0, grave=True), reading, policy)


def _without_stale(track: Track, reading: Reading) -> Track:
    """Two failures with a day of nobody looking between them are no row."""
    known_at, patience = track.evidence_at, reading.patience
    if known_at is None or patience is None or reading.at - known_at <= patience:
        return track
    state = Quiet() if isinstance(track.state, Pending) else track.state
    return replace(track, state=state, recent=())


def _decide(track: Track, pending: Pending, reading: Reading, policy: Policy) -> Step:
    if reading.evidence is Evidence.GOOD:
        recent = _remember(track, Mark(), policy)
        return replace(track, state=_left_over(recent, policy), recent=recent), ()
    recent = _remember(track, Mark(reading.at, soft=True), policy)
    grave = pending.grave and reading.grave
    counted = replace(pending, failures=pending.failures + 1, grave=grave)
    pending, why = _judge(counted, recent, reading, policy)
    if why is None:
        return replace(track, state=pending, recent=recent), ()
    recent = tuple(_hardened(mark, pending.began_at) for mark in recent)
    unsteady = policy.flapping and flapping.starts(recent)
    opened = Opened(pending.began_at, pending.failures, why, pending.grave, unsteady)
    firing = Firing(pending.began_at, grave=pending.grave, flapping=unsteady)
    return replace(track, state=firing, recent=recent), (opened,)


def _judge(
    pending: Pending, recent: tuple[Mark, ...], reading: Reading, policy: Policy
) -> tuple[Pending, Why | None]:
    """The state as the policy counts, and the reason to open, if there is one."""
    if policy.at_once and reading.grave:
        row = replace(_row(pending, recent), grave=True)
        long = isinstance(policy.opening, InARow) and row.failures >= policy.opening.runs
        return row, Why.FAILED_IN_A_ROW if long else Why.FAILED_AFTER_DEPLOY
    match policy.opening:
        case InARow(runs):
            return pending, Why.FAILED_IN_A_ROW if pending.failures >= runs else None
        case For(span):
            long = pending.failures > 1 and reading.at - pending.began_at >= span
            return pending, Why.FAILED_FOR if long else None
        case OutOf(failing, of):
            bad = _soft(recent[-of:])
            pending = replace(pending, began_at=bad[0], failures=len(bad))
            return pending, Why.FAILED_OUT_OF if len(bad) >= failing else None


def _row(pending: Pending, recent: Sequence[Mark]) -> Pending:
    """Those with nothing good between them: what failed some runs ago is another matter."""
    row = [mark.bad_at for mark in takewhile(lambda mark: mark.soft, reversed(recent))]
    began = [at for at in row if at is not None]
    if len(began) in (pending.failures, len(recent)):  # all that count, or more than is remembered
        return pending
    return replace(pending, began_at=began[-1], failures=len(began))


def _left_over(recent: tuple[Mark, ...], policy: Policy) -> State:
    """After a good run, failures among the last ones still count where the policy says so."""
    if not isinstance(policy.opening, OutOf):
        return Quiet()
    bad = _soft(recent[-policy.opening.of :])
    return Pending(bad[0], len(bad)) if bad else Quiet()


def _soft(recent: Sequence[Mark]) -> list[datetime]:
    """The failures that no incident has used up yet."""
    return [mark.bad_at for mark in recent if mark.bad_at is not None and mark.soft]


def _hardened(mark: Mark, since: datetime) -> Mark:
    """Failures from *since* on belong to the incident, and to no later one."""
    return Mark(mark.bad_at) if mark.bad_at is not None and mark.bad_at >= since else mark


def _attend(track: Track, firing: Firing, reading: Reading, policy: Policy) -> Step:
    good = reading.evidence is Evidence.GOOD
    recent = _remember(track, Mark() if good else Mark(reading.at), policy)
    track = replace(track, recent=recent)
    unsteady = policy.flapping and flapping.goes_on(recent, already=firing.flapping)
    events = _news(firing, reading, unsteady=unsteady)
    firing = _graver(replace(firing, flapping=unsteady), reading, policy)
    if not good:
        return replace(track, state=replace(firing, passes=0), recovered_at=None), events
    firing = replace(firing, passes=firing.passes + 1)
    recovered_at = track.recovered_at or reading.at
    if firing.flapping or firing.passes < policy.close_after:
        return replace(track, state=firing, recovered_at=recovered_at), events
    lasted = max(recovered_at - firing.began_at, timedelta())
    resolved = Resolved(firing.began_at, lasted)
    return replace(track, state=Quiet(), recovered_at=None), (*events, resolved)


def _news(firing: Firing, reading: Reading, *, unsteady: bool) -> tuple[Event, ...]:
    """What people who know of it should hear."""
    bad = reading.evidence is Evidence.BAD
    if bad and reading.grave and not firing.grave:
        return (Worsened(firing.began_at),)
    if unsteady and not firing.flapping:
        return (Flapping(firing.began_at),)
    if bad and firing.flapping and not unsteady:
        return (Settled(firing.began_at),)
    return ()


def _graver(firing: Firing, reading: Reading, policy: Policy) -> Firing:
    """As grave as its newest runs: a failure makes it so at once, slow ones end that slowly."""
    if reading.evidence is Evidence.GOOD:
        return firing
    if reading.grave:
        return replace(firing, grave=True, eased=0)
    eased = firing.eased + 1
    return replace(firing, eased=eased, grave=firing.grave and eased < policy.close_after)


def _remember(track: Track, mark: Mark, policy: Policy) -> tuple[Mark, ...]:
    of = policy.opening.of if isinstance(policy.opening, OutOf) else 0
    return (*track.recent, mark)[-max(of, flapping.STATES) :]
