"""Runs of which more is kept than their row: what they saw, as a document, and their files.

Kept for each probe are the newest runs that did not pass, a few others, and of its newest incidents
the beginning and the run that decided: those are what people ask for. All that is on the disk
together has a bound as well. Inside the writer's transaction; removing the files comes after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.artefacts import Kept
from monitor.store.records import RunRow

FAILING: Final = 20
"""Of each probe, FAIL or ERROR."""
OTHERS: Final = 5
INCIDENTS: Final = 10
BEGINNING: Final = 2
"""Runs at the beginning of an incident, beside the one that decided."""
DOCUMENT_MAX: Final = 64 * 1024
AT_ONCE: Final = 200
_FOR_EVER: Final = 2**62

TABLES: Final = """
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    probe INTEGER NOT NULL REFERENCES probe (key),
    location TEXT NOT NULL,
    slot INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    decided INTEGER NOT NULL DEFAULT 0,
    kept_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (probe, slot, location)
);
INSERT INTO evidence (probe, location, slot, started_at, failed, kept_at, bytes, document)
    SELECT probe, '', slot, slot, 1, max(kept_at), sum(bytes), '' FROM artefact
    GROUP BY probe, slot;
ALTER TABLE artefact ADD COLUMN evidence INTEGER REFERENCES evidence (id);
UPDATE artefact SET evidence = (SELECT id FROM evidence
    WHERE evidence.probe = artefact.probe AND evidence.slot = artefact.slot);
CREATE INDEX artefact_of_evidence ON artefact (evidence);
CREATE INDEX evidence_kept ON evidence (kept_at);
"""
_OPEN: Final = (
    "EXISTS (SELECT 1 FROM incident WHERE incident.probe = evidence.probe"
    " AND resolved_at IS NULL AND began_at <= evidence.started_at)"
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a run saw. `decided`: it is the one that opened an incident."""

    document: str
    files: Sequence[Kept]
    decided: bool = False


def keep(db: Database, run: RunRow, saw: Sighting, *, at: datetime, most: int) -> list[str]:
    """Notes what a run saw; gives the paths of files whose rows were removed to make room. *most*
    are the bytes that all files together may have.
    """
    row = db.execute(
        "INSERT OR IGNORE INTO evidence (probe, location, slot, started_at, failed, decided,"
        " kept_at, bytes, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            run.probe,
            run.location,
            to_us(run.slot),
            to_us(run.started_at),
            run.outcome in ("FAIL", "ERROR"),
            saw.decided,
            to_us(at),
            sum(file.size for file in saw.files),
            saw.document if len(saw.document) <= DOCUMENT_MAX else "",
        ),
    ).fetchone()
    if row is None:
        return []
    for file in saw.files:
        db.execute(
            "INSERT OR REPLACE INTO artefact (probe, slot, name, media_type, path, bytes, kept_at,"
            " evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                run.probe,
                to_us(run.slot),
                file.name,
                file.media_type,
                file.path,
                file.size,
                to_us(at),
                row[0],
            ),
        )
    outdated = _drop(db, _too_many(_of_probe(db, run.probe), _spans(db, run.probe)))
    return outdated + (shrink(db, most) if saw.files else [])


def expire(db: Database, before: datetime) -> list[str]:
    """The paths of what was kept before then, whose rows were removed; so many at a time. What an
    open incident began with stays.
    """
    rows = db.execute(
        f"SELECT id FROM evidence WHERE kept_at < ? AND NOT {_OPEN} ORDER BY kept_at LIMIT ?",  # noqa: S608 - a constant
        (to_us(before), AT_ONCE),
    )
    return _drop(db, [row[0] for row in rows.fetchall()])


def shrink(db: Database, most: int) -> list[str]:
    """The paths of the oldest files beyond *most* bytes, whose rows were removed: first those that
    no open incident is about.
    """
    over = int(db.execute("SELECT coalesce(sum(bytes), 0) FROM evidence").fetchone()[0]) - most
    if over <= 0:
        return []
    rows = db.execute(
        f"SELECT id, bytes FROM evidence WHERE bytes > 0 ORDER BY {_OPEN}, kept_at, id"  # noqa: S608 - a constant
    )
    return _drop(db, list(_first(rows.fetchall(), over)))


def paths(db: Database) -> set[str]:
    """Of every file that is known."""
    return {str(row[0]) for row in db.execute("SELECT path FROM artefact").fetchall()}


def _first(rows: Sequence[tuple[int, int]], over: int) -> Iterator[int]:
    for number, size in rows:
        if over <= 0:
            return
        yield number
        over -= size


@dataclass(frozen=True, slots=True)
class _Seen:
    id: int
    started_us: int
    failed: bool
    decided: bool


class _Span(NamedTuple):
    """Of an incident."""

    began_us: int
    ended_us: int


def _of_probe(db: Database, probe: int) -> list[_Seen]:
    """The oldest first."""
    rows = db.execute(
        "SELECT id, started_at, failed, decided FROM evidence WHERE probe = ?"
        " ORDER BY started_at, id",
        (probe,),
    )
    return [_Seen(row[0], row[1], bool(row[2]), bool(row[3])) for row in rows.fetchall()]


def _spans(db: Database, probe: int) -> list[_Span]:
    rows = db.execute(
        "SELECT began_at, coalesce(recovered_at, resolved_at, ?) FROM incident"
        " WHERE probe = ? ORDER BY id DESC LIMIT ?",
        (_FOR_EVER, probe, INCIDENTS),
    )
    return [_Span(*row) for row in rows.fetchall()]


def _too_many(seen: Sequence[_Seen], incidents: Sequence[_Span]) -> list[int]:
    failed = [each for each in seen if each.failed]
    kept = {each.id for each in failed[-FAILING:]}
    kept |= {each.id for each in [each for each in seen if not each.failed][-OTHERS:]}
    for span in incidents:
        of_it = [each for each in failed if span.began_us <= each.started_us < span.ended_us]
        decided = [each for each in of_it if each.decided]
        kept |= {each.id for each in (*of_it[:BEGINNING], *decided[:1])}
    return [each.id for each in seen if each.id not in kept]


def _drop(db: Database, numbers: Sequence[int]) -> list[str]:
    gone: list[str] = []
    for number in numbers:
        rows: Any = db.execute("DELETE FROM artefact WHERE evidence = ? RETURNING path", (number,))
        gone += [str(row[0]) for row in rows.fetchall()]
        db.execute("DELETE FROM evidence WHERE id = ?", (number,))
    return gone
