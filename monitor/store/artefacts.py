"""Evidence on disk, and the rows that say what it belongs to. Bounded for each probe."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.records import RunRow
from probes import Artefact

KEPT_FOR_EACH_PROBE: Final = 20
EXPIRED_AT_ONCE: Final = 500
BYTES_MAX: Final = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was written; `path` is relative to the artefact folder."""

    name: str
    media_type: str
    path: str
    size: int


def write(folder: Path, probe: str, slot: datetime, found: Sequence[Artefact]) -> list[Kept]:
    """Writes what is not too large. A disk that cannot take it costs the evidence, not the run."""
    kept = []
    for artefact in found:
        if len(artefact.content) > BYTES_MAX:
            continue
        path = Path(probe) / f"{slot:%Y%m%dT%H%M%SZ}-{artefact.name}"
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(artefact.content)
        except OSError:
            continue
        kept.append(Kept(artefact.name, artefact.media_type, str(path), len(artefact.content)))
    return kept


def keep(db: Database, run: RunRow, files: Sequence[Kept], at: datetime) -> list[str]:
    """Notes the files; gives the paths of older ones whose rows were removed to make room."""
    for file in files:
        db.execute(
            "INSERT OR REPLACE INTO artefact (probe, slot, name, media_type, path, bytes, kept_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                run.probe,
                to_us(run.slot),
                file.name,
                file.media_type,
                file.path,
                file.size,
                to_us(at),
            ),
        )
    if not files:
        return []
    rows = db.execute(
        "DELETE FROM artefact WHERE probe = ? AND id NOT IN"
        " (SELECT id FROM artefact WHERE probe = ? ORDER BY slot DESC, id DESC LIMIT ?)"
        " RETURNING path",
        (run.probe, run.probe, KEPT_FOR_EACH_PROBE),
    )
    return [str(row[0]) for row in rows.fetchall()]


def expire(db: Database, before: datetime) -> list[str]:
    """The paths of those kept before then, whose rows were removed; so many at a time."""
    rows = db.execute(
        "DELETE FROM artefact WHERE id IN"
        " (SELECT id FROM artefact WHERE kept_at < ? ORDER BY kept_at LIMIT ?) RETURNING path",
        (to_us(before), EXPIRED_AT_ONCE),
    )
    return [str(row[0]) for row in rows.fetchall()]


def remove(folder: Path, paths: Sequence[str]) -> None:
    """What cannot be removed stays: the rows are gone, and the run it made room for is recorded."""
    for path in paths:
        with contextlib.suppress(OSError):
            (folder / path).unlink()
