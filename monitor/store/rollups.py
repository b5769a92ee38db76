"""History in less and less detail: five minutes, hours, days.

A run is counted into its five minutes and its day in the transaction that records it. Hours, and
the histograms of days, are folded from the finer rows once these are complete, by housekeeping; a
run that comes late has its hour and its day folded again. What comes later than the five-minute
rows are kept counts into its day alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.store.histogram import Histogram, bucket, percentile

FIVE_MINUTES_US: Final = 300_000_000
HOUR_US: Final = 3_600_000_000
DAY: Final = timedelta(days=1)
OUTCOMES: Final = ("PASS", "SLOW", "FAIL", "ERROR")
ANSWERED: Final = frozenset({"PASS", "SLOW"})  # only these go into a histogram
_US: Final = timedelta(microseconds=1)
_COUNTS: Final = "pass, slow, fail, error, known_us, down_us, took_us"
_SUMS: Final = ", ".join(f"sum({name})" for name in _COUNTS.split(", "))
_TALLIED: Final = _COUNTS.replace("down_us, ", "")
_ADDED: Final = ", ".join(f"{name} = {name} + excluded.{name}" for name in _TALLIED.split(", "))
_SPAN: Final = "probe = ? AND location = ? AND starts_at >= ? AND starts_at < ?"
_ONE_MORE: Final = (
    ", histogram = json_set(histogram, :bucket, coalesce(json_extract(histogram, :bucket), 0) + 1)"
)
_LATE_START: Final = timedelta(minutes=1)  # a run begins that long after its slot at most


class Series(NamedTuple):
    """One probe, by its key, watched from one place."""

    probe: int
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Several runs, counted. `known` is the time they give evidence for."""

    outcomes: Mapping[str, int]
    known: timedelta
    took: timedelta
    histogram: Histogram = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """How long the good runs took, to within 5 %."""

    runs: int
    p50: timedelta
    p90: timedelta
    p95: timedelta
    p99: timedelta


def day_of(at: datetime) -> str:
    return at.date().isoformat()


def add_run(
    db: Database, series: Series, at: datetime, outcome: str, *, known: timedelta, took: timedelta
) -> None:
    """Counts one run that began at *at* into its five minutes; its day is counted elsewhere."""
    name = bucket(took) if outcome in ANSWERED else None
    column = outcome.lower()
    db.execute(
        f"INSERT INTO rollup_5m (probe, location, starts_at, {column}, known_us, took_us,"  # noqa: S608 - an Outcome
        " histogram)"
        " VALUES (:probe, :location, :starts_at, 1, :known_us, :took_us, :first)"
        f" ON CONFLICT DO UPDATE SET {column} = {column} + 1, folded = 0,"
        " known_us = known_us + excluded.known_us, took_us = took_us + excluded.took_us"
        + (_ONE_MORE if name else ""),
        {
            "probe": series.probe,
            "location": series.location,
            "starts_at": _starts_us(at, FIVE_MINUTES_US),
            "known_us": known // _US,
            "took_us": took // _US,
            "first": f'{{"{name}":1}}' if name else "{}",
            "bucket": f'$."{name}"',
        },
    )


def add_down(db: Database, series: Series, *, since: datetime, until: datetime) -> None:
    """Counts the time from *since* to *until* as down, each part into the five minutes of the run
    that speaks for it, never more than is known there.
    """
    rows = db.execute(
        "SELECT started_at FROM run WHERE probe = ? AND location = ? AND slot > ?"
        " AND started_at > ? AND started_at < ? ORDER BY started_at",
        (*series, to_us(since - _LATE_START), to_us(since), to_us(until)),
    )
    began = [to_us(since), *(int(row[0]) for row in rows.fetchall()), to_us(until)]
    for start, end in pairwise(began):
        db.execute(
            "UPDATE rollup_5m SET down_us = min(known_us, down_us + ?), folded = 0"
            " WHERE probe = ? AND location = ? AND starts_at = ?",
            (end - start, *series, start - start % FIVE_MINUTES_US),
        )


