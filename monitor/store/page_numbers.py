"""What the public page adds up: days, hours and outages of many probes at once, as bare numbers.

Instants and spans are microseconds, probes their keys. Of a span that was watched from several
places, the one that watched longer tells.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final, NamedTuple

from sqlite_utils import Database

from monitor.store import fives
from monitor.store.compact import AHEAD_US
from monitor.store.histogram import in_json, of_json

HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US
_ANSWERED: Final = 2
"""The last of the codes of runs that were good."""
_AMONG: Final = "probe IN (SELECT value FROM json_each(?))"
_BUCKET: Final = (
    "(SELECT middle_us FROM bucket WHERE from_us <= run.took_us ORDER BY from_us DESC LIMIT 1)"
)


class Stands(NamedTuple):
    """The newest verdict on a probe, as `health` holds it."""

    health: str
    since_us: int | None
    slow_runs: int
    evidence_us: int | None


class Hour(NamedTuple):
    """One hour of one probe, with its histogram as JSON, in the order of its buckets."""

    probe: int
    starts_us: int
    known_us: int
    down_us: int
    histogram: str


class Outage(NamedTuple):
    """An incident in bare numbers."""

    number: int
    probe: int
    began_us: int
    recovered_us: int | None
    """When it worked again; None while it is not known to."""
    resolved_us: int | None
    reason: str
    severity: str


DayRow = tuple[int, int, int, int]
"""Known and down microseconds, slow runs, runs that said something."""


def keys(db: Database, of: Iterable[str]) -> dict[str, tuple[int, int | None]]:
    """By id, the key of each probe that is known, and when it first ran."""
    rows = db.execute(
        "SELECT id, key, first_run_at FROM probe WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(of)),),
    )
    return {row[0]: (row[1], row[2]) for row in rows.fetchall()}


def standings(db: Database, location: str) -> dict[int, Stands]:
    """Of every probe that is configured and ever ran at *location*."""
    rows = db.execute(
        "SELECT probe, health, since_at, slow_runs, evidence_at FROM health"
        " JOIN probe ON probe.key = health.probe WHERE tombstoned_at IS NULL AND location = ?",
        (location,),
    )
    return {row[0]: Stands(*row[1:]) for row in rows.fetchall()}


def days(
    db: Database, *, since: date, until: date, of: Iterable[int]
) -> dict[date, dict[int, DayRow]]:
    """From *since* up to and including *until*, by day and probe."""
    rows = db.execute(
        f"SELECT day, probe, max(known_us), down_us, slow, pass + slow + fail FROM rollup_1d"  # noqa: S608 - constants
        f" WHERE day >= ? AND day <= ? AND {_AMONG} GROUP BY day, probe",
        (since.isoformat(), until.isoformat(), _listed(of)),
    )
    found: dict[date, dict[int, DayRow]] = {}
    written, of_day, same = "", dict[int, DayRow](), dict[DayRow, DayRow]()
    for row in rows:
        if row[0] != written:  # a thousand probes have the same days
            written = row[0]
            of_day = found.setdefault(date.fromisoformat(written), {})
        numbers = row[2:]
        of_day[row[1]] = same.setdefault(numbers, numbers)  # and most of these days are alike
    return found


def day_histograms(
    db: Database, *, since: date, until: date, of: Iterable[int]
) -> Iterator[tuple[str, int, str]]:
    """Day, probe and histogram, from *since* to before *until*; every place counts."""
    return iter(
        db.execute(
            f"SELECT day, probe, histogram FROM rollup_1d WHERE day >= ? AND day < ? AND {_AMONG}"  # noqa: S608 - constants
            " AND histogram <> '{}'",
            (since.isoformat(), until.isoformat(), _listed(of)),
        )
    )


def hours(db: Database, *, since_us: int, until_us: int, of: Iterable[int]) -> Iterator[Hour]:
    """Whole hours between, whatever of them is folded already."""
    wanted = set(of)
    left = {
        (hour.probe, hour.starts_us): hour
        for hour in _unfolded(db, since_us, until_us)
        if hour.probe in wanted
    }
    folded = _folded(db, since_us, until_us, wanted)
    return _first(folded, left) if left else folded


def _first(folded: Iterable[Hour], left: dict[tuple[int, int], Hour]) -> Iterator[Hour]:
    """All that is folded, and of the others what is not."""
    for hour in folded:
        left.pop((hour.probe, hour.starts_us), None)
        yield hour
    yield from left.values()


def _folded(db: Database, since_us: int, until_us: int, of: Iterable[int]) -> Iterator[Hour]:
    # A series is named by its row in `health`, so that each is one look into the index
    series = "SELECT probe, location FROM health WHERE probe IN (SELECT value FROM json_each(?))"
    rows = db.execute(
        "SELECT hour.probe, starts_at, known_us, down_us, histogram"  # noqa: S608 - constants
        f" FROM ({series}) AS series CROSS JOIN rollup_1h AS hour"
        " ON hour.probe = series.probe AND hour.location = series.location"
        " WHERE starts_at >= ? AND starts_at < ?",
        (_listed(of), since_us, until_us),
    )
    moved = f"SELECT count(*) > count(DISTINCT probe) FROM ({series})"  # noqa: S608 - constants
    if db.execute(moved, (_listed(of),)).fetchone()[0]:
        return iter(_best(map(Hour._make, rows)))
    return map(Hour._make, rows)


def _best(hours: Iterable[Hour]) -> list[Hour]:
    """Of each hour of a probe, that of the place that watched longer."""
    found: dict[tuple[int, int], Hour] = {}
    for hour in hours:
        key = (hour.probe, hour.starts_us)
        known = found.get(key)
        if known is None or hour.known_us > known.known_us:
            found[key] = hour
    return list(found.values())


def _unfolded(db: Database, since_us: int, until_us: int) -> Iterator[Hour]:
    """Of five minutes that are not in their hour yet, and of runs that are in no five minutes."""
    known: Counter[tuple[int, str, int]] = Counter()
    down: Counter[tuple[int, str, int]] = Counter()
    took: dict[tuple[int, str, int], Counter[int]] = defaultdict(Counter)
    rows = db.execute(
        "SELECT probe, location, starts_at - starts_at % ?, known_us, down_us, histogram"
        " FROM rollup_5m INDEXED BY rollup_5m_unfolded"
        " WHERE folded = 0 AND starts_at >= ? AND starts_at < ?",
        (HOUR_US, since_us, until_us),
    )
    for probe, place, start, known_us, down_us, text in rows:
        key = (probe, place, start)
        known[key] += known_us
        down[key] += down_us
        took[key].update(of_json(text))
    for probe, place, start, known_us, middle_us, runs in _uncounted(db, since_us, until_us):
        key = (probe, place, start)
        known[key] += known_us or 0
        if middle_us is not None:
            took[key][middle_us] += runs
    yield from _best(
        Hour(probe, start, known_us, down[probe, place, start], in_json(took[probe, place, start]))
        for (probe, place, start), known_us in known.items()
    )


def _uncounted(
    db: Database, since_us: int, until_us: int
) -> Iterator[tuple[int, str, int, int | None, int | None, int]]:
    return iter(
        db.execute(
            "SELECT probe, location.id, slot - slot % ? AS start, sum(known_us),"  # noqa: S608 - constants
            f" iif(outcome <= {_ANSWERED}, {_BUCKET}, NULL) AS middle_us, count(*)"
            " FROM run JOIN location ON location.key = run.location"
            f" WHERE slot >= ? AND slot < ? AND lag_us > -{AHEAD_US} GROUP BY 1, 2, 3, 5",
            (HOUR_US, max(since_us, fives.counted_until(db)), until_us),
        )
    )


def down_since(db: Database, since_us: int) -> dict[int, int]:
    """How long each probe was down in the five minutes from *since_us* on."""
    rows = db.execute(  # grouped here, for SQLite would rather read all in the order of the groups
        "SELECT probe, location, down_us FROM rollup_5m INDEXED BY rollup_5m_unfolded"
        " WHERE folded = 0 AND starts_at >= ? AND down_us > 0",
        (since_us,),
    )
    places: Counter[tuple[int, str]] = Counter()
    for probe, place, down_us in rows:
        places[probe, place] += down_us
    found: dict[int, int] = {}
    for (probe, _), down_us in places.items():
        found[probe] = max(found.get(probe, 0), down_us)
    return found


def outages(db: Database, *, since_us: int) -> list[Outage]:
    """Those that are open, or were resolved since, in the order they opened."""
    rows = db.execute(
        "SELECT id, probe, began_at, recovered_at, resolved_at, reason, severity FROM incident"
        " WHERE resolved_at IS NULL OR resolved_at >= ?",
        (since_us,),
    )
    return sorted(map(Outage._make, rows), key=lambda each: each.number)


def steps(
    db: Database, *, since_us: int, until_us: int, of: Iterable[int]
) -> Iterator[tuple[int, str]]:
    """Probe, and the time of each step as JSON, of good runs that were due between."""
    wanted = set(of)
    rows = db.execute(
        f"SELECT probe, steps FROM run WHERE slot >= ? AND slot < ? AND outcome <= {_ANSWERED}"  # noqa: S608 - constants
        " AND steps IS NOT NULL",
        (since_us, until_us),
    )
    return ((row[0], row[1]) for row in rows if row[0] in wanted)


def _listed(of: Iterable[int]) -> str:
    return json.dumps(sorted(of))
