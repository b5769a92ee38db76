"""Changes that come again, or again and again. What writes runs inside the writer's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.fingerprints import Change, Ours, Stands, add, found


def quietly(db: Database, since_at: datetime, key: tuple[str, str] | None = None) -> list[Change]:
    """Those that nobody announced and that stayed, the oldest first; of that target and name, where
    one is given.
    """
    where = "seen_at >= ? AND state NOT IN ('announced', 'back', 'noted')"
    if key is not None:
        where += " AND target = ? AND name = ?"
    return list(found(db, f"{where} ORDER BY seen_at, id", to_us(since_at), *(key or ())))


def lately_or_open(db: Database, at: datetime) -> list[Change]:
    """Those since then, and those that nobody settled; the oldest first."""
    return list(found(db, "seen_at >= ? OR settled_at IS NULL ORDER BY seen_at, id", to_us(at)))


def by_habit(db: Database, id_: int) -> None:
    """It is not told by itself; it may still be announced, or go back."""
    db.execute("UPDATE change SET state = ? WHERE id = ?", (Stands.HABIT.value, id_))


def stands_again(db: Database, key: tuple[str, str], again: Change, since_at: datetime) -> None:
    """The newest change went back to what it was, and that is gone in turn: it came once more, at
    the times of *again*, which needs not know what it became.
    """
    where = (
        "id = (SELECT max(id) FROM change WHERE target = ? AND name = ?)"
        " AND state = ? AND was = ? AND seen_at >= ?"
    )
    for last in list(found(db, where, *key, Stands.BACK.value, again.was, to_us(since_at))):
        add(db, replace(again, became=last.became))


def returned(db: Database, change: Change, probe: str, since_at: datetime) -> int:
    """How often it came before since then, was told in an incident of that *probe*, and went."""
    row = db.execute(
        "SELECT count(*) FROM change WHERE target = ? AND name = ? AND became = ? AND seen_at >= ?"
        " AND id < ? AND state = ? AND incident IN (SELECT incident.id FROM incident"
        " JOIN probe ON probe.key = incident.probe WHERE probe.id = ?)",
        (
            change.target,
            change.name,
            change.became,
            to_us(since_at),
            change.id,
            Stands.BACK.value,
            probe,
        ),
    ).fetchone()
    return int(row[0])


def deployed(db: Database, ours: Ours, since_at: datetime, until: datetime) -> bool:
    """Whether any of these deploys was recorded between the two, however many there were."""
    names = db.execute(
        "SELECT DISTINCT service FROM deploy WHERE at >= ? AND at <= ? AND environment IN ('', ?)",
        (to_us(since_at), to_us(until), ours.environment),
    )
    return any(ours.has(str(name)) for (name,) in names.fetchall())
