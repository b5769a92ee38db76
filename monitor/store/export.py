"""The history as rows for other programs, one after the other: never more than a few in memory.

Instants are aware UTC; bare numbers end in their unit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.compact import PHASES
from monitor.store.export_by_hand import BY_HAND, by_hand
from monitor.store.export_changes import CHANGES, changes
from monitor.store.export_rows import Columns, Row, Source, picked
from monitor.store.histogram import of_json, percentile

RUNS: Final[Columns] = {
    "probe": str,
    "location": str,
    "slot": datetime,
    "started_at": datetime,
    "outcome": str,
    "reason": str,
    "took_ms": float,
    "tries": int,
    "phases_ms": dict,
    "summary": str,
}
INCIDENTS: Final[Columns] = {
    "incident": int,
    "probe": str,
    "location": str,
    "severity": str,
    "began_at": datetime,
    "opened_at": datetime,
    "recovered_at": datetime,
    "resolved_at": datetime,
    "lasted_s": float,
    "reason": str,
    "failed_step": str,
    "summary": str,
    "failures": int,
    "told_at": datetime,
    "withheld": str,
    "acknowledged_at": datetime,
    "acknowledged_by": str,
    "dedup_key": str,
}
VIEWS: Final[Columns] = {
    "probe": str,
    "location": str,
    "slot": datetime,
    "number": int,
    "step": str,
    "address": str,
    "ttfb_ms": float,
    "fcp_ms": float,
    "lcp_ms": float,
    "cls": float,
}
DAYS: Final[Columns] = {
    "probe": str,
    "location": str,
    "day": date,
    "pass": int,
    "slow": int,
    "fail": int,
    "error": int,
    "known_s": float,
    "down_s": float,
    "availability": float,
    "took_p50_ms": float,
    "took_p90_ms": float,
    "took_p95_ms": float,
    "took_p99_ms": float,
}
_FILTER: Final = " AND (:probe = '' OR probe.id = :probe)"
# CROSS JOIN keeps SQLite to the order in which runs are kept, so that nothing is sorted.
_RUNS: Final = (
    "SELECT probe.id AS probe_id, location.id AS location, slot, slot + lag_us AS started_at,"  # noqa: S608 - constants
    " outcome.name AS outcome, reason.name AS reason, took_us, tries, steps, note,"
    f" {', '.join(f'{name}_us' for name in PHASES)}"
    " FROM run CROSS JOIN probe ON probe.key = run.probe"
    " CROSS JOIN location ON location.key = run.location"
    " CROSS JOIN outcome ON outcome.code = run.outcome LEFT JOIN reason ON reason.code = run.reason"
    f" WHERE slot >= :since{_FILTER} ORDER BY slot, run.probe, run.location"
)


def runs(db: Database, probe: str, since: datetime) -> Iterator[Row]:
    """Oldest first, as they are kept."""
    rows = db.query(_RUNS, {"probe": probe, "since": to_us(since)})
    for row in rows:
        phases = json.loads(row["steps"]) if row["steps"] else _of_columns(row)
        yield {
            **_picked(row, RUNS),
            "took_ms": _ms(row["took_us"]),
            "phases_ms": {name: _ms(us) for name, us in phases.items()},
            "summary": row["note"] or "",
        }


def _of_columns(row: Mapping[str, Any]) -> dict[str, int]:
    phases = {name: row[f"{name}_us"] for name in PHASES}
    return {name: us for name, us in phases.items() if us is not None}


def incidents(db: Database, probe: str, since: datetime) -> Iterator[Row]:
    """Those open or over after *since*, oldest first."""
    rows = db.query(
        "SELECT incident.*, probe.id AS probe_id FROM incident"  # noqa: S608 - a constant
        " JOIN probe ON probe.key = incident.probe"
        f" WHERE (resolved_at IS NULL OR resolved_at >= :since) {_FILTER} ORDER BY incident.id",
        {"probe": probe, "since": to_us(since)},
    )
    for row in rows:
        ended = row["recovered_at"] if row["resolved_at"] is not None else None
        lasted_s = None if ended is None else (ended - row["began_at"]) / 1_000_000
        yield {**_picked(row, INCIDENTS), "incident": row["id"], "lasted_s": lasted_s}


def days(db: Database, probe: str, since: datetime) -> Iterator[Row]:
    """Probe by probe, oldest first. `availability` is 0..1, empty on a day of which nothing is
    known; percentiles are those of good runs, to within 5 %.
    """
    rows = db.query(
        "SELECT rollup_1d.*, probe.id AS probe_id FROM rollup_1d"  # noqa: S608 - a constant
        " JOIN probe ON probe.key = rollup_1d.probe"
        f" WHERE day >= :since {_FILTER} ORDER BY rollup_1d.probe, location, day",
        {"probe": probe, "since": since.date().isoformat()},
    )
    for row in rows:
        took = of_json(row["histogram"])
        known, down = row["known_us"], row["down_us"]
        yield {
            **_picked(row, DAYS),
            "known_s": known / 1_000_000,
            "down_s": down / 1_000_000,
            "availability": round(1 - down / known, 6) if known else None,
            "took_p50_ms": _span_ms(percentile(took, 0.5)),
            "took_p90_ms": _span_ms(percentile(took, 0.9)),
            "took_p95_ms": _span_ms(percentile(took, 0.95)),
            "took_p99_ms": _span_ms(percentile(took, 0.99)),
        }


def views(db: Database, probe: str, since: datetime) -> Iterator[Row]:
    """Every page that a journey saw, oldest first; what changes in an address is `*`."""
    rows = db.query(
        "SELECT page_view.slot AS slot, probe.id AS probe_id, location.id AS location, number,"  # noqa: S608 - a constant
        " step, address, ttfb_us / 1e3 AS ttfb_ms, fcp_us / 1e3 AS fcp_ms, lcp_us / 1e3 AS lcp_ms,"
        " cls_millionths / 1e6 AS cls"
        " FROM page_view CROSS JOIN probe ON probe.key = page_view.probe"
        " CROSS JOIN location ON location.key = page_view.location"
        " CROSS JOIN page ON page.key = page_view.page"
        f" WHERE slot >= :since {_FILTER} ORDER BY slot, page_view.probe, number",
        {"probe": probe, "since": to_us(since)},
    )
    for row in rows:
        yield _picked(row, VIEWS)


TABLES: Final[Mapping[str, tuple[Columns, Source]]] = {
    "runs": (RUNS, runs),
    "incidents": (INCIDENTS, incidents),
    "days": (DAYS, days),
    "views": (VIEWS, views),
    "changes": (CHANGES, changes),
    "by-hand": (BY_HAND, by_hand),
}


def _picked(row: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    return picked({**row, "probe": row["probe_id"]}, columns)


def _ms(us: int) -> float:
    return us / 1000


def _span_ms(took: timedelta | None) -> float | None:
    return None if took is None else took / timedelta(milliseconds=1)
