"""The rows that one run touches. Every function runs inside the writer's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.health import Health, Standing
from monitor.incidents import Firing, Pending, Quiet, State, Track

_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """What the store keeps of a configured probe."""

    id: str
    name: str
    kind: str
    renamed_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run as it is kept. `note` is scrubbed already."""

    probe: int
    location: str
    slot: datetime
    started_at: datetime
    outcome: str
    reason: str | None
    took: timedelta
    tries: int
    phases: Mapping[str, timedelta]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRow:
    """What has been concluded about a probe so far."""

    standing: Standing = field(default_factory=Standing)
    track: Track = field(default_factory=Track)
    incident: int | None = None
    evidence_at: datetime | None = None
    last_good_at: datetime | None = None


def sync_probes(db: Database, probes: Iterable[ProbeRow], at: datetime) -> dict[str, int]:
    """Keys by id, after names and renames were taken over. What left the configuration gets a
    tombstone and keeps its history.
    """
    keys = {}
    for probe in probes:
        _rename(db, probe)
        row = db.execute(
            "INSERT INTO probe (id, name, kind) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET name = excluded.name, kind = excluded.kind, tombstoned_at = NULL RETURNING key",
            (probe.id, probe.name, probe.kind),
        ).fetchone()
        keys[probe.id] = int(row[0])
    marks = ",".join("?" * len(keys))
    db.execute(
        f"UPDATE probe SET tombstoned_at = ? WHERE tombstoned_at IS NULL"  # noqa: S608 - marks only
        f" AND key NOT IN ({marks})",
        (to_us(at), *keys.values()),
    )
    return keys


def _rename(db: Database, probe: ProbeRow) -> None:
    if probe.renamed_from:
        db.execute(
            "UPDATE probe SET id = ? WHERE id = ? AND NOT EXISTS"
            " (SELECT 1 FROM probe WHERE id = ?)",
            (probe.id, probe.renamed_from, probe.id),
        )


def add_run(db: Database, run: RunRow) -> bool:
    """False when this run was recorded before; then nothing may follow from it again."""
    phases = {name: took // _US for name, took in run.phases.items()}
    cursor = db.execute(
        "INSERT OR IGNORE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.probe,
            run.location,
            to_us(run.slot),
            to_us(run.started_at),
            run.outcome,
            run.reason,
            run.took // _US,
            run.tries,
            json.dumps(phases, separators=(",", ":")) if phases else None,
            run.note or None,
        ),
    )
    return cursor.rowcount == 1


def note_first_run(db: Database, run: RunRow) -> None:
    """Does nothing when the probe had run before, perhaps somewhere else."""
    db.execute(
        "UPDATE probe SET first_run_at = ? WHERE key = ? AND first_run_at IS NULL",
        (to_us(run.started_at), run.probe),
    )


def add_to_day(db: Database, run: RunRow, *, known: timedelta) -> None:
    """Counts the run into its day; *known* is the time it gives evidence for."""
    column = run.outcome.lower()
    db.execute(
        f"INSERT INTO rollup_1d (probe, location, day, {column}, known_us, took_us)"  # noqa: S608 - an Outcome
        " VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT (probe, location, day) DO UPDATE SET"
        f" {column} = {column} + 1, known_us = known_us + excluded.known_us,"
        " took_us = took_us + excluded.took_us",
        (run.probe, run.location, day_of(run.started_at), known // _US, run.took // _US),
    )


def add_down(db: Database, run: RunRow, *, since: datetime, until: datetime) -> None:
    """Counts the time from *since* to *until* into its days, never more than they are known."""
    while since < until:
        midnight = datetime.combine(since.date(), time(), since.tzinfo) + timedelta(days=1)
        end = min(until, midnight)
        db.execute(
            "UPDATE rollup_1d SET down_us = min(known_us, down_us + ?)"
            " WHERE probe = ? AND location = ? AND day = ?",
            ((end - since) // _US, run.probe, run.location, day_of(since)),
        )
        since = end


def day_of(at: datetime) -> str:
    return at.date().isoformat()


def load_health(db: Database, probe: int, location: str) -> HealthRow:
    """A fresh one when the probe never ran at this location."""
    cursor = db.execute(
        "SELECT health, since_at, slow_runs, state, slot, began_at, failures, passes,"
        " recovered_at, incident, evidence_at, last_good_at"
        " FROM health WHERE probe = ? AND location = ?",
        (probe, location),
    )
    row = cursor.fetchone()
    if row is None:
        return HealthRow()
    health, since, slow_runs, state, slot, began, failures, passes, recovered, *rest = row
    return HealthRow(
        standing=Standing(Health(health), _at(since), slow_runs),
        track=Track(_state(state, _at(began), failures, passes), _at(slot), _at(recovered)),
        incident=rest[0],
        evidence_at=_at(rest[1]),
        last_good_at=_at(rest[2]),
    )


def save_health(db: Database, run: RunRow, row: HealthRow) -> None:
    name, began_at, failures, passes = _plain(row.track.state)
    values = {
        "probe": run.probe,
        "location": run.location,
        "health": row.standing.health.value,
        "since_at": _us(row.standing.since_at),
        "slow_runs": row.standing.slow_runs,
        "state": name,
        "slot": _us(row.track.slot),
        "began_at": _us(began_at),
        "failures": failures,
        "passes": passes,
        "recovered_at": _us(row.track.recovered_at),
        "incident": row.incident,
        "evidence_at": _us(row.evidence_at),
        "last_good_at": _us(row.last_good_at),
        "last_run_at": to_us(run.started_at),
        "last_outcome": run.outcome,
        "last_reason": run.reason,
        "last_summary": run.note,
        "last_took_us": run.took // _US,
    }
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    db.execute(f"INSERT OR REPLACE INTO health ({names}) VALUES ({marks})", values)  # noqa: S608 - our own names


def _state(name: str, began_at: datetime | None, failures: int, passes: int) -> State:
    match name, began_at:
        case "pending", datetime():
            return Pending(began_at, failures)
        case "firing", datetime():
            return Firing(began_at, passes)
        case _:
            return Quiet()


def _plain(state: State) -> tuple[str, datetime | None, int, int]:
    match state:
        case Quiet():
            return "quiet", None, 0, 0
        case Pending(began_at, failures):
            return "pending", began_at, failures, 0
        case Firing(began_at, passes):
            return "firing", began_at, 0, passes


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def set_meta(db: Database, key: str, value: Any) -> None:
    """Remembers *value* as JSON under *key*."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))


def get_meta(db: Database, key: str) -> Any:
    """None when nothing was remembered under *key*."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return json.loads(row[0]) if row else None
