"""Forgetting, a little at a time: a few thousand rows a transaction, and pages back to the disk in
small steps. Days, incidents and events are kept for ever, and so is who was told; of letters long
delivered only the words go.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.store import baselines, fives, page_views, records, rollups
from monitor.store.compact import AHEAD_US
from monitor.store.fives import Series
from monitor.store.rollups import DAY

ROWS_MAX: Final = 2000
FORGOTTEN_MAX: Final = 5000
"""Runs, which lie side by side; still faster than a thousand of them a second can come."""
RUNS_MAX: Final = 25_000
"""Counted into their five minutes at once; a fraction of a second of the one thread that writes."""
FIVE_MINUTES: Final = timedelta(minutes=5)
SETTLED: Final = timedelta(minutes=2)
"""After that most runs of five minutes are there, and those that come later cost a little more."""
FOLDS_MAX: Final = 200
PAGES_MAX: Final = 1000
LETTERS_KEPT: Final = timedelta(days=90)
CATCHES_UP: Final = 2
"""Times the real time is the fastest that retention's own clock runs."""
_HORIZON: Final = "retention_at"
_FORGET: Final = (
    "DELETE FROM run WHERE (slot, probe, location) IN"
    " (SELECT slot, probe, location FROM run WHERE {} ORDER BY {} LIMIT ?)"
)


def advanced(known_at: datetime, at: datetime, passed: timedelta) -> datetime:
    """The instant that retention goes by, *passed* after it was *known_at*: never later than the
    clock, and never much faster than time goes by. A clock that steps a year ahead so costs no
    history that a person would not have time to save.
    """
    return min(at, known_at + CATCHES_UP * max(passed, timedelta()))


def goes_by(db: Database, at: datetime, passed: timedelta) -> datetime:
    """The instant that retention goes by now, remembered for the next time. Before the first time
    it is the clock's, but at most a day after the newest run.
    """
    known_us = records.get_meta(db, _HORIZON)
    known_at = min(at, _newest(db, at) + DAY) if known_us is None else from_us(int(known_us))
    horizon = advanced(known_at, at, passed)
    records.set_meta(db, _HORIZON, to_us(horizon))
    return horizon


def over_by(db: Database, at: datetime) -> datetime:
    """The instant that folding goes by: the clock's, unless nothing has run so late. It leaps over
    a pause, unlike that of `goes_by`, as folding loses nothing.
    """
    return min(at, _newest(db, at))


def _newest(db: Database, at: datetime) -> datetime:
    """When the newest run began; *at* before any."""
    newest_us = db.execute("SELECT max(last_run_at) FROM health").fetchone()[0]
    return at if newest_us is None else from_us(newest_us)


def step(
    db: Database,
    at: datetime,
    *,
    runs: timedelta,
    five_minutes: timedelta,
    hours: timedelta,
    over: datetime | None = None,
) -> bool:
    """Folds what is complete by *over*, else by *at*, and removes what is older than its time at
    *at*, a bounded amount of each; whether there may be more. Inside the writer's transaction.
    """
    over = over or at
    if fives.fold(db, until=over - SETTLED, most=RUNS_MAX):
        return True
    fives_since, hours_since = _midnight(at - five_minutes), _midnight(at - hours)
    folded = rollups.fold_hours(db, since=fives_since, until=over, most=FOLDS_MAX)
    if folded:  # before anything that it needs may go
        return True
    rollups.fold_days(db, since=hours_since, until=over, most=FOLDS_MAX)
    forgotten = _forget_runs(db, at - runs, FORGOTTEN_MAX)
    left = ROWS_MAX
    left -= _forget(db, "rollup_5m", "starts_at", fives_since, left)
    left -= _forget(db, "rollup_1h", "starts_at", hours_since, left)
    left -= _forget_words(db, at - LETTERS_KEPT, left)
    left -= page_views.forget(db, at - runs, left)
    left -= baselines.prune(db, at - baselines.KEPT, left)
    return left == 0 or forgotten == FORGOTTEN_MAX


def make_room(db: Database, at: datetime) -> bool:
    """On a disk that is full: removes the oldest runs before their time, a day of them at most and
    never those of the last one, so that the file has room inside for new ones. Their counts stay.
    Whether it could.
    """
    if int(db.execute("PRAGMA freelist_count").fetchone()[0]) >= PAGES_MAX:
        return True
    oldest_us = db.execute("SELECT min(slot) FROM run").fetchone()[0]
    before = at - DAY if oldest_us is None else min(from_us(oldest_us) + DAY, at - DAY)
    fives.fold(db, until=before + FIVE_MINUTES, most=RUNS_MAX)
    return _forget_runs(db, before, FORGOTTEN_MAX) > 0


def give_back(db: Database, pages: int = PAGES_MAX) -> bool:
    """Returns free pages to the disk; whether there are more."""
    free = int(db.execute("PRAGMA freelist_count").fetchone()[0])
    for _ in range(min(free, pages)):
        db.execute("PRAGMA incremental_vacuum(1)")  # a larger one is not stepped to its end
    return free > pages


def _forget_runs(db: Database, before: datetime, most: int) -> int:
    """None that is not counted yet."""
    counted_us = min(to_us(before), fives.counted_until(db))
    gone = db.execute(_FORGET.format("slot < ?", "slot"), (counted_us, most)).rowcount
    began = "slot + lag_us"
    ahead = _FORGET.format(f"lag_us <= -{AHEAD_US} AND {began} < ?", began)
    gone += db.execute(ahead, (to_us(before), most - gone)).rowcount
    return int(gone)


def _forget(db: Database, table: str, column: str, before: datetime, most: int) -> int:
    left = most
    for series in _series(db):
        if left == 0:
            break
        cursor = db.execute(
            f"DELETE FROM {table} WHERE (probe, location, {column}) IN"  # noqa: S608 - our own names
            f" (SELECT probe, location, {column} FROM {table}"
            f" WHERE probe = ? AND location = ? AND {column} < ? ORDER BY {column} LIMIT ?)",
            (*series, to_us(before), left),
        )
        left -= cursor.rowcount
    return most - left


def _forget_words(db: Database, before: datetime, most: int) -> int:
    """Of letters delivered long ago whose incident is over: that they were told stays."""
    cursor = db.execute(
        "UPDATE outbox SET body = '' WHERE id IN (SELECT o.id FROM outbox AS o"
        " JOIN incident AS i ON i.id = o.incident"
        " WHERE o.delivered_at IS NOT NULL AND o.delivered_at < ? AND o.body <> ''"
        " AND i.resolved_at IS NOT NULL LIMIT ?)",
        (to_us(before), most),
    )
    return int(cursor.rowcount)


def _series(db: Database) -> list[Series]:
    rows: Any = db.execute("SELECT probe, location FROM health").fetchall()
    return [Series(*row) for row in rows]


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
