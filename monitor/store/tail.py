"""What must outlive the database: open incidents, what is still to be told, and who is watched.

A small file beside the database, written whole after every commit that touched any of it, or
within a second of it when there are many. When the database is lost, and a backup or an empty one
takes its place, this is carried over, so that every open pager gets its all-clear under the key it
knows, no number is given twice, and nothing that was confirmed is told again.
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import Clock, to_us
from monitor.log import get_logger
from monitor.store.files import settle
from monitor.store.trouble import is_damaged

NAME: Final = "open.json"
CARRIED: Final = "open.carried.json"
"""Its copy while a database that was lost is being replaced; merged into the next one opened."""
VERSION: Final = 1
AT_MOST_EVERY: Final = timedelta(seconds=1)
SHARE: Final = 20  # times as long as writing took, up to that, it is left alone
RECENT: Final = timedelta(days=2)
"""A backup is a day old at most, so incidents that ended within two are known to it or to us."""
TOLD_BEFORE: Final = "told before the database was replaced"

_WATCHED: Final = (
    "incident", "event", "outbox", "public_incident", "public_update", "silence", "maintenance"
)  # fmt: skip
_RENAMED: Final = "UPDATE OF id, name, kind, tombstoned_at"
"""Not that a probe ran for the first time, which thousands do in the same minute."""
_SPOKEN: Final = "public_update WHERE max(at, coalesce(edited_at, 0)) >= ?1"
"""A postmortem comes long after the end."""
_INCIDENTS: Final = (
    "resolved_at IS NULL OR resolved_at >= ?1 OR id = (SELECT max(id) FROM incident)"  # noqa: S608 - constants
    " OR id IN (SELECT incident FROM outbox WHERE delivered_at IS NULL AND gave_up_at IS NULL)"
    " OR id IN (SELECT incident FROM public_incident WHERE changed_at >= ?1)"
    f" OR id IN (SELECT incident FROM {_SPOKEN})"
)
_ENTRIES: Final = (
    "(incident IS NULL AND (ended_at IS NULL OR changed_at >= ?1"  # noqa: S608 - constants
    f" OR id IN (SELECT entry FROM {_SPOKEN})))"
)
_OF_INCIDENTS: Final = f"incident IN (SELECT id FROM incident WHERE {_INCIDENTS})"  # noqa: S608 - constants
_STILL_HOLD: Final = "ends_at >= ?"
_PARTS: Final[Mapping[str, str]] = {
    "probe": "? = ?",
    "incident": _INCIDENTS,
    "event": _OF_INCIDENTS,
    "outbox": _OF_INCIDENTS,
    "public_incident": f"{_OF_INCIDENTS} OR {_ENTRIES}",
    "public_update": f"{_OF_INCIDENTS} OR entry IN (SELECT id FROM public_incident"  # noqa: S608 - constants
    f" WHERE {_ENTRIES})",
    "health": "incident IS NOT NULL AND ? IS NOT NULL",
    "silence": _STILL_HOLD,
    "maintenance": _STILL_HOLD,
}
_ADDED: Final = ("public_incident",)
"""Tables that files of earlier versions do not have."""

log = get_logger()


class Tail:
    """Keeps the file in step with one connection, whose thread calls it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / NAME
        self._clock = clock
        self._touched = False
        self._packed = b""
        self._next = 0.0

    def watch(self, db: Database) -> None:
        """Hears of every change from now on, whoever makes it."""
        db.conn.create_function("trueup_touched", 0, self._touch)
        for table in (*_WATCHED, "probe"):
            for change in ("INSERT", _RENAMED if table == "probe" else "UPDATE", "DELETE"):
                db.execute(
                    f"CREATE TEMP TRIGGER IF NOT EXISTS tail_{table}_{change.partition(' ')[0]}"
                    f" AFTER {change} ON main.{table} BEGIN SELECT trueup_touched(); END"
                )

    def due(self) -> float | None:
        """Seconds until it is to be written; None when nothing changed."""
        if not self._touched:
            return None
        return max(0.0, self._next - time.monotonic())

    def write(self, db: Database) -> bool:
        """Outside a transaction. A disk that cannot take it is asked again after a while. False
        when the database turned out to be damaged; raises nothing.
        """
        began = time.monotonic()
        try:
            body = json.dumps(read(db, self._clock.now()), separators=(",", ":")).encode()
            self._packed = zlib.compress(body, 1)
            self._put(body)
        except (OSError, sqlite3.Error) as trouble:
            log.warning("what is open is not on disk beside the database", why=str(trouble))
            self._next = time.monotonic() + AT_MOST_EVERY.total_seconds()
            return not is_damaged(trouble)
        took, self._touched = time.monotonic() - began, False
        self._next = began + min(SHARE * took, AT_MOST_EVERY.total_seconds())
        return True

    def leave(self) -> None:
        """Leaves it for the next database, if the file went away or never got there."""
        if self._packed and not is_left(self._path.parent):
            self._put(zlib.decompress(self._packed))

    def _put(self, body: bytes) -> None:
        new = self._path.with_name(NAME + ".new")
        new.write_bytes(body)
        settle(new, self._path)

    def _touch(self) -> None:
        self._touched = True


