"""What still has to be told: reading it for the dispatcher and noting what came of it.

Within one incident and channel the newest word counts. A resolve makes everything before it
needless, sent or not, so that nothing opens again at the far end what it has closed; of the news
in between only the newest is told. An opening is passed over by nothing but its resolve.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from monitor.backoff import ASKED_CAP
from monitor.clock import from_us, to_us
from monitor.notices import EventKind
from monitor.store import falling_back
from monitor.why import Why

FURTHEST: Final = ASKED_CAP + timedelta(minutes=1)
"""No letter of ours waits longer; one that says so was stamped by a clock that was wrong."""

AHEAD: Final = timedelta(seconds=10)
"""Less than that may lie between whoever asks and the answer, in which a letter is written."""

_WAITING: Final = "delivered_at IS NULL AND gave_up_at IS NULL"
_RESOLVED: Final = f"'{EventKind.RESOLVED}'"
_NEWS: Final = "({})".format(
    ", ".join(
        f"'{kind}'"
        for kind in (
            EventKind.WORSENED,
            EventKind.FLAPPING,
            EventKind.REMINDED,
            EventKind.ESCALATED,
            EventKind.ACKNOWLEDGED,
            EventKind.ACTED,
        )
    )
)
_TRIED: Final = (
    "attempts = attempts + 1, first_tried_at = min(coalesce(first_tried_at, :at), :at), why = :why"
)
_OTHER_WAITS: Final = "other.delivered_at IS NULL AND other.gave_up_at IS NULL"
# Our own trouble is told even when it is over: nobody else would ever say that we were blind.
_OWN: Final = (
    "EXISTS (SELECT 1 FROM incident JOIN probe ON probe.key = incident.probe"
    " WHERE incident.id = mine.incident AND probe.kind = 'trueup'"
    " AND probe.id NOT IN ('trueup/summary', 'trueup/drill'))"
)
# `mine` is a letter, `event` what it is about. Whether its turn has come, apart from the time.
_IN_TURN: Final = f"""
    mine.channel = :channel AND mine.delivered_at IS NULL AND mine.gave_up_at IS NULL
    AND mine.id NOT IN (SELECT value FROM json_each(:set_aside))
    AND NOT EXISTS (
        SELECT 1 FROM outbox AS other JOIN event AS its ON its.id = other.event
        WHERE other.incident = mine.incident AND other.channel = mine.channel AND CASE
            WHEN other.event > mine.event THEN
                (its.kind = {_RESOLVED} AND NOT ({_OWN} AND {_OTHER_WAITS}))
                OR ({_OTHER_WAITS} AND event.kind IN {_NEWS} AND its.kind IN {_NEWS})
            WHEN other.event < mine.event THEN {_OTHER_WAITS}
                AND (event.kind <> {_RESOLVED} OR {_OWN})
                AND NOT (event.kind IN {_NEWS} AND its.kind IN {_NEWS})
        END)
