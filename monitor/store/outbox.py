"""What still has to be told: reading it for the dispatcher and noting what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.backoff import ASKED_CAP
from monitor.clock import from_us, to_us

FURTHEST: Final = ASKED_CAP + timedelta(minutes=1)
"""No letter of ours waits longer; one that says so was stamped by a clock that was wrong."""

_WAITING: Final = "delivered_at IS NULL AND gave_up_at IS NULL"
_TRIED: Final = (
    "attempts = attempts + 1, first_tried_at = min(coalesce(first_tried_at, :at), :at), why = :why"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One event for one channel, as stored when it was decided. `first_tried_at` is None before
    the first attempt.
    """

    id: int
    body: str
    attempts: int
    first_tried_at: datetime | None
    due_at: datetime


def next_letter(
    db: Database, channel: str, *, at: datetime, set_aside: Sequence[int] = ()
) -> Letter | None:
    """The one that is due first and not *set_aside*, or None. A later event of an incident is not
    in the running before the earlier one was delivered or given up: a resolve cannot overtake its
    opening.

    A letter never tried is due, and so is one that would wait longer than any wait of ours: the
    clock that said otherwise has been put right since.
    """
    row = db.execute(
        f"SELECT id, body, attempts, first_tried_at,"  # noqa: S608 - constants
        " iif(attempts = 0 OR next_at > :furthest, min(next_at, :at), next_at) AS due_at"
        f" FROM outbox AS o WHERE channel = :channel AND {_WAITING}"
        " AND id NOT IN (SELECT value FROM json_each(:set_aside))"
        " AND NOT EXISTS (SELECT 1 FROM outbox AS e"
        "  WHERE e.incident = o.incident AND e.channel = o.channel AND e.id < o.id"
        "  AND e.delivered_at IS NULL AND e.gave_up_at IS NULL)"
        " ORDER BY due_at, id LIMIT 1",
        {
            "channel": channel,
            "at": to_us(at),
            "furthest": to_us(at + FURTHEST),
            "set_aside": json.dumps(set_aside),
        },
    ).fetchone()
    if row is None:
        return None
    number, body, attempts, first_tried, due = row
    first_tried_at = None if first_tried is None else from_us(first_tried)
    return Letter(number, body, attempts, first_tried_at, from_us(due))


def channels_waiting(db: Database) -> list[str]:
    """Channels that still have something undelivered, configured or not."""
    rows = db.execute(f"SELECT DISTINCT channel FROM outbox WHERE {_WAITING}")  # noqa: S608 - a constant
    return [str(row[0]) for row in rows.fetchall()]


def mark_delivered(db: Database, letter: int, *, at: datetime) -> None:
    db.execute(
        f"UPDATE outbox SET delivered_at = :at, {_TRIED} WHERE id = :letter",  # noqa: S608 - a constant
        {"at": to_us(at), "why": "", "letter": letter},
    )


def mark_retry(db: Database, letter: int, *, at: datetime, next_at: datetime, why: str) -> None:
    """*at* is when it was tried. The first such instant is kept, or the earliest when a clock
    that was ahead has been put right.
    """
    db.execute(
        f"UPDATE outbox SET next_at = :next_at, {_TRIED} WHERE id = :letter",  # noqa: S608 - a constant
        {"at": to_us(at), "next_at": to_us(next_at), "why": why, "letter": letter},
    )


def mark_given_up(db: Database, letter: int, *, at: datetime, why: str) -> None:
    """Kept for ever with its reason: what was never told must be visible."""
    db.execute(
        f"UPDATE outbox SET gave_up_at = :at, {_TRIED} WHERE id = :letter",  # noqa: S608 - a constant
        {"at": to_us(at), "why": why, "letter": letter},
    )
