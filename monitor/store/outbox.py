"""What still has to be told: reading it for the dispatcher and noting what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.clock import from_us, to_us

_WAITING = "delivered_at IS NULL AND gave_up_at IS NULL"


@dataclass(frozen=True, slots=True)
class Letter:
    """One event for one channel, as stored when it was decided."""

    id: int
    body: str
    created_at: datetime
    attempts: int
    next_at: datetime


def next_letter(db: Database, channel: str) -> Letter | None:
    """The one that is due first, or None. A later event of an incident is not in the running
    before the earlier one was delivered or given up: a resolve cannot overtake its opening.
    """
    row = db.execute(
        f"SELECT id, body, created_at, attempts, next_at FROM outbox AS o"  # noqa: S608 - constants
        f" WHERE channel = ? AND {_WAITING} AND NOT EXISTS (SELECT 1 FROM outbox AS e"
        "  WHERE e.incident = o.incident AND e.channel = o.channel AND e.id < o.id"
        "  AND e.delivered_at IS NULL AND e.gave_up_at IS NULL)"
        " ORDER BY next_at, id LIMIT 1",
        (channel,),
    ).fetchone()
    if row is None:
        return None
    number, body, created, attempts, next_at = row
    return Letter(number, body, from_us(created), attempts, from_us(next_at))


def channels_waiting(db: Database) -> list[str]:
    """Channels that still have something undelivered, configured or not."""
    rows = db.execute(f"SELECT DISTINCT channel FROM outbox WHERE {_WAITING}")  # noqa: S608 - a constant
    return [str(row[0]) for row in rows.fetchall()]


def mark_delivered(db: Database, letter: int, *, at: datetime) -> None:
    db.execute(
        "UPDATE outbox SET delivered_at = ?, attempts = attempts + 1, why = '' WHERE id = ?",
        (to_us(at), letter),
    )


def mark_retry(db: Database, letter: int, *, next_at: datetime, why: str) -> None:
    db.execute(
        "UPDATE outbox SET attempts = attempts + 1, next_at = ?, why = ? WHERE id = ?",
        (to_us(next_at), why, letter),
    )


def mark_given_up(db: Database, letter: int, *, at: datetime, why: str) -> None:
    """Kept for ever with its reason: what was never told must be visible."""
    db.execute(
        "UPDATE outbox SET gave_up_at = ?, attempts = attempts + 1, why = ? WHERE id = ?",
        (to_us(at), why, letter),
    )
