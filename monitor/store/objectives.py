"""What objectives are counted from: days, outages and five minutes of a few probes, bare numbers.

Instants and spans are microseconds, probes their keys. Of a span that was watched from several
places, the one that watched longer tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlite_utils import Database

from monitor.budget import Slice
from monitor.clock import from_us
from monitor.store import fives
from monitor.store.compact import AHEAD_US
from monitor.store.fives import SPAN_US
from monitor.why import Why

SLOW: Final = "too_slow"
_LEAST: Final = -(2**62)
_MOST: Final = 2**62
_KNOWN_TO_PEOPLE: Final = json.dumps(
    [Why.GATHERING, Why.IN_A_SUMMARY, Why.CAUSE_KNOWN, Why.CAUSE_LIKELY, Why.MAINTENANCE]
)
"""Withheld for one of these, people know of it or will in seconds."""


class DayRow(NamedTuple):
    """What is known of one probe on one day."""

    day: date
    probe: int
    known_us: int
    down_us: int


class Outage(NamedTuple):
    """An incident of a probe that was down, and not merely slow."""

    number: int
    probe: int
    began_us: int
    ended_us: int | None
    """When it worked again; None while it is not known to."""
    known: bool
    """Whether people know of it."""
    open: bool
    critical: bool


def days(db: Database, wanted: Iterable[date], of: Iterable[int]) -> list[DayRow]:
    """In the order of *wanted*."""
    rows = db.execute(  # each day of each probe is one look into the index, however many there are
        "SELECT day, probe, max(known_us), down_us FROM json_each(?) AS wanted"
        " CROSS JOIN json_each(?) AS key"
        " CROSS JOIN rollup_1d ON day = wanted.value AND probe = key.value"
        " GROUP BY wanted.key, probe",
        (json.dumps([day.isoformat() for day in wanted]), json.dumps(sorted(of))),
    )
    return [DayRow(date.fromisoformat(day), *rest) for day, *rest in rows]


def outages(db: Database, *, since_us: int, until_us: int, of: Iterable[int]) -> list[Outage]:
    """Those that lasted at some time between, in the order they began."""
    rows = db.execute(
        "SELECT incident.id, probe, began_at,"
        " iif(resolved_at IS NULL, NULL, coalesce(recovered_at, resolved_at)),"
        " told_at IS NOT NULL OR withheld IN (SELECT value FROM json_each(?)), resolved_at IS NULL,"
        " severity = 'critical'"
        " FROM json_each(?) AS key CROSS JOIN incident ON probe = key.value"
        " WHERE began_at < ? AND (resolved_at IS NULL OR coalesce(recovered_at, resolved_at) > ?)"
        " AND NOT (reason = ? AND severity = 'warning') ORDER BY began_at, incident.id",
        (_KNOWN_TO_PEOPLE, json.dumps(sorted(of)), until_us, since_us, SLOW),
    )
    return [Outage._make((*row[:4], *map(bool, row[4:]))) for row in rows]


def failed(db: Database, *, since_us: int, until_us: int, of: Iterable[int]) -> int:
    """How many runs failed on the days between: no fewer than `slices` holds, and found at once."""
    first, last = from_us(since_us - SPAN_US).date(), from_us(until_us).date()
    wanted = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    row = db.execute(
        "SELECT coalesce(sum(fail), 0) FROM json_each(?) AS wanted CROSS JOIN json_each(?) AS key"
        " CROSS JOIN rollup_1d ON day = wanted.value AND probe = key.value",
        (json.dumps(wanted), json.dumps(sorted(of))),
    ).fetchone()
    return int(row[0])


def slices(db: Database, *, since_us: int, of: Iterable[int]) -> Sequence[Slice]:
    """Runs that said something, in five minutes each, from those that *since_us* lies in on;
    whatever of them is counted already.
    """
    since_us -= since_us % SPAN_US
    keys = json.dumps(sorted(of))
    rows = db.execute(
        "SELECT starts_at, probe, max(runs), failed FROM (SELECT starts_at, rollup.probe AS probe,"  # noqa: S608 - constants
        " sum(pass + slow + fail) AS runs, sum(fail) AS failed"
        f" FROM ({_COUNTED} UNION ALL {_UNCOUNTED}) AS rollup"
        " GROUP BY starts_at, rollup.probe, location) GROUP BY starts_at, probe HAVING runs > 0",
        (keys, since_us, keys, max(since_us, fives.counted_until(db))),
    )
    return [Slice(*row) for row in rows]


def first_failed(db: Database, *, since_us: int, of: Iterable[int]) -> int | None:
    """When the first run of the five minutes from *since_us* on began that failed, if any did."""
    row = db.execute(
        "SELECT min(slot + lag_us) FROM json_each(?) AS key CROSS JOIN location AS place"
        " CROSS JOIN run INDEXED BY run_not_passed"
        " ON run.probe = key.value AND run.location = place.key AND outcome <> 1"
        " WHERE outcome = 3 AND slot >= ? AND slot < ?",
        (json.dumps(sorted(of)), since_us, since_us + SPAN_US),
    ).fetchone()
    return None if row[0] is None else int(row[0])


_COUNTED: Final = (
    "SELECT starts_at, five.probe AS probe, five.location AS location, pass, slow, fail"
    " FROM json_each(?) AS key CROSS JOIN location AS place CROSS JOIN rollup_5m AS five"
    " ON five.probe = key.value AND five.location = place.id WHERE starts_at >= ?"
)
_UNCOUNTED: Final = (
    f"SELECT slot - slot % {SPAN_US} AS starts_at, run.probe AS probe, place.id AS location,"  # noqa: S608 - constants
    " outcome = 1 AS pass, outcome = 2 AS slow, outcome = 3 AS fail"
    " FROM json_each(?) AS key CROSS JOIN location AS place CROSS JOIN run"
    " ON run.probe = key.value AND run.location = place.key"
    f" WHERE slot >= ? AND lag_us > -{AHEAD_US}"
)


def burning(db: Database, prefix: str) -> list[str]:
    """Ids of pseudo-probes that begin with *prefix* and have an open incident."""
    rows = db.execute(
        "SELECT DISTINCT probe.id FROM incident JOIN probe ON probe.key = incident.probe"
        " WHERE resolved_at IS NULL AND substr(probe.id, 1, ?) = ?",
        (len(prefix), prefix),
    )
    return [str(row[0]) for row in rows.fetchall()]


def told_of(db: Database, probe: str) -> list[Outage]:
    """Incidents of a pseudo-probe that people heard of."""
    found = db.execute("SELECT key FROM probe WHERE id = ?", (probe,)).fetchone()
    if found is None:
        return []
    every = outages(db, since_us=_LEAST, until_us=_MOST, of=[found[0]])
    return [each for each in every if each.known]
