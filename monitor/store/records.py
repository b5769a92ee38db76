"""Probes, runs, and what is remembered by name. Inside the writer's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.compact import PHASES

NOTE_MAX: Final = 1000
_US: Final = timedelta(microseconds=1)
_PHASES: Final = frozenset(PHASES)
_NO_PHASES: Final = (None,) * len(PHASES)
_ADD_RUN: Final = (
    "INSERT OR IGNORE INTO run VALUES (?, ?, ?, ?, (SELECT code FROM outcome WHERE name = ?),"
    " (SELECT code FROM reason WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """What the store keeps of a configured probe."""

    id: str
    name: str
    kind: str
    renamed_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run as it is kept. `note` is scrubbed already, and so are `warnings`; `known` is the time
    it is evidence for.
    """

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
    known: timedelta = timedelta()
    warnings: Sequence[str] = ()


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
    if run.reason is not None:
        db.execute("INSERT OR IGNORE INTO reason (name) VALUES (?)", (run.reason,))
    columns, steps = phases_of(run.phases)
    said = "; ".join([*([run.note] if run.note else []), *map("warning: {}".format, run.warnings)])
    says_something = run.outcome != "PASS" or run.tries > 1 or run.warnings
    cursor = db.execute(
        _ADD_RUN,
        (
            to_us(run.slot),
            run.probe,
            location_key(db, run.location),
            (run.started_at - run.slot) // _US,
            run.outcome,
            run.reason,
            run.known // _US,
            run.took // _US,
            run.tries,
            *columns,
            steps,
            (said[:NOTE_MAX] or None) if says_something else None,
        ),
    )
    return cursor.rowcount == 1


def phases_of(phases: Mapping[str, timedelta]) -> tuple[Sequence[int | None], str | None]:
    """As columns, or as JSON where there are others than those that have columns."""
    if not phases:
        return _NO_PHASES, None
    if phases.keys() <= _PHASES:
        return [None if took is None else took // _US for took in map(phases.get, PHASES)], None
    plain = {name: took // _US for name, took in phases.items()}
    return _NO_PHASES, json.dumps(plain, separators=(",", ":"))


def location_key(db: Database, location: str) -> int:
    """Of a place; made when it is new."""
    question = "SELECT key FROM location WHERE id = ?"
    row = db.execute(question, (location,)).fetchone()
    if row is None:
        db.execute("INSERT INTO location (id) VALUES (?)", (location,))
        row = db.execute(question, (location,)).fetchone()
    return int(row[0])


def note_first_run(db: Database, run: RunRow) -> None:
    """Does nothing when the probe had run before, perhaps somewhere else."""
    db.execute(
        "UPDATE probe SET first_run_at = ? WHERE key = ? AND first_run_at IS NULL",
        (to_us(run.started_at), run.probe),
    )


def set_meta(db: Database, key: str, value: Any) -> None:
    """Remembers *value* as JSON under *key*."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))


def get_meta(db: Database, key: str) -> Any:
    """None when nothing was remembered under *key*."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return json.loads(row[0]) if row else None
