"""Counting runs into their days and their five minutes. Inside the writer's transaction."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.store import fives
from monitor.store.fives import ADDED, TALLIED, Series, Tally
from monitor.store.records import RunRow

_US: Final = timedelta(microseconds=1)


def add_run(db: Database, run: RunRow) -> None:
    """Into its day, and into its five minutes when these are not made from it."""
    column = run.outcome.lower()
    db.execute(
        f"INSERT INTO rollup_1d (day, probe, location, {column}, known_us, took_us)"  # noqa: S608 - an Outcome
        " VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET"
        f" {column} = {column} + 1, known_us = known_us + excluded.known_us,"
        " took_us = took_us + excluded.took_us",
        (day_of(run.started_at), run.probe, run.location, run.known // _US, run.took // _US),
    )
    fives.add_unseen(db, run)


def add_tally(db: Database, series: Series, at: datetime, tally: Tally) -> None:
    """Counts runs that are not kept one by one, all due in the five minutes of *at*."""
    fives.add_tally(db, series, at, tally)
    db.execute(
        f"INSERT INTO rollup_1d (day, probe, location, {TALLIED})"  # noqa: S608 - constants
        f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET {ADDED}",
        (day_of(at), *series, *tally.sums),
    )


def add_down(
    db: Database, series: Series, *, since: datetime, until: datetime, slot: datetime | None = None
) -> None:
    """Counts the time from *since* to *until* as down, never more than is known. *slot* is that of
    the run that speaks for its beginning, when it is another instant.
    """
    fives.add_down(db, series, since=since, until=until, slot=slot)
    _by_day(db, series, since, until, "min(known_us, down_us + ?)")


def take_down_back(
    db: Database, series: Series, *, since: datetime, until: datetime, slot: datetime | None = None
) -> None:
    """What `add_down` counted, when it turns out that it worked meanwhile."""
    fives.take_down_back(db, series, since=since, until=until, slot=slot)
    _by_day(db, series, since, until, "max(0, down_us - ?)")


def _by_day(db: Database, series: Series, since: datetime, until: datetime, down_us: str) -> None:
    while since < until:
        midnight = datetime.combine(since.date(), time(), since.tzinfo) + timedelta(days=1)
        end = min(until, midnight)
        db.execute(
            f"UPDATE rollup_1d SET down_us = {down_us}"  # noqa: S608 - our own words
            " WHERE day = ? AND probe = ? AND location = ?",
            ((end - since) // _US, day_of(since), *series),
        )
        since = end


def day_of(at: datetime) -> str:
    return at.date().isoformat()
