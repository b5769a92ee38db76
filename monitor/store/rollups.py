"""History in less and less detail: five minutes, hours, days.

A run is counted into its day in the transaction that records it, and into its five minutes once
these are over, see `fives`. Hours, and the histograms of days, are folded from the finer rows once
these are complete, by housekeeping; a run that comes late has its hour and its day folded again.
What comes later than the five-minute rows are kept counts into its day alone.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.store import fives
from monitor.store.counting import day_of
from monitor.store.fives import Series, starts_us
from monitor.store.histogram import in_json, of_json, percentile

HOUR_US: Final = 3_600_000_000
DAY: Final = timedelta(days=1)
_US: Final = timedelta(microseconds=1)
_COUNTS: Final = "pass, slow, fail, error, known_us, down_us, took_us"
_SUMS: Final = ", ".join(f"sum({name})" for name in _COUNTS.split(", "))
_SPAN: Final = "probe = ? AND location = ? AND starts_at >= ? AND starts_at < ?"


@dataclass(frozen=True, slots=True)
class Percentiles:
    """How long the good runs took, to within 5 %."""

    runs: int
    p50: timedelta
    p90: timedelta
    p95: timedelta
    p99: timedelta


def fold_hours(db: Database, *, since: datetime, until: datetime, most: int) -> int:
    """Makes the hours between that are complete or have changed; gives how many, *most* at most."""
    made = fives.counted_until(db) // HOUR_US * HOUR_US
    rows = db.execute(
        "SELECT DISTINCT probe, location, starts_at - starts_at % ? FROM rollup_5m"
        " WHERE folded = 0 AND starts_at >= ? AND starts_at < ? LIMIT ?",
        (HOUR_US, starts_us(since, HOUR_US), min(starts_us(until, HOUR_US), made), most),
    ).fetchall()
    for *series, start in rows:
        span = (*series, start, start + HOUR_US)
        db.execute(
            f"INSERT OR REPLACE INTO rollup_1h (probe, location, starts_at, {_COUNTS}, histogram)"  # noqa: S608 - constants
            f" SELECT probe, location, {int(start)}, {_SUMS}, ?"
            f" FROM rollup_5m WHERE {_SPAN}",
            (in_json(_merged(db, "rollup_5m", span)), *span),
        )
        db.execute(f"UPDATE rollup_5m SET folded = 1 WHERE {_SPAN} AND folded = 0", span)  # noqa: S608 - constants
    return len(rows)


def fold_days(db: Database, *, since: datetime, until: datetime, most: int) -> int:
    """Makes the histograms of the days between that are complete or have changed."""
    day_us = DAY // _US
    rows = db.execute(
        "SELECT DISTINCT probe, location, starts_at - starts_at % ? FROM rollup_1h"
        " WHERE folded = 0 AND starts_at >= ? AND starts_at < ? LIMIT ?",
        (day_us, starts_us(since, day_us), starts_us(until, day_us), most),
    ).fetchall()
    for *series, start in rows:
        span = (*series, start, start + day_us)
        db.execute(
            "UPDATE rollup_1d SET histogram = ? WHERE probe = ? AND location = ? AND day = ?",
            (in_json(_merged(db, "rollup_1h", span)), *series, day_of(from_us(start))),
        )
        db.execute(f"UPDATE rollup_1h SET folded = 1 WHERE {_SPAN} AND folded = 0", span)  # noqa: S608 - constants
    return len(rows)


def percentiles(
    db: Database, series: Series, *, since: datetime, until: datetime
) -> Percentiles | None:
    """Of the runs that were due between, to the nearest row of the coarsest kind that a span this
    long needs: five minutes up to two days, hours up to two months, else days. None without any.
    """
    span = (*series, to_us(since), to_us(until))
    fresh = "" if until - since <= 2 * DAY else "AND folded = 0"
    found = fives.histogram_of_runs(db, series, since=since, until=until)
    found += _merged(db, "rollup_5m", span, fresh)
    if fresh:
        fresh = "" if until - since <= 60 * DAY else "AND folded = 0"
        found += _merged(db, "rollup_1h", span, fresh)
    if fresh:
        found += _of_days(db, series, since, until)
    shares = [percentile(found, share) for share in (0.5, 0.9, 0.95, 0.99)]
    known = [share for share in shares if share is not None]
    return Percentiles(sum(found.values()), *known) if known else None


def _of_days(db: Database, series: Series, since: datetime, until: datetime) -> Counter[int]:
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    days = [(first + number * DAY).isoformat() for number in range((last - first).days)]
    rows = db.execute(
        "SELECT histogram FROM json_each(?) AS wanted CROSS JOIN rollup_1d"
        " ON day = wanted.value WHERE probe = ? AND location = ?",
        (json.dumps(days), *series),
    )
    return sum((Counter(of_json(row[0])) for row in rows.fetchall()), Counter[int]())


def _merged(db: Database, table: str, span: tuple[object, ...], which: str = "") -> Counter[int]:
    rows = db.execute(
        f"SELECT key, sum(value) FROM {table}, json_each(histogram)"  # noqa: S608 - our own names
        f" WHERE {_SPAN} {which} GROUP BY key",
        span,
    )
    return Counter({int(row[0]): int(row[1]) for row in rows.fetchall()})
