"""How long it took until it was seen, told, acknowledged and over. Pure.

Nobody knows when exactly something broke: it was after the last good run, and not after the first
failing one. So every time is at least what it is from the first failing run, and at most what it
is from the last good one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.notices import EventKind
from monitor.reports.account import Account
from monitor.store.chronicle import Letter


@dataclass(frozen=True, slots=True)
class Bounds:
    """`most` is None where it is not known when it worked for the last time."""

    least: timedelta
    most: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """None: it did not happen, or nobody knows when."""

    opened_at: datetime | None
    told_at: datetime | None
    """When the first channel took it."""
    acknowledged_at: datetime | None
    recovered_at: datetime | None
    detect: Bounds | None
    tell: Bounds | None
    acknowledge: Bounds | None
    recover: Bounds | None


def times(found: Account) -> Times:
    """Of the incident and what is one outage with it, the first of each."""
    opened_at = min((each.known.opened_at for each in found.seen), default=None)
    told_at = min((at for at in map(_taken, letters(found)) if at is not None), default=None)
    acknowledged_at = min(_acknowledged(found), default=None)
    recovered_at = found.ended_at
    return Times(
        opened_at=opened_at,
        told_at=told_at,
        acknowledged_at=acknowledged_at,
        recovered_at=recovered_at,
        detect=_since(found, opened_at),
        tell=_since(found, told_at),
        acknowledge=_since(found, acknowledged_at),
        recover=_since(found, recovered_at),
    )


def letters(found: Account) -> list[Letter]:
    """Also those of the summary that it was told in."""
    above = found.summary
    own = [letter for each in found.seen for letter in each.letters]
    return [*own, *(above.letters if above else ())]


def _taken(letter: Letter) -> datetime | None:
    return None if letter.kind == EventKind.RESOLVED else letter.delivered_at


def _acknowledged(found: Account) -> list[datetime]:
    above = found.summary
    every = [*found.seen, *([above] if above else [])]
    events = [e.at for each in every for e in each.events if e.kind == EventKind.ACKNOWLEDGED]
    rows = [each.known.acknowledged_at for each in every if each.known.acknowledged_at]
    return [*events, *rows]


def _since(found: Account, at: datetime | None) -> Bounds | None:
    if at is None:
        return None
    good = found.last_good_at
    least = max(at - found.began_at, timedelta())
    return Bounds(least, None if good is None else max(at - good, timedelta()))
