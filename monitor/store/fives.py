"""Five minutes of a probe: made from its runs once they are over, and what is added afterwards.

They go by the slots of runs. Every run before the instant `counted_until` is counted into its row,
and none from it on, so that each is counted once whatever happens in between. Only a run whose slot
was named by a clock that was ahead goes by when it began, and is counted as it is recorded.
Everything here runs inside the writer's transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.compact import AHEAD_US
from monitor.store.histogram import Histogram, bucket, in_json, of_json
from monitor.store.records import RunRow, get_meta, set_meta

SPAN_US: Final = 300_000_000
OUTCOMES: Final = ("PASS", "SLOW", "FAIL", "ERROR")
ANSWERED: Final = frozenset({"PASS", "SLOW"})  # only these go into a histogram
LATE: Final = timedelta(minutes=1)  # a run begins that long after its slot at most
TALLIED: Final = "pass, slow, fail, error, known_us, took_us"
ADDED: Final = ", ".join(f"{name} = {name} + excluded.{name}" for name in TALLIED.split(", "))
_US: Final = timedelta(microseconds=1)
_LEAST: Final = -(2**62)
_COUNTED: Final = "counted_until"
_PLACE: Final = "(SELECT key FROM location WHERE id = ?)"
_BUCKET: Final = (
    "(SELECT middle_us FROM bucket WHERE from_us <= run.took_us ORDER BY from_us DESC LIMIT 1)"
)
_FOLD: Final = f"""
INSERT INTO rollup_5m (probe, location, starts_at, {TALLIED}, histogram)
SELECT probe, location.id, starts_at, sum(pass), sum(slow), sum(fail), sum(error),
    coalesce(sum(known_us), 0), sum(took_us),
    coalesce(json_group_object(middle_us, pass + slow) FILTER (WHERE middle_us IS NOT NULL), '{{}}')
FROM (
    SELECT probe, location AS place, slot - slot % {SPAN_US} AS starts_at,
        iif(outcome <= 2, {_BUCKET}, NULL) AS middle_us, sum(outcome = 1) AS pass,
        sum(outcome = 2) AS slow, sum(outcome = 3) AS fail, sum(outcome = 4) AS error,
        sum(known_us) AS known_us, sum(took_us) AS took_us
    FROM run WHERE slot >= ? AND slot < ? AND lag_us > -{AHEAD_US} GROUP BY 1, 2, 3, 4
) JOIN location ON location.key = place
WHERE true GROUP BY probe, place, starts_at
ON CONFLICT DO UPDATE SET {ADDED}, folded = 0,
    down_us = min(down_us, known_us + excluded.known_us), histogram = (
        SELECT json_group_object(key, runs) FROM (SELECT key, sum(value) AS runs FROM (
            SELECT key, value FROM json_each(rollup_5m.histogram)
            UNION ALL SELECT key, value FROM json_each(excluded.histogram)
        ) GROUP BY key ORDER BY CAST(key AS INTEGER)))
