"""The rows that one run touches. Every function runs inside the writer's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store import rollups

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
        f" AND kind <> 'trueup' AND key NOT IN ({marks})",
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
    series = rollups.Series(run.probe, run.location)
    rollups.add_run(db, series, run.started_at, run.outcome, known=known, took=run.took)


def add_down(db: Database, run: RunRow, *, since: datetime, until: datetime) -> None:
    """Counts the time from *since* to *until* into its days, never more than they are known."""
    rollups.add_down(db, rollups.Series(run.probe, run.location), since=since, until=until)
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


def set_meta(db: Database, key: str, value: Any) -> None:
    """Remembers *value* as JSON under *key*."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))


def get_meta(db: Database, key: str) -> Any:
    """None when nothing was remembered under *key*."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return json.loads(row[0]) if row else None
