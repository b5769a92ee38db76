"""What readers ask: the public page, `status` and `incidents`. Plain SELECTs, no writing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.health import Health, Standing
from monitor.why import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeView:
    """One probe as it stands."""

    id: str
    name: str
    kind: str
    standing: Standing
    evidence_at: datetime | None
    last_run_at: datetime
    last_outcome: str
    last_reason: str | None
    last_summary: str
    last_took: timedelta
    last_warnings: tuple[str, ...]
    incident: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """What became of telling one channel about one incident."""

    channel: str
    waiting: int
    gave_up: int
    delivered: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """One incident with its probe."""

    number: int
    probe: str
    probe_name: str
    dedup_key: str
    began_at: datetime
    opened_at: datetime
    recovered_at: datetime | None
    resolved_at: datetime | None
    reason: str
    summary: str
    failed_step: str
    failures: int
    severity: str
    told_at: datetime | None
    """When people first heard of it; None: nobody did."""
    withheld: str
    """Why nobody is told, see `monitor.why`; empty when somebody was."""
    under: int | None
    """The summary or the cause that is told instead."""
    acknowledged_at: datetime | None
    acknowledged_until: datetime | None
    acknowledged_by: str
    flapping: bool
    trace_id: str
    """What the target's own tracing knows the deciding run by; may be empty."""

    def acknowledged(self, at: datetime) -> bool:
        """Whether somebody is on it at *at*; an acknowledgement may have an end."""
        until = self.acknowledged_until
        return self.acknowledged_at is not None and (until is None or at < until)


def probes(db: Database, location: str, *, of: Iterable[str] | None = None) -> dict[str, ProbeView]:
    """Every probe that is still configured and ever ran at *location*, by id; of those in *of*
    where it is given.
    """
    among, ids = _among(of)
    rows = db.query(
        "SELECT probe.id, name, kind, health.* FROM health JOIN probe ON probe.key = health.probe"  # noqa: S608 - constants
        f" WHERE tombstoned_at IS NULL AND location = ? AND {among} ORDER BY probe.key",
        [location, *ids],
    )
    return {
        row["id"]: ProbeView(
            id=row["id"],
            name=row["name"],
            kind=row["kind"],
            standing=Standing(Health(row["health"]), _at(row["since_at"]), row["slow_runs"]),
            evidence_at=_at(row["evidence_at"]),
            last_run_at=from_us(row["last_run_at"]),
            last_outcome=row["last_outcome"],
            last_reason=row["last_reason"],
            last_summary=row["last_summary"],
            last_took=timedelta(microseconds=row["last_took_us"]),
            last_warnings=tuple(row["last_warnings"].splitlines()),
            incident=row["incident"],
        )
        for row in rows
    }


def _among(of: Iterable[str] | None) -> tuple[str, tuple[str, ...]]:
    """A condition on a probe's key, and what it is asked with."""
    if of is None:
        return "true", ()
    ids = json.dumps(sorted(of))
    return "probe IN (SELECT key FROM probe WHERE id IN (SELECT value FROM json_each(?)))", (ids,)


def incidents(db: Database, *, since: datetime, limit: int = 500) -> list[IncidentView]:
    """Those open or ended after *since*: open ones first, then the newest first."""
    rows = db.query(
        "SELECT incident.id AS number, probe.id AS probe_id, probe.name AS probe_name, incident.*,"
        " iif(json_valid(notice), json_extract(notice, '$.trace_id'), '') AS trace_id"
        " FROM incident JOIN probe ON probe.key = incident.probe"
        " WHERE resolved_at IS NULL OR resolved_at >= ?"
        " ORDER BY resolved_at IS NOT NULL, began_at DESC, incident.id DESC LIMIT ?",
        [to_us(since), limit],
    )
    return [
        IncidentView(
            number=row["number"],
            probe=row["probe_id"],
            probe_name=row["probe_name"],
            dedup_key=row["dedup_key"],
            began_at=from_us(row["began_at"]),
            opened_at=from_us(row["opened_at"]),
            recovered_at=_at(row["recovered_at"]),
            resolved_at=_at(row["resolved_at"]),
            reason=row["reason"],
            summary=row["summary"],
            failed_step=row["failed_step"],
            failures=row["failures"],
            severity=row["severity"],
            told_at=_at(row["told_at"]),
            withheld=row["withheld"],
            under=row["under"],
            acknowledged_at=_at(row["acknowledged_at"]),
            acknowledged_until=_at(row["acknowledged_until"]),
            acknowledged_by=row["acknowledged_by"],
            flapping=bool(row["flapping"]),
            trace_id=row["trace_id"] or "",
        )
        for row in rows
    ]


def telling(db: Database) -> dict[int, list[ChannelView]]:
    """By incident number, what became of its notifications, channel by channel."""
    rows = db.query(
        "SELECT incident, channel, sum(delivered_at IS NULL AND gave_up_at IS NULL) AS waiting,"
        " sum(gave_up_at IS NOT NULL AND why NOT IN (?, ?)) AS gave_up,"
        " sum(delivered_at IS NOT NULL) AS delivered, max(why) AS why"
        " FROM outbox GROUP BY incident, channel ORDER BY min(id)",
        [Why.OVER_BEFORE_TOLD.value, Why.NEWER_NEWS.value],
    )
    found: dict[int, list[ChannelView]] = {}
    for row in rows:
        found.setdefault(row.pop("incident"), []).append(ChannelView(**row))
    return found


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
