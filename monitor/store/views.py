"""What readers ask: the public page, `status` and `incidents`. Plain SELECTs, no writing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
    incident: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """One day of one probe."""

    day: date
    known: timedelta
    down: timedelta
    runs: int
    slow: int


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

    def acknowledged(self, at: datetime) -> bool:
        """Whether somebody is on it at *at*; an acknowledgement may have an end."""
        until = self.acknowledged_until
        return self.acknowledged_at is not None and (until is None or at < until)


def probes(db: Database, location: str) -> dict[str, ProbeView]:
    """Every probe that is still configured and ever ran at *location*, by id."""
    rows = db.query(
        "SELECT probe.id, name, kind, health.* FROM health JOIN probe ON probe.key = health.probe"
        " WHERE tombstoned_at IS NULL AND location = ? ORDER BY probe.key",
        [location],
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
            incident=row["incident"],
        )
        for row in rows
    }


def days(db: Database, *, since: date) -> dict[str, list[DayView]]:
    """The days of every probe from *since* on, oldest first, by probe id. A day that was watched
    from two places is told by the one that watched longer.
    """
    rows = db.query(
        "SELECT id, day, max(known_us) AS known_us, down_us, slow, pass + slow + fail AS runs"
        " FROM rollup_1d JOIN probe ON probe.key = rollup_1d.probe"
        " WHERE day >= ? GROUP BY probe, day ORDER BY day",
        [since.isoformat()],
    )
    found: dict[str, list[DayView]] = {}
    for row in rows:
        view = DayView(
            day=date.fromisoformat(row["day"]),
            known=timedelta(microseconds=row["known_us"]),
            down=timedelta(microseconds=row["down_us"]),
            runs=row["runs"],
            slow=row["slow"],
        )
        found.setdefault(row["id"], []).append(view)
    return found


def first_days(db: Database) -> dict[str, date]:
    """The day each probe first ran, by id."""
    rows = db.query("SELECT id, first_run_at FROM probe WHERE first_run_at IS NOT NULL")
    return {row["id"]: from_us(row["first_run_at"]).date() for row in rows}


def incidents(db: Database, *, since: datetime, limit: int = 500) -> list[IncidentView]:
    """Those open or ended after *since*: open ones first, then the newest first."""
    rows = db.query(
        "SELECT incident.id AS number, probe.id AS probe_id, probe.name AS probe_name, incident.*"
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
