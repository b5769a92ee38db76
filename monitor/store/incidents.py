"""The rows of incidents, their events, and the outbox. Inside the writer's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.notices import Notice, to_json
from monitor.routing import Severity
from monitor.why import Why

KEY_LENGTH: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncident:
    """What is known at the moment an incident opens."""

    probe: int
    location: str
    began_at: datetime
    opened_at: datetime
    reason: str
    summary: str
    failed_step: str
    failures: int
    severity: Severity = Severity.CRITICAL


@dataclass(frozen=True, slots=True)
class Ended:
    """What an incident had been, for the notice of its end."""

    dedup_key: str
    reason: str
    summary: str
    failed_step: str
    failures: int


def open_incident(db: Database, new: NewIncident, *, instance: str) -> tuple[int, str]:
    """The incident's number and its key towards the outside, made before anything is sent. The
    same evidence gives the same key, in whichever database it is opened first.
    """
    number = int(db.execute("SELECT coalesce(max(id), 0) + 1 FROM incident").fetchone()[0])
    key = _free_key(db, new, instance, number)
    db.execute(
        "INSERT INTO incident (id, probe, location, dedup_key, began_at, opened_at, reason,"
        " summary, failed_step, failures, severity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            new.probe,
            new.location,
            key,
            to_us(new.began_at),
            to_us(new.opened_at),
            new.reason,
            new.summary,
            new.failed_step,
            new.failures,
            new.severity,
        ),
    )
    return number, key


def _free_key(db: Database, new: NewIncident, instance: str, number: int) -> str:
    """One and the same beginning may open twice, as after a clock was put back."""
    probe = db.execute("SELECT id FROM probe WHERE key = ?", (new.probe,)).fetchone()[0]
    seen = f"{instance}:{probe}:{new.location}:{to_us(new.began_at)}"
    key = hashlib.sha256(seen.encode()).hexdigest()[:KEY_LENGTH]
    if db.execute("SELECT 1 FROM incident WHERE dedup_key = ?", (key,)).fetchone() is None:
        return key
    return hashlib.sha256(f"{seen}:{number}".encode()).hexdigest()[:KEY_LENGTH]


def resolve_incident(
    db: Database, number: int, *, recovered_at: datetime, resolved_at: datetime
) -> Ended:
    """Marks the end; gives what it had been."""
    row = db.execute(
        "UPDATE incident SET recovered_at = ?, resolved_at = ? WHERE id = ?"
        " RETURNING dedup_key, reason, summary, failed_step, failures",
        (to_us(recovered_at), to_us(resolved_at), number),
    ).fetchone()
    return Ended(*row)


def next_sequence(db: Database, incident: int) -> int:
    row = db.execute(
        "SELECT coalesce(max(sequence), 0) + 1 FROM event WHERE incident = ?", (incident,)
    ).fetchone()
    return int(row[0])


def add_event(
    db: Database,
    notice: Notice,
    *,
    why: str,
    channels: Iterable[str],
    held_until: datetime | None = None,
) -> None:
    """The event, and one outbox row for each channel that is to hear of it. The letters may wait
    for something until *held_until*, at the latest.
    """
    at = to_us(notice.at)
    next_at = at if held_until is None else max(at, to_us(held_until))
    event = db.execute(
        "INSERT INTO event (incident, sequence, kind, at, why) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (notice.incident, notice.sequence, notice.event.value, at, why),
    ).fetchone()[0]
    body = to_json(notice)
    for channel in channels:
        db.execute(
            "INSERT INTO outbox (incident, event, channel, body, created_at, next_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (notice.incident, event, channel, body, at, next_at),
        )


def add_bare_event(db: Database, incident: int, kind: str, at: datetime, *, why: str) -> None:
    """Something that happened to an incident and is told to nobody."""
    db.execute(
        "INSERT INTO event (incident, sequence, kind, at, why) VALUES (?, ?, ?, ?, ?)",
        (incident, next_sequence(db, incident), kind, to_us(at), why),
    )


def channels_told(db: Database, incident: int) -> list[str]:
    """Where news of it went or is on its way to: they, and only they, hear the rest. A channel
    that refused every word of it at once knows of no incident that could end; what was given up
    after several attempts, or for newer news after one, may have arrived.
    """
    rows = db.execute(
        "SELECT channel FROM outbox WHERE incident = ? AND (gave_up_at IS NULL OR attempts > 1"
        " OR (attempts = 1 AND why IN (?, ?))) ORDER BY id",
        (incident, Why.NEWER_NEWS.value, Why.OVER_BEFORE_TOLD.value),
    )
    return list(dict.fromkeys(str(row[0]) for row in rows.fetchall()))
