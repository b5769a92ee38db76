"""Incidents that concern the same people, counted. Inside the writer's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.why import Why


def is_gathering(db: Database, circle: str) -> bool:
    row = db.execute(
        "SELECT 1 FROM incident WHERE resolved_at IS NULL AND circle = ? AND withheld = ?"
        " AND told_at IS NULL LIMIT 1",
        (circle, Why.GATHERING.value),
    ).fetchone()
    return row is not None


@dataclass(frozen=True, slots=True)
class Membership:
    """How a summary's members are doing, without reading them all."""

    count: int
    still_open: int
    recovered_at: datetime | None
    watched: int
    """How many of them somebody still looks at."""


def membership(db: Database, summary: int) -> Membership:
    row = db.execute(
        "SELECT count(*), coalesce(sum(resolved_at IS NULL), 0), max(recovered_at),"
        " coalesce(sum(tombstoned_at IS NULL), 0) FROM incident"
        " JOIN probe ON probe.key = incident.probe WHERE under = ? AND withheld = ?",
        (summary, Why.IN_A_SUMMARY.value),
    ).fetchone()
    return Membership(
        int(row[0]), int(row[1]), None if row[2] is None else from_us(row[2]), int(row[3])
    )


def summary_to_join(db: Database, circle: str, probe: str, *, since: datetime) -> int | None:
    """The newest told summary of a circle that somebody joined *since*."""
    row = db.execute(
        "SELECT incident.id FROM incident JOIN probe ON probe.key = incident.probe"
        " WHERE circle = ? AND probe.id = ? AND resolved_at IS NULL AND joined_at >= ?"
        " ORDER BY incident.id DESC LIMIT 1",
        (circle, probe, to_us(since)),
    ).fetchone()
    return int(row[0]) if row else None


def opened_since(db: Database, circle: str, since: datetime) -> int:
    """How many of a circle opened, told or not."""
    row = db.execute(
        "SELECT count(*) FROM incident WHERE circle = ? AND opened_at >= ? AND resolved_at IS NULL",
        (circle, to_us(since)),
    ).fetchone()
    return int(row[0])


def told_since(db: Database, circle: str, since: datetime) -> int:
    """How many of a circle people were told of."""
    row = db.execute(
        "SELECT count(*) FROM incident WHERE circle = ? AND told_at >= ?", (circle, to_us(since))
    ).fetchone()
    return int(row[0])


def about_to_open(db: Database, *, since: datetime, most: int) -> list[tuple[str, bool]]:
    """Probes that failed lately and not often enough yet, and whether they are more than slow."""
    rows = db.execute(
        "SELECT probe.id, grave FROM health JOIN probe ON probe.key = health.probe"
        " WHERE state = 'pending' AND tombstoned_at IS NULL AND last_run_at >= ? LIMIT ?",
        (to_us(since), most),
    )
    return [(str(row[0]), bool(row[1])) for row in rows.fetchall()]
