"""What is kept of runs, for whoever looks at it. Plain SELECTs, no writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.clock import from_us
from monitor.store import captures
from monitor.store.acts import SUMMARY
from monitor.store.captured import Kept as Capture

_EVIDENCE: Final = (
    "SELECT evidence.id, location, slot, started_at, failed, decided, document FROM evidence"
    " JOIN probe ON probe.key = evidence.probe"
)


@dataclass(frozen=True, slots=True)
class FileView:
    """`path` is relative to the folder of artefacts."""

    number: int
    name: str
    media_type: str
    path: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """One run of which there is evidence. `document` is what `monitor.seen` wrote, or empty."""

    location: str
    slot: datetime
    started_at: datetime
    failed: bool
    decided: bool
    """It is the one that opened an incident."""
    document: str
    files: tuple[FileView, ...]


@dataclass(frozen=True, slots=True)
class OfIncident:
    """The runs of one incident, the oldest first, and which of them decided that it is one."""

    runs: tuple[KeptRun, ...]
    decided: KeptRun | None
    captures: tuple[Capture, ...] = ()
    """What was fetched when it opened."""


def of_incident(db: Database, number: int) -> OfIncident:
    """Nothing of one that is not known."""
    row = db.execute(
        "SELECT probe.id, began_at, coalesce(recovered_at, resolved_at) FROM incident"
        " JOIN probe ON probe.key = incident.probe WHERE incident.id = ?",
        (number,),
    ).fetchone()
    if row is None:
        return OfIncident((), None)
    probe, began_us, ended_us = row
    until = "" if ended_us is None else " AND started_at < ?"
    found = _runs(
        db,
        f"probe.id = ? AND failed AND started_at >= ?{until} ORDER BY started_at",
        *(probe, began_us, *([] if ended_us is None else [ended_us])),
    )
    decided = next((run for run in found if run.decided), None)
    fetched = captures.shown_with(db, number)
    return OfIncident(found, decided or next(iter(found), None), fetched)


def of_probe(db: Database, probe: str) -> tuple[KeptRun, ...]:
    """The oldest first."""
    return _runs(db, "probe.id = ? ORDER BY started_at", probe)


def newest_incident(db: Database) -> int | None:
    """Of a probe: the one that `last` means everywhere, or of a summary the newest in it."""
    row = db.execute(
        "SELECT incident.id FROM incident JOIN probe ON probe.key = incident.probe"
        " LEFT JOIN incident AS above ON above.id = incident.under AND above.resolved_at IS NULL"
        " LEFT JOIN probe AS whose ON whose.key = above.probe"
        " WHERE probe.kind <> 'trueup' ORDER BY probe.kind = 'objective',"
        " incident.resolved_at IS NOT NULL, coalesce(whose.id, ?) <> ?, incident.id DESC LIMIT 1",
        (SUMMARY, SUMMARY),
    ).fetchone()
    return None if row is None else int(row[0])


def _runs(db: Database, where: str, *values: object) -> tuple[KeptRun, ...]:
    rows = list(db.query(f"{_EVIDENCE} WHERE {where}", list(values)))  # our own words
    files = {row["id"]: _files(db, row["id"]) for row in rows}
    return tuple(
        KeptRun(
            location=row["location"],
            slot=from_us(row["slot"]),
            started_at=from_us(row["started_at"]),
            failed=bool(row["failed"]),
            decided=bool(row["decided"]),
            document=row["document"],
            files=tuple(files[row["id"]]),
        )
        for row in rows
    )


def _files(db: Database, evidence: int) -> Sequence[FileView]:
    """What can be shown first."""
    rows = db.execute(
        "SELECT id, name, media_type, path, bytes FROM artefact WHERE evidence = ?"
        " ORDER BY media_type NOT LIKE 'image/%', id",
        (evidence,),
    )
    return [FileView(*row) for row in rows.fetchall()]
