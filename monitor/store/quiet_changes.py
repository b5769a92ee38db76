"""Changes that come again, or again and again. What writes runs inside the writer's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.fingerprints import Change, Stands, found


def quietly(db: Database, since_at: datetime, key: tuple[str, str] | None = None) -> list[Change]:
    """Those that nobody announced and that stayed, the oldest first; of that target and name, where
    one is given.
    """
    where = "seen_at >= ? AND state NOT IN ('announced', 'back', 'noted')"
    if key is not None:
        where += " AND target = ? AND name = ?"
    return list(found(db, f"{where} ORDER BY seen_at, id", to_us(since_at), *(key or ())))


def by_habit(db: Database, id_: int) -> None:
    """It is not told by itself; it may still be announced, or go back."""
    db.execute("UPDATE change SET state = ? WHERE id = ?", (Stands.HABIT.value, id_))


def stands_again(db: Database, key: tuple[str, str], was: str, since_at: datetime) -> None:
    """The newest change went back to what it *was*, and that is gone in turn: it is not over."""
    db.execute(
        "UPDATE change SET state = ?, settled_at = NULL, incident = NULL WHERE id ="
        " (SELECT max(id) FROM change WHERE target = ? AND name = ?)"
        " AND state = ? AND was = ? AND seen_at >= ?",
        (Stands.OPEN.value, *key, Stands.BACK.value, was, to_us(since_at)),
    )
