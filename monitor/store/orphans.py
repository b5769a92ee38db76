"""Incidents that nobody watches any more: the probe left the configuration, or the daemon moved.

They end in the transaction that took the probe out, so that no pager stays open for ever. What is
told says plainly that this is no recovery.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from monitor.notices import NO_LONGER_WATCHED, EventKind, from_json
from monitor.store import incidents
from monitor.why import Why

_ORPHANS = (
    "SELECT incident.id FROM incident JOIN probe ON probe.key = incident.probe"
    " WHERE resolved_at IS NULL AND (tombstoned_at IS NOT NULL OR location <> ?)"
)
_FORGET = (
    "UPDATE health SET health = 'unknown', since_at = NULL, state = 'quiet', began_at = NULL,"
    " failures = 0, passes = 0, recovered_at = NULL, incident = NULL WHERE incident = ?"
)


def close_orphans(db: Database, *, location: str, at: datetime) -> int:
    """How many were ended. Inside the writer's transaction."""
    numbers = [int(row[0]) for row in db.execute(_ORPHANS, (location,)).fetchall()]
    for number in numbers:
        incidents.resolve_incident(db, number, recovered_at=at, resolved_at=at)
        db.execute(_FORGET, (number,))
        _tell(db, number, at)
    return len(numbers)


def _tell(db: Database, number: int, at: datetime) -> None:
    told = incidents.channels_told(db, number)
    row = db.execute("SELECT notice FROM incident WHERE id = ?", (number,)).fetchone()
    if not told or not row[0]:
        return
    notice = replace(
        from_json(row[0]),
        event=EventKind.RESOLVED,
        sequence=incidents.next_sequence(db, number),
        outcome=NO_LONGER_WATCHED,
        at=at,
        lasted=None,
    )
    incidents.add_event(db, notice, why=Why.NO_LONGER_WATCHED.value, channels=told)
