"""How long a probe was down: from the first failing run of an incident to the end of the last one,
so that every lost percent on the page has an incident that explains it.

No instant counts twice, however often it was asked about: only what lies after everything that is
counted already is added. A run between two slots that sees it work again takes back the rest of
what the last failing run had spoken for. Inside the writer's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import health
from monitor.incidents import Event, Evidence, Firing, Opened, Track
from monitor.runner import Run
from monitor.slots import slot_at
from monitor.store import counting
from monitor.store.fives import LATE, Series
from monitor.store.records import RunRow

_JITTER: Final = timedelta(seconds=1)
"""Runs begin that much before or after the end of the one before, and still follow it."""


def began(track: Track, events: Sequence[Event], run: Run) -> datetime | None:
    """Since when *run*, after which the incident stands so, shows it down: its own beginning, or
    that of the incident that it opened; None when it shows no such thing.
    """
    failed = health.evidence_of(run.result.outcome.value) is Evidence.BAD
    if not (failed and isinstance(track.state, Firing) and track.state.grave):
        return None
    opened = next((event for event in events if isinstance(event, Opened)), None)
    return opened.began_at if opened else run.started_at


def count(
    db: Database, run: Run, row: RunRow, until: datetime | None, since: datetime | None
) -> datetime | None:
    """Counts what *run* shows down *since* then. *until* is when everything that was counted before
    ends; gives the same for the next run.
    """
    if until is not None and until - run.started_at > run.probe.patience:
        until = None  # the clock ran ahead, and was set
    if since is None:
        return _take_back(db, run, row, until)
    start, end = _beyond(run, since, until)
    if start < end:
        slot = _speaks_for(run, start, opened=since < run.started_at)
        counting.add_down(db, _series(row), since=start, until=end, slot=slot)
    return max(end, until) if until else end


def _beyond(run: Run, since: datetime, until: datetime | None) -> tuple[datetime, datetime]:
    """What of it is not counted yet. A slot begins where the one before ended, whatever the moments
    are by which runs begin early or late.
    """
    end = _end(run)
    if until is None:
        return since, end
    follows = abs(since - until) <= min(_JITTER, run.probe.every / 4)
    if follows and not run.between and since == run.started_at:
        return until, end
    return max(since, until), end


def _end(run: Run) -> datetime:
    """Until when it speaks: to the next slot, though it began late itself."""
    named_by_our_clock = -_JITTER <= run.started_at - run.slot < LATE
    return (run.slot if named_by_our_clock else run.started_at) + run.covers


def _take_back(db: Database, run: Run, row: RunRow, until: datetime | None) -> datetime | None:
    at = run.started_at
    good = health.evidence_of(row.outcome) is Evidence.GOOD
    if not (good and run.between and until is not None and at < until):
        return until
    slot = _speaks_for(run, at, opened=False)
    counting.take_down_back(db, _series(row), since=at, until=until, slot=slot)
    return at


def _speaks_for(run: Run, since: datetime, *, opened: bool) -> datetime:
    """The slot whose time that is."""
    own = not (opened or run.between) and abs(run.slot - since) < LATE
    return run.slot if own else slot_at(run.probe.id, run.probe.every, since)


def _series(row: RunRow) -> Series:
    return Series(row.probe, row.location)
