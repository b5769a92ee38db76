"""Letters that a channel does not take, and the channel that gets them instead.

A letter falls back once. What comes after it of the same incident goes the same way, so that
whoever heard of an opening hears the end; the channel that did not take it may be tried on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.notices import EventKind
from monitor.why import Why

AT_ONCE: Final = 500
_UNTAKEN: Final = (
    "channel = :channel AND delivered_at IS NULL AND gave_up_at IS NULL AND fell_back_at IS NULL"
    " AND (:tried_before IS NULL OR first_tried_at <= :tried_before)"
)


def hand_over(db: Database, letter: int, *, to: str, at: datetime) -> int:
    """Gives *letter*, and what came after it, to the channel *to*, unless that has heard of it or
    of something newer; how many letters it got. Inside the writer's transaction.
    """
    if not to:
        return 0
    rows = db.execute(
        "SELECT later.id FROM outbox AS later JOIN outbox AS this ON this.id = ?"
        " WHERE later.incident = this.incident AND later.channel = this.channel"
        " AND later.event >= this.event AND later.fell_back_at IS NULL ORDER BY later.event",
        (letter,),
    )
    return sum(_copy(db, int(row[0]), to, to_us(at)) for row in rows.fetchall())


def follow(db: Database, letter: int, *, to: str, at: datetime) -> int:
    """As `hand_over`, for a resolve of something that fell back before; else nothing."""
    row = db.execute(
        "SELECT 1 FROM outbox AS this JOIN event ON event.id = this.event JOIN outbox AS earlier"
        " ON earlier.incident = this.incident AND earlier.channel = this.channel"
        " WHERE this.id = ? AND kind = ? AND earlier.fell_back_at IS NOT NULL LIMIT 1",
        (letter, EventKind.RESOLVED.value),
    ).fetchone()
    return hand_over(db, letter, to=to, at=at) if row else 0


def any_untaken(db: Database, channel: str, *, tried_before: datetime | None) -> bool:
    """Whether `hand_over_untaken` has something to do."""
    found = db.execute(
        f"SELECT 1 FROM outbox WHERE {_UNTAKEN} LIMIT 1",  # noqa: S608 - a constant
        _asked(channel, tried_before),
    )
    return found.fetchone() is not None


def hand_over_untaken(
    db: Database, channel: str, *, to: str, at: datetime, tried_before: datetime | None
) -> int:
    """Gives *to* what waits for *channel* and was first tried before then, or everything that
    waits; not more than AT_ONCE letters. How many it got.
    """
    rows = db.execute(
        f"SELECT id FROM outbox WHERE {_UNTAKEN} ORDER BY event LIMIT {AT_ONCE}",  # noqa: S608 - constants
        _asked(channel, tried_before),
    )
    return sum(hand_over(db, int(row[0]), to=to, at=at) for row in rows.fetchall())


def _asked(channel: str, tried_before: datetime | None) -> dict[str, str | int | None]:
    return {
        "channel": channel,
        "tried_before": None if tried_before is None else to_us(tried_before),
    }


def _copy(db: Database, letter: int, to: str, at_us: int) -> int:
    asked = {"letter": letter, "to": to, "at": at_us}
    done = db.execute(
        "INSERT INTO outbox (incident, event, channel, body, created_at, next_at, why)"  # noqa: S608 - a constant
        f" SELECT incident, event, :to, body, :at, :at, '{Why.FELL_BACK}' FROM outbox AS this"
        " WHERE id = :letter AND body <> '' AND NOT EXISTS (SELECT 1 FROM outbox AS known WHERE"
        "  known.incident = this.incident AND known.channel = :to AND known.event >= this.event)",
        asked,
    )
    db.execute("UPDATE outbox SET fell_back_at = :at WHERE id = :letter", asked)
    return int(done.rowcount)