"""  # noqa: S608 - constants


def _first(when: str, due: str) -> str:
    """The first letter in turn of those *when*. CROSS JOIN keeps SQLite to the index on time."""
    return (
        f"SELECT * FROM (SELECT mine.id, {due} AS due_at FROM outbox AS mine"  # noqa: S608 - constants
        f" CROSS JOIN event ON event.id = mine.event WHERE {_IN_TURN} AND {when}"
        " ORDER BY mine.next_at, mine.id LIMIT 1)"
    )


# A letter never tried waits when it was held for something. Stamped later than now, it was held by
# a clock that was ahead; that must not make it wait longer.
_NEW: Final = (
    "mine.attempts = 0 AND mine.next_at > :at"
    " AND (:hurry OR mine.next_at <= mine.created_at OR mine.created_at > :ahead)"
)
# A question of its own for each, so that an index answers it however many letters wait.
_NEXT: Final = " UNION ALL ".join(
    (
        _first("mine.next_at <= :at", "mine.next_at"),
        _first(_NEW, ":at"),
        _first("mine.next_at > :furthest", ":at"),
        _first("mine.next_at > :at", "mine.next_at"),
    )
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
    probe: str
    untold: bool
    """A resolve for a channel that confirmed nothing of the incident before."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What else was written down with what became of a letter: how many older ones it made
    needless, and how many letters the fallback got.
    """

    needless: int = 0
    fell_back: int = 0


def next_letter(
    db: Database,
    channel: str,
    *,
    at: datetime,
    set_aside: Collection[int] = (),
    confirmed: Collection[int] = (),
    hurry: bool = False,
) -> Letter | None:
    """The one that is due first and not *set_aside*, or None. *confirmed* are letters that the
    channel took, whatever the store knows of it yet.

    A letter never tried is due, unless it is held for something; so is one that would wait longer
    than any wait of ours: the clock that said otherwise has been put right since. In a *hurry*
    nothing is held.
    """
    row = db.execute(
        "SELECT found.id, body, attempts, first_tried_at, due_at, probe.id,"  # noqa: S608 - constants
        f" event.kind = {_RESOLVED} AND NOT EXISTS (SELECT 1 FROM outbox AS earlier"
        "  WHERE earlier.incident = letter.incident AND earlier.channel = letter.channel"
        "  AND earlier.event < letter.event AND (earlier.delivered_at IS NOT NULL"
        "  OR earlier.id IN (SELECT value FROM json_each(:confirmed))))"
        f" FROM (SELECT id, due_at FROM ({_NEXT}) ORDER BY due_at, id LIMIT 1) AS found"
        " JOIN outbox AS letter ON letter.id = found.id JOIN event ON event.id = letter.event"
        " JOIN incident ON incident.id = letter.incident JOIN probe ON probe.key = incident.probe",
        {
            "channel": channel,
            "at": to_us(at),
            "furthest": to_us(at + FURTHEST),
            "ahead": to_us(at + AHEAD),
            "hurry": hurry,
            "set_aside": json.dumps(list(set_aside)),
            "confirmed": json.dumps(list(confirmed)),
        },
    ).fetchone()
    if row is None:
        return None
    number, body, attempts, first_tried, due, probe, untold = row
    first_tried_at = None if first_tried is None else from_us(first_tried)
    return Letter(number, body, attempts, first_tried_at, from_us(due), probe, bool(untold))


def channels_waiting(db: Database) -> list[str]:
    """Channels that still have something undelivered, configured or not."""
    rows = db.execute(f"SELECT DISTINCT channel FROM outbox WHERE {_WAITING}")  # noqa: S608 - a constant
    return [str(row[0]) for row in rows.fetchall()]


def mark_delivered(db: Database, letter: int, *, at: datetime, fallback: str = "") -> Noted:
    """*fallback* hears a resolve too when it got something of the incident."""
    return _mark(db, letter, "delivered_at = :at", {"why": ""}, at=at, fallback=fallback)


def mark_retry(
    db: Database, letter: int, *, at: datetime, next_at: datetime, why: str, fallback: str = ""
) -> Noted:
    """*at* is when it was tried. The first such instant is kept, or the earliest when a clock
    that was ahead has been put right.
    """
    said = {"next_at": to_us(next_at), "why": why}
    return _mark(db, letter, "next_at = :next_at", said, at=at, fallback=fallback)


def mark_given_up(
    db: Database, letter: int, *, at: datetime, why: str, fallback: str = ""
) -> Noted:
    """Kept for ever with its reason: what was never told must be visible. *fallback* gets it."""
    noted = _mark(db, letter, "gave_up_at = :at", {"why": why}, at=at, fallback=fallback)
    handed = falling_back.hand_over(db, letter, to=fallback, at=at)
    return Noted(noted.needless, noted.fell_back + handed)


def _mark(
    db: Database,
    letter: int,
    what: str,
    said: dict[str, Any],
    *,
    at: datetime,
    fallback: str,
) -> Noted:
    db.execute(
        f"UPDATE outbox SET {what}, {_TRIED} WHERE id = :letter",  # noqa: S608 - constants
        {"at": to_us(at), "letter": letter, **said},
    )
    needless = _make_needless(db, letter, at)
    return Noted(needless, falling_back.follow(db, letter, to=fallback, at=at))


def _make_needless(db: Database, letter: int, at: datetime) -> int:
    """Gives up what waited behind newer news of the same incident, and says why."""
    done = db.execute(
        "UPDATE outbox AS mine SET gave_up_at = :at, why ="  # noqa: S608 - constants
        f" iif(new.kind = {_RESOLVED}, '{Why.OVER_BEFORE_TOLD}', '{Why.NEWER_NEWS}')"
        " FROM (SELECT outbox.incident, channel, event, kind FROM outbox"
        "  JOIN event ON event.id = outbox.event WHERE outbox.id = :letter) AS new"
        " WHERE mine.incident = new.incident AND mine.channel = new.channel"
        "  AND mine.event < new.event AND mine.delivered_at IS NULL AND mine.gave_up_at IS NULL"
        f"  AND (new.kind = {_RESOLVED} OR (new.kind IN {_NEWS}"
        f"   AND (SELECT kind FROM event WHERE id = mine.event) IN {_NEWS}))",
        {"at": to_us(at), "letter": letter},
    )
    return int(done.rowcount)