def carry(folder: Path) -> None:
    """Puts the file where `merge` finds it, once the database is known to be lost. One that waits
    there already is older but whole: it stays until it was merged. Raises OSError.
    """
    with suppress(FileNotFoundError):
        if not (folder / CARRIED).exists():
            (folder / NAME).replace(folder / CARRIED)


def is_carried(folder: Path) -> bool:
    return (folder / CARRIED).exists()


def is_left(folder: Path) -> bool:
    """There was a database here once."""
    return (folder / NAME).exists() or is_carried(folder)


def merge(db: Database, folder: Path, at: datetime) -> int:
    """Brings what was carried into the database that took the place of the lost one, in one
    transaction; gives how many incidents are open. Doing it again changes nothing, and a backup
    that is newer than the tail is left as it is.
    """
    path = folder / CARRIED
    if not path.exists():
        return 0
    try:
        parts, newest_event = understood(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as trouble:
        log.error("what was open when the database was lost cannot be read", why=str(trouble))
        path.replace(path.with_name(path.name + ".unreadable"))
        return 0
    if _newest_event(db) <= newest_event:
        with db.atomic():
            db.execute("PRAGMA defer_foreign_keys = ON")
            for table, rows in parts.items():
                put(db, table, rows)
            _settle_older(db, parts, at)
    path.unlink()
    return db["incident"].count_where("resolved_at IS NULL")


def read(db: Database, at: datetime, *, all_health: bool = False) -> dict[str, Any]:
    """What is open, as it goes into the file; with the health of every probe when asked."""
    wanted = {**_PARTS, "health": "? IS NOT NULL"} if all_health else _PARTS
    since_us = to_us(at - RECENT)
    given = {"probe": (1, 1), "silence": (to_us(at),), "maintenance": (to_us(at),)}
    parts: dict[str, Any] = {"version": VERSION, "at": to_us(at)}
    parts["newest_event"] = _newest_event(db)
    parts["meta"] = list(db.query("SELECT * FROM meta WHERE key = 'instance'"))
    with db.atomic():
        for table, which in wanted.items():
            rows = db.query(
                f"SELECT * FROM {table} WHERE {which}",  # noqa: S608 - constants
                given.get(table, (since_us,)),
            )
            parts[table] = [_lighter(table, row) for row in rows]
    return parts


def _lighter(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """Without the words that nobody needs again."""
    if table == "outbox" and row["delivered_at"] is not None:
        row["body"] = ""
    if table == "incident" and row["resolved_at"] is not None:
        row["notice"] = ""
    return row


def _newest_event(db: Database) -> int:
    return int(db.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0])


def understood(text: str) -> tuple[dict[str, list[dict[str, Any]]], int]:
    """The rows by table, and the newest event. Raises ValueError for anything that `read` did
    not write.
    """
    read = json.loads(text)
    if not isinstance(read, dict) or read.get("version") != VERSION:
        raise ValueError(f"not of version {VERSION}")
    parts = {table: read.get(table, [] if table in _ADDED else None) for table in ("meta", *_PARTS)}
    for rows in parts.values():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError("its rows are not what they should be")
    return parts, int(read.get("newest_event") or 0)  # type: ignore[return-value]  # looked at just above


def put(db: Database, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Newer than what a backup knows, so it wins. Columns that are no more are left out."""
    columns = {column.name for column in db[table].columns}
    for row in rows:
        names = [name for name in row if name in columns]
        marks = ", ".join("?" * len(names))
        db.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608 - columns that exist
            [row[name] for name in names],
        )


def _settle_older(db: Database, parts: Mapping[str, list[dict[str, Any]]], at: datetime) -> None:
    """What the backup believes to be open or untold and is not any more."""
    known = json.dumps([row["id"] for row in parts["incident"]])
    letters = json.dumps([row["id"] for row in parts["outbox"]])
    ended = {"at": to_us(at), "known": known, "letters": letters, "why": TOLD_BEFORE}
    db.execute(
        "UPDATE incident SET recovered_at = :at, resolved_at = :at WHERE resolved_at IS NULL"
        " AND id NOT IN (SELECT value FROM json_each(:known))",
        ended,
    )
    db.execute(
        "UPDATE outbox SET delivered_at = :at, why = :why WHERE delivered_at IS NULL"
        " AND gave_up_at IS NULL AND id NOT IN (SELECT value FROM json_each(:letters))",
        ended,
    )
    db.execute(
        "UPDATE health SET state = 'quiet', began_at = NULL, failures = 0, passes = 0,"
        " recovered_at = NULL, incident = NULL, health = 'unknown', since_at = NULL"
        " WHERE incident IN (SELECT id FROM incident WHERE resolved_at IS NOT NULL)"
    )
    db.execute(
        "UPDATE health SET state = 'quiet', began_at = NULL, failures = 0 WHERE state = 'pending'"
    )
    db.execute("UPDATE incident SET under = NULL WHERE under NOT IN (SELECT id FROM incident)")
