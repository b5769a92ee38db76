"""A month as rows for a spreadsheet: plain numbers, whose units stand in the names. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from monitor.reports.monthly import Line, Report
from monitor.reports.monthly_text import kept
from monitor.reports.statistics import Took

_MINUTE: Final = timedelta(minutes=1)
_MS: Final = timedelta(milliseconds=1)
COLUMNS: Final[Mapping[str, type]] = {
    "month": str,
    "row": str,
    "id": str,
    "name": str,
    "availability_percent": float,
    "availability_before_percent": float,
    "known_minutes": float,
    "down_minutes": float,
    "planned_minutes": float,
    "unknown_minutes": float,
    "incidents": int,
    "p50_ms": float,
    "p95_ms": float,
    "p50_before_ms": float,
    "p95_before_ms": float,
    "promised": str,
    "allowed_minutes": float,
    "spent_minutes": float,
    "left_minutes": float,
    "kept": str,
    "deploys": int,
    "detect_median_seconds": float,
    "detect_at_most_median_seconds": float,
    "tell_median_seconds": float,
    "acknowledge_median_seconds": float,
    "recover_median_seconds": float,
}
"""Names with their units."""


def rows(found: Report) -> Iterator[dict[str, Any]]:
    """For a spreadsheet: one for each component, one for each objective, one for the whole."""
    empty: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {"month": f"{found.first:%Y-%m}"}
    for line in found.lines:
        yield empty | _component_row(line)
    for standing in found.standings:
        yield empty | {
            "row": "objective",
            "id": standing.objective.id,
            "name": standing.name,
            "promised": standing.objective.written,
            "allowed_minutes": _minutes(standing.allowed),
            "spent_minutes": _minutes(standing.spent),
            "left_minutes": _minutes(standing.left),
            "known_minutes": _minutes(standing.known),
            "kept": kept(standing),
        }
    counted = found.counted
    yield empty | {
        "row": "all",
        "name": found.title,
        "down_minutes": _minutes(counted.down),
        "incidents": counted.incidents,
        "deploys": len(found.deploys),
        "detect_median_seconds": _seconds(counted.detect),
        "detect_at_most_median_seconds": _seconds(counted.detect_most),
        "tell_median_seconds": _seconds(counted.tell),
        "acknowledge_median_seconds": _seconds(counted.acknowledge),
        "recover_median_seconds": _seconds(counted.recover),
    }


def _component_row(line: Line) -> dict[str, Any]:
    row: dict[str, Any] = {"row": "component", "id": line.id, "name": line.name}
    row["incidents"] = line.incidents
    if line.share is not None:
        row["availability_percent"] = round(line.share * 100, 3)
    if line.share_before is not None:
        row["availability_before_percent"] = round(line.share_before * 100, 3)
    if line.uptime is not None:
        row["known_minutes"] = _minutes(line.uptime.known)
        row["down_minutes"] = _minutes(line.uptime.down)
        row["planned_minutes"] = _minutes(line.uptime.planned)
        row["unknown_minutes"] = _minutes(line.uptime.unknown)
    for name, speed in (("", line.speed), ("before_", line.speed_before)):
        if speed is not None:
            row[f"p50_{name}ms"] = round(speed.p50 / _MS, 1)
            row[f"p95_{name}ms"] = round(speed.p95 / _MS, 1)
    return row


def _minutes(length: timedelta) -> float:
    return round(length / _MINUTE, 3)


def _seconds(of: Took | None) -> float | str:
    return round(of.median.total_seconds(), 3) if of else ""
