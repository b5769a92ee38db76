"""Open incidents as they are attended to. Inside the writer's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.notices import EventKind, Notice, from_json, to_json
from monitor.routing import Severity
from monitor.why import Why

OWN_KIND: Final = "trueup"

_SELECT: Final = (
    "SELECT incident.*, probe.id AS probe_id FROM incident JOIN probe ON probe.key = incident.probe"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """An incident that is open. `told_at` is None while nobody was told of it."""

    number: int
    probe: str
    location: str
    dedup_key: str
    summary: str
    began_at: datetime
    opened_at: datetime
    severity: Severity
    failures: int
    notice: str
    told_at: datetime | None
    withheld: str
    under: int | None
    look_at: datetime | None
    reminders: int
    reminded_at: datetime | None
    stage: int
    escalated_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_until: datetime | None
    joined_at: datetime | None
    circle: str
    flapping: bool

    @property
    def own(self) -> bool:
        return self.probe.startswith("trueup/")

    def full_notice(self) -> Notice:
        """As it was told last, or as much of it as the row knows."""
        try:
            return from_json(self.notice)
        except ValueError:
            return Notice(
                event=EventKind.OPENED,
                incident=self.number,
                sequence=1,
                dedup_key=self.dedup_key,
                probe=self.probe,
                probe_name=self.probe,
                kind="",
                environment="",
                location=self.location,
                began_at=self.began_at,
                at=self.opened_at,
                outcome="FAIL",
                reason="",
                summary=self.summary,
                severity=self.severity,
            )

    def is_acknowledged(self, at: datetime) -> bool:
        until = self.acknowledged_until
        return self.acknowledged_at is not None and (until is None or at < until)


def every_open(db: Database) -> list[Attended]:
    """All but those that a summary stands for, which only need it; oldest first."""
    rows = db.query(
        f"{_SELECT} WHERE incident.resolved_at IS NULL AND incident.withheld <> ?"
        " ORDER BY incident.id",
        [Why.IN_A_SUMMARY.value],
    )
    return [_attended(row) for row in rows]


def one(db: Database, number: int) -> Attended | None:
    """An incident by its number, open or over."""
    row = next(db.query(f"{_SELECT} WHERE incident.id = ?", [number]), None)
    return _attended(row) if row else None


def members(db: Database, summary: int, *, still_open: bool) -> list[Attended]:
    """Of a summary, oldest first."""
    rows = db.query(
        f"{_SELECT} WHERE incident.under = ? AND withheld = ?"
        f" {'AND incident.resolved_at IS NULL' if still_open else ''} ORDER BY incident.id",
        [summary, Why.IN_A_SUMMARY.value],
    )
    return [_attended(row) for row in rows]


@dataclass(frozen=True, slots=True)
class NeedRow:
    """How a needed probe stands. `severity`, `told` and `withheld` are those of its incident."""

    probe: str
    incident: int | None
    pending: bool
    last_run_at: datetime
    severity: Severity | None
    told: bool
    withheld: str


def needed(db: Database, probes: Iterable[str], location: str) -> list[NeedRow]:
    rows = db.execute(
        "SELECT probe.id, incident.id, state = 'pending', last_run_at, severity,"
        " told_at IS NOT NULL, coalesce(withheld, '') FROM health"
        " JOIN probe ON probe.key = health.probe"
        " LEFT JOIN incident ON incident.id = health.incident"
        " WHERE tombstoned_at IS NULL AND health.location = ?"
        " AND probe.id IN (SELECT value FROM json_each(?))",
        (location, json.dumps(list(probes))),
    )
    return [
        NeedRow(str(i), n, bool(p), from_us(at), Severity(s) if s else None, bool(t), str(w))
        for i, n, p, at, s, t, w in rows.fetchall()
    ]


def resolved_at(db: Database, number: int) -> datetime | None:
    row = db.execute("SELECT resolved_at FROM incident WHERE id = ?", (number,)).fetchone()
    return _at(row[0]) if row else None


def announced_until(
    db: Database, table: str, probe: str, tags: frozenset[str], at: datetime
) -> datetime | None:
    """When the last of what is under way in *table*, silence or maintenance, for a probe ends."""
    rows = db.execute(
        f"SELECT probes, tags, ends_at FROM {table} WHERE starts_at <= ? AND ends_at > ?",  # noqa: S608 - our own name
        (to_us(at), to_us(at)),
    ).fetchall()
    ends = [from_us(end) for probes, of, end in rows if _concerns(probes, of, probe, tags)]
    return max(ends, default=None)


def _concerns(probes: str, tags: str, probe: str, borne: frozenset[str]) -> bool:
    ids, words = json.loads(probes), json.loads(tags)
    return (not ids and not words) or probe in ids or bool(borne & set(words))


def change(db: Database, number: int, **columns: Any) -> None:
    """Sets columns of an incident; instants and notices are written as the table holds them."""
    names = ", ".join(f"{name} = :{name}" for name in columns)
    values = {name: _plain(value) for name, value in columns.items()}
    values["number"] = number
    db.execute(f"UPDATE incident SET {names} WHERE id = :number", values)  # noqa: S608 - our own names


def own_key(db: Database, probe: str, name: str) -> int:
    """The key of one of our own pseudo-probes, made when it is first needed."""
    row = db.execute(
        "INSERT INTO probe (id, name, kind) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING key",
        (probe, name, OWN_KIND),
    ).fetchone()
    return int(row[0])


def open_of(db: Database, probe: str) -> Attended | None:
    """The open incident of a probe."""
    rows = db.query(
        f"{_SELECT} WHERE probe.id = ? AND incident.resolved_at IS NULL"
        " ORDER BY incident.id DESC LIMIT 1",
        [probe],
    )
    row = next(rows, None)
    return _attended(row) if row else None


def own_open(db: Database) -> list[str]:
    """The ids of our own pseudo-probes that have an open incident, without what they begin with."""
    rows = db.execute(
        "SELECT DISTINCT probe.id FROM incident JOIN probe ON probe.key = incident.probe"
        " WHERE resolved_at IS NULL AND probe.kind = ? AND probe.id LIKE 'trueup/%'",
        (OWN_KIND,),
    )
    return [str(row[0]).partition("/")[2] for row in rows.fetchall()]


def _plain(value: object) -> object:
    match value:
        case datetime():
            return to_us(value)
        case Notice():
            return to_json(value)
        case _:
            return value


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def _attended(row: dict[str, Any]) -> Attended:
    return Attended(
        number=row["id"],
        probe=row["probe_id"],
        location=row["location"],
        dedup_key=row["dedup_key"],
        summary=row["summary"],
        began_at=from_us(row["began_at"]),
        opened_at=from_us(row["opened_at"]),
        severity=Severity(row["severity"]),
        failures=row["failures"],
        notice=row["notice"],
        told_at=_at(row["told_at"]),
        withheld=row["withheld"],
        under=row["under"],
        look_at=_at(row["look_at"]),
        reminders=row["reminders"],
        reminded_at=_at(row["reminded_at"]),
        stage=row["stage"],
        escalated_at=_at(row["escalated_at"]),
        acknowledged_at=_at(row["acknowledged_at"]),
        acknowledged_until=_at(row["acknowledged_until"]),
        joined_at=_at(row["joined_at"]),
        circle=row["circle"],
        flapping=bool(row["flapping"]),
    )