def add_tally(db: Database, series: Series, at: datetime, tally: Tally) -> None:
    """Counts runs that are not kept one by one, all begun in the five minutes of *at*."""
    starts_us = _starts_us(at, FIVE_MINUTES_US)
    counts = [tally.outcomes.get(outcome, 0) for outcome in OUTCOMES]
    sums = (*counts, tally.known // _US, tally.took // _US)
    row = db.execute(
        "SELECT histogram FROM rollup_5m WHERE probe = ? AND location = ? AND starts_at = ?",
        (*series, starts_us),
    ).fetchone()
    merged = Counter(_read(row[0])) + Counter(tally.histogram) if row else tally.histogram
    db.execute(
        f"INSERT INTO rollup_5m (probe, location, starts_at, {_TALLIED}, histogram)"  # noqa: S608 - constants
        f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET {_ADDED},"
        " histogram = excluded.histogram, folded = 0",
        (*series, starts_us, *sums, _write(merged)),
    )
    db.execute(
        f"INSERT INTO rollup_1d (probe, location, day, {_TALLIED})"  # noqa: S608 - constants
        f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET {_ADDED}",
        (*series, day_of(at), *sums),
    )


def fold_hours(db: Database, *, since: datetime, until: datetime, most: int) -> int:
    """Makes the hours between that are complete or have changed; gives how many, *most* at most."""
    rows = db.execute(
        "SELECT DISTINCT probe, location, starts_at - starts_at % ? FROM rollup_5m"
        " WHERE folded = 0 AND starts_at >= ? AND starts_at < ? LIMIT ?",
        (HOUR_US, _starts_us(since, HOUR_US), _starts_us(until, HOUR_US), most),
    ).fetchall()
    for *series, starts_us in rows:
        span = (*series, starts_us, starts_us + HOUR_US)
        db.execute(
            f"INSERT OR REPLACE INTO rollup_1h (probe, location, starts_at, {_COUNTS}, histogram)"  # noqa: S608 - constants
            f" SELECT probe, location, {int(starts_us)}, {_SUMS}, ?"
            f" FROM rollup_5m WHERE {_SPAN}",
            (_write(_merged(db, "rollup_5m", span)), *span),
        )
        db.execute(f"UPDATE rollup_5m SET folded = 1 WHERE {_SPAN} AND folded = 0", span)  # noqa: S608 - constants
    return len(rows)


def fold_days(db: Database, *, since: datetime, until: datetime, most: int) -> int:
    """Makes the histograms of the days between that are complete or have changed."""
    day_us = DAY // _US
    rows = db.execute(
        "SELECT DISTINCT probe, location, starts_at - starts_at % ? FROM rollup_1h"
        " WHERE folded = 0 AND starts_at >= ? AND starts_at < ? LIMIT ?",
        (day_us, _starts_us(since, day_us), _starts_us(until, day_us), most),
    ).fetchall()
    for *series, starts_us in rows:
        span = (*series, starts_us, starts_us + day_us)
        db.execute(
            "UPDATE rollup_1d SET histogram = ? WHERE probe = ? AND location = ? AND day = ?",
            (_write(_merged(db, "rollup_1h", span)), *series, day_of(from_us(starts_us))),
        )
        db.execute(f"UPDATE rollup_1h SET folded = 1 WHERE {_SPAN} AND folded = 0", span)  # noqa: S608 - constants
    return len(rows)


def percentiles(
    db: Database, series: Series, *, since: datetime, until: datetime
) -> Percentiles | None:
    """Of the runs that began between, to the nearest row of the coarsest kind that a span this
    long needs: five minutes up to two days, hours up to two months, else days. None without any.
    """
    span = (*series, to_us(since), to_us(until))
    fresh = "" if until - since <= 2 * DAY else "AND folded = 0"
    found = _merged(db, "rollup_5m", span, fresh)
    if fresh:
        fresh = "" if until - since <= 60 * DAY else "AND folded = 0"
        found += _merged(db, "rollup_1h", span, fresh)
    if fresh:
        found += _of_days(db, series, since, until)
    shares = [percentile(found, share) for share in (0.5, 0.9, 0.95, 0.99)]
    known = [share for share in shares if share is not None]
    return Percentiles(sum(found.values()), *known) if known else None


def _of_days(db: Database, series: Series, since: datetime, until: datetime) -> Counter[int]:
    rows = db.execute(
        "SELECT histogram FROM rollup_1d WHERE probe = ? AND location = ? AND day >= ? AND day < ?",
        (*series, day_of(since.astimezone(UTC)), day_of(until.astimezone(UTC))),
    )
    return sum((Counter(_read(row[0])) for row in rows.fetchall()), Counter[int]())


def _merged(db: Database, table: str, span: tuple[object, ...], which: str = "") -> Counter[int]:
    rows = db.execute(
        f"SELECT key, sum(value) FROM {table}, json_each(histogram)"  # noqa: S608 - our own names
        f" WHERE {_SPAN} {which} GROUP BY key",
        span,
    )
    return Counter({int(row[0]): int(row[1]) for row in rows.fetchall()})


def _read(text: str) -> dict[int, int]:
    return {int(key): int(runs) for key, runs in json.loads(text).items()}


def _write(histogram: Histogram) -> str:
    return json.dumps(
        {str(key): histogram[key] for key in sorted(histogram)}, separators=(",", ":")
    )


def _starts_us(at: datetime, span_us: int) -> int:
    us = to_us(at)
    return us - us % span_us
