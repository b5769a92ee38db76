"""How many entries answers had, counted by the hour: what a baseline is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlite_utils import Database

from monitor.clock import from_us, to_us

KEPT: Final = timedelta(weeks=60)
_HOUR_US: Final = 3_600_000_000
_ADD: Final = (
    "INSERT INTO tally (probe, what, hour_at, below, runs, total, lowest, highest)"
    " VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5, ?5) ON CONFLICT DO UPDATE SET runs = runs + 1,"
    " total = total + excluded.total, lowest = min(lowest, excluded.lowest),"
    " highest = max(highest, excluded.highest)"
)


class Hour(NamedTuple):
    """What good runs that began in one hour found: the sum, the least and the most of them; or,
    apart from them, what those found that found too few.
    """

    hour_at: datetime
    runs: int
    total: int
    lowest: int
    highest: int
    below: bool = False


def hour_of(at: datetime) -> datetime:
    """The beginning of its hour, in UTC."""
    return from_us(to_us(at) // _HOUR_US * _HOUR_US)


def add(
    db: Database, probe: int, at: datetime, counts: Mapping[str, int], *, below: bool = False
) -> None:
    """Of one good run, or one *below* what is usual, by JSONPath. Inside the writer's transaction,
    once for each run.
    """
    hour_us = to_us(hour_of(at))
    for what, count in counts.items():
        db.execute(_ADD, (probe, what, hour_us, int(below), count))


def hours(db: Database, probe: str, what: str, since: datetime) -> list[Hour]:
    """The hours of a probe that began at *since* or later, the oldest first."""
    rows = db.execute(
        "SELECT hour_at, runs, total, lowest, highest, below FROM tally"
        " WHERE probe = (SELECT key FROM probe WHERE id = ?) AND what = ? AND hour_at >= ?"
        " ORDER BY hour_at, below",
        (probe, what, to_us(since)),
    )
    return [
        Hour(from_us(at_us), runs, total, lowest, highest, bool(below))
        for at_us, runs, total, lowest, highest, below in rows.fetchall()
    ]


def good_runs(db: Database, probe: str, what: str, since: datetime, most: int) -> int:
    """How many found something, not counted beyond *most*."""
    row = db.execute(
        "SELECT coalesce(sum(runs), 0) FROM (SELECT runs FROM tally"
        " WHERE probe = (SELECT key FROM probe WHERE id = ?) AND what = ? AND hour_at >= ?"
        " AND NOT below AND highest > 0 LIMIT ?)",
        (probe, what, to_us(since), most),
    ).fetchone()
    return min(int(row[0]), most)


def forget(db: Database, probe: str) -> int:
    """Because somebody said that what was usual is so no more; how many hours of good
    runs that were.
    """
    ours = "FROM tally WHERE probe = (SELECT key FROM probe WHERE id = ?)"
    good = db.execute(f"SELECT count(*) {ours} AND NOT below", (probe,)).fetchone()[0]
    db.execute(f"DELETE {ours}", (probe,))
    return int(good)


def prune(db: Database, before: datetime, most: int) -> int:
    """Removes *most* hours at most that are older; how many."""
    cursor = db.execute(
        "DELETE FROM tally WHERE (probe, what, hour_at, below) IN"
        " (SELECT probe, what, hour_at, below FROM tally WHERE hour_at < ? LIMIT ?)",
        (to_us(before), most),
    )
    return int(cursor.rowcount)