"""  # noqa: S608 - constants
_NOT_KNOWN: Final = (
    "UPDATE rollup_5m SET down_us = known_us WHERE folded = 0 AND starts_at >= ? AND starts_at <= ?"
    " AND down_us > known_us"
)
_SAW_IT: Final = (
    "SELECT slot + lag_us, slot FROM run INDEXED BY run_not_passed WHERE probe = ?"  # noqa: S608 - a constant
    f" AND location = {_PLACE} AND outcome <> 1 AND known_us > 0 AND slot > ? AND slot < ?"
    " ORDER BY 1"
)


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

    @property
    def sums(self) -> tuple[int, ...]:
        """As the columns `TALLIED` hold them."""
        counts = [self.outcomes.get(outcome, 0) for outcome in OUTCOMES]
        return (*counts, self.known // _US, self.took // _US)


def counted_until(db: Database) -> int:
    """Microseconds: the slot before which every run is in its row."""
    known = get_meta(db, _COUNTED)
    return _LEAST if known is None else int(known)


def fold(db: Database, *, until: datetime, most: int) -> bool:
    """Makes the rows that are over by *until* from about *most* runs; whether there is more."""
    since, end = counted_until(db), starts_us(until, SPAN_US)
    if end <= since:
        return False
    beyond = db.execute(
        "SELECT slot FROM run WHERE slot >= ? AND slot < ? ORDER BY slot LIMIT 1 OFFSET ?",
        (since, end, most),
    ).fetchone()
    reached = max(int(beyond[0]), since + 1) if beyond else end
    db.execute(_FOLD, (since, reached))
    db.execute(_NOT_KNOWN, (since - since % SPAN_US, reached - SPAN_US))
    set_meta(db, _COUNTED, reached)
    return beyond is not None


def add_unseen(db: Database, run: RunRow) -> None:
    """Counts a run that `fold` does not see, be it too late or named by a clock that was ahead;
    does nothing with any other.
    """
    ahead = (run.slot - run.started_at) // _US >= AHEAD_US
    if not ahead and to_us(run.slot) >= counted_until(db):
        return
    tally = Tally(
        outcomes={run.outcome: 1},
        known=run.known,
        took=run.took,
        histogram={bucket(run.took): 1} if run.outcome in ANSWERED else {},
    )
    at = run.started_at if ahead else run.slot
    add_tally(db, Series(run.probe, run.location), at, tally)


def add_tally(db: Database, series: Series, at: datetime, tally: Tally) -> None:
    """Counts runs that `fold` does not see, all of the five minutes of *at*."""
    starts = starts_us(at, SPAN_US)
    row = db.execute(
        "SELECT histogram FROM rollup_5m WHERE probe = ? AND location = ? AND starts_at = ?",
        (*series, starts),
    ).fetchone()
    merged = Counter(of_json(row[0])) + Counter(tally.histogram) if row else tally.histogram
    db.execute(
        f"INSERT INTO rollup_5m (probe, location, starts_at, {TALLIED}, histogram)"  # noqa: S608 - constants
        f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET {ADDED},"
        " histogram = excluded.histogram, folded = 0",
        (*series, starts, *tally.sums, in_json(merged)),
    )


def add_down(
    db: Database, series: Series, *, since: datetime, until: datetime, slot: datetime | None = None
) -> None:
    """Counts the time from *since* to *until* as down, each part into the five minutes of the run
    that speaks for it, and in the end never more than is known there. *slot* is that of the run
    that speaks for its beginning, when it is another instant.
    """
    counted = counted_until(db)
    for starts, span_us in _shared_out(db, series, since, until, slot):
        over = starts + SPAN_US <= counted
        db.execute(_ADD_DOWN_OVER if over else _ADD_DOWN, (*series, starts, span_us))


def take_down_back(
    db: Database, series: Series, *, since: datetime, until: datetime, slot: datetime | None = None
) -> None:
    """What `add_down` counted, when it turns out that it worked meanwhile."""
    for starts, span_us in _shared_out(db, series, since, until, slot):
        db.execute(_TAKE_DOWN, (*series, starts, span_us))


def _shared_out(
    db: Database, series: Series, since: datetime, until: datetime, slot: datetime | None
) -> list[tuple[int, int]]:
    """Where five minutes begin, and how much of the time they get."""
    if since >= until:
        return []
    since_us, until_us = to_us(since), to_us(until)
    rows = db.execute(_SAW_IT, (*series, since_us - LATE // _US, until_us)).fetchall()
    saw = [(start, due) for start, due in rows if since_us <= start < until_us]
    if not saw or saw[0][0] > since_us:
        saw.insert(0, (since_us, to_us(slot or since)))
    return [
        (due - due % SPAN_US, end - start)
        for (start, due), (end, _) in pairwise([*saw, (until_us, until_us)])
    ]


_ADD_DOWN: Final = (
    "INSERT INTO rollup_5m (probe, location, starts_at, down_us) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET down_us = down_us + excluded.down_us, folded = 0"
)
_ADD_DOWN_OVER: Final = (
    "UPDATE rollup_5m SET down_us = min(known_us, down_us + ?4), folded = 0"
    " WHERE probe = ?1 AND location = ?2 AND starts_at = ?3"
)
_TAKE_DOWN: Final = (
    "UPDATE rollup_5m SET down_us = max(0, down_us - ?4), folded = 0"
    " WHERE probe = ?1 AND location = ?2 AND starts_at = ?3"
)


def histogram_of_runs(
    db: Database, series: Series, *, since: datetime, until: datetime
) -> Counter[int]:
    """Of those that no row counts yet."""
    since_us = max(to_us(since), counted_until(db))
    rows = db.execute(
        f"SELECT {_BUCKET}, count(*) FROM run WHERE slot >= ? AND slot < ? AND probe = ?"  # noqa: S608 - constants
        f" AND location = {_PLACE} AND outcome <= 2 AND lag_us > -{AHEAD_US} GROUP BY 1",
        (since_us, to_us(until), *series),
    )
    return Counter({int(row[0]): int(row[1]) for row in rows.fetchall()})


def starts_us(at: datetime, span_us: int) -> int:
    us = to_us(at)
    return us - us % span_us
