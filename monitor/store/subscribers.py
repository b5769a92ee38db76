"""Who wants to hear of incidents. A subscriber who leaves leaves no row.

Functions that write run inside the writer's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sqlite_utils import Database

from monitor.clock import from_us, to_us

P = ParamSpec("P")
T = TypeVar("T")

UNCONFIRMED: Final = timedelta(hours=24)
"""After that an address that nobody confirmed is deleted."""
MOST: Final = 100_000
PENDING_MOST: Final = 16_000
"""More than are taken in a day, while they wait to be confirmed."""
ASKED_EVERY: Final = timedelta(hours=24)
"""No address gets more letters that nobody may have wanted."""

TABLES: Final = """
CREATE TABLE subscriber (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    handle TEXT NOT NULL UNIQUE,
    page TEXT NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    components TEXT NOT NULL DEFAULT '[]',
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER
);
CREATE UNIQUE INDEX subscriber_once
    ON subscriber (page, kind, iif(kind = 'email', lower(address), address));
CREATE INDEX subscriber_unconfirmed ON subscriber (created_at) WHERE confirmed_at IS NULL;
CREATE TABLE subscriber_heard (page TEXT PRIMARY KEY, heard TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE subscriber_news (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE subscriber_letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber INTEGER NOT NULL REFERENCES subscriber (id),
    kind TEXT NOT NULL,
    news INTEGER REFERENCES subscriber_news (id),
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX subscriber_letter_due ON subscriber_letter (kind, due_at);
CREATE INDEX subscriber_letter_asking ON subscriber_letter (kind, due_at) WHERE news IS NULL;
CREATE INDEX subscriber_letter_of ON subscriber_letter (subscriber);
CREATE INDEX subscriber_letter_news ON subscriber_letter (news);
"""


@unique
class Kind(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"


class NoRoom(Exception):
    """More would not be kept."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who asked to be told."""

    id: int
    handle: str
    """Random; what links are made of."""
    page: str
    kind: Kind
    address: str
    language: str
    components: tuple[str, ...]
    """Empty: everything."""
    created_at: datetime
    """When they asked; when a letter said so for the last time."""
    confirmed_at: datetime | None
    failures: int
    failing_since: datetime | None


COLUMNS: Final = (
    "s.id, s.handle, s.page, s.kind, s.address, s.language, s.components, s.created_at,"
    " s.confirmed_at, s.failures, s.failing_since"
)
_SAME: Final = (
    "page = :page AND kind = :kind AND iif(kind = 'email', lower(address), address)"
    " = iif(:kind = 'email', lower(:address), :address)"
)


def wiped(work: Callable[Concatenate[Database, P], T]) -> Callable[Concatenate[Database, P], T]:
    """What a row took in the file before it was changed or deleted is overwritten."""

    @wraps(work)
    def wiping(db: Database, /, *args: P.args, **kwargs: P.kwargs) -> T:
        db.execute("PRAGMA secure_delete = ON").fetchall()
        try:
            return work(db, *args, **kwargs)
        finally:
            db.execute("PRAGMA secure_delete = OFF").fetchall()

    return wiping


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wrote into the form."""

    page: str
    kind: Kind
    address: str
    language: str
    components: tuple[str, ...] = ()
    """Empty: everything."""


@wiped
def ask(db: Database, wish: Wish, *, handle: str, at: datetime) -> None:
    """Somebody asks to be told: a letter goes to the address that asks back, once a day. *handle*
    is used when it is new. Raises NoRoom.
    """
    said = {
        "page": wish.page,
        "kind": wish.kind,
        "address": wish.address,
        "language": wish.language,
        "components": json.dumps(list(wish.components)),
        "handle": handle,
        "at": to_us(at),
    }
    known = db.execute(
        f"SELECT id, confirmed_at, created_at FROM subscriber WHERE {_SAME}",  # noqa: S608 - constants
        said,
    ).fetchone()
    if known is None:
        _make_room(db)
        db.execute(
            "INSERT INTO subscriber (handle, page, kind, address, language, components, created_at)"
            " VALUES (:handle, :page, :kind, :address, :language, :components, :at)",
            said,
        )
        known = (db.execute("SELECT last_insert_rowid()").fetchone()[0], None, None)
    elif known[1] is None:
        db.execute(
            "UPDATE subscriber SET language = :language, components = :components WHERE id = :id",
            said | {"id": known[0]},
        )
    if wish.kind is Kind.EMAIL and _had_a_letter(known[1], known[2], at):
        return
    db.execute("UPDATE subscriber SET created_at = ? WHERE id = ?", (to_us(at), known[0]))
    db.execute(
        "INSERT INTO subscriber_letter (subscriber, kind, created_at, due_at)"
        " SELECT :id, :kind, :at, :at WHERE NOT EXISTS"
        " (SELECT 1 FROM subscriber_letter WHERE subscriber = :id AND news IS NULL)",
        said | {"id": known[0]},
    )


def _had_a_letter(confirmed: int | None, asked: int | None, at: datetime) -> bool:
    """Whether one just asked back, or said that they are subscribed already."""
    if asked is None or (confirmed is not None and asked <= confirmed):
        return False
    return to_us(at - ASKED_EVERY) < asked <= to_us(at)


def _make_room(db: Database) -> None:
    """Whoever has waited longest to be confirmed makes way. Raises NoRoom."""
    known, pending = db.execute(
        "SELECT (SELECT count(*) FROM subscriber),"
        " (SELECT count(*) FROM subscriber WHERE confirmed_at IS NULL)"
    ).fetchone()
    if known >= MOST:
        raise NoRoom
    if pending >= PENDING_MOST:
        oldest = "SELECT id FROM subscriber WHERE confirmed_at IS NULL ORDER BY created_at LIMIT 1"
        _forget(db, [db.execute(oldest).fetchone()[0]])


def find(db: Database, handle: str) -> Subscriber | None:
    row = db.execute(
        f"SELECT {COLUMNS} FROM subscriber AS s WHERE handle = ?",  # noqa: S608 - constants
        (handle,),
    ).fetchone()
    return None if row is None else subscriber(row)


@wiped
def confirm(db: Database, handle: str, *, at: datetime) -> bool:
    """Whether there was anybody to confirm; a second time changes nothing."""
    done = db.execute(
        "UPDATE subscriber SET confirmed_at = coalesce(confirmed_at, ?) WHERE handle = ?",
        (to_us(at), handle),
    )
    return bool(done.rowcount)


@wiped
def choose(db: Database, handle: str, *, components: Sequence[str], language: str) -> bool:
    done = db.execute(
        "UPDATE subscriber SET components = ?, language = ? WHERE handle = ?",
        (json.dumps(list(components)), language, handle),
    )
    return bool(done.rowcount)


@wiped
def forget(db: Database, handle: str) -> bool:
    """Whether there was anybody; with all letters to them."""
    found = [row[0] for row in db.execute("SELECT id FROM subscriber WHERE handle = ?", (handle,))]
    return _forget(db, found) > 0


@wiped
def forget_wish(db: Database, handle: str) -> bool:
    """As `forget`, if nobody confirmed it."""
    wish = "SELECT id FROM subscriber WHERE handle = ? AND confirmed_at IS NULL"
    return _forget(db, [row[0] for row in db.execute(wish, (handle,)).fetchall()]) > 0


@wiped
def forget_address(db: Database, address: str) -> int:
    """From every page; how many subscriptions there were."""
    rows = db.execute("SELECT id FROM subscriber WHERE lower(address) = lower(?)", (address,))
    return _forget(db, [row[0] for row in rows.fetchall()])


@wiped
def tidy(db: Database, *, at: datetime) -> int:
    """Deletes who did not confirm in time, and news that nobody waits for; how many subscribers."""
    late = db.execute(
        "SELECT id FROM subscriber WHERE confirmed_at IS NULL AND created_at < ?",
        (to_us(at - UNCONFIRMED),),
    )
    gone = _forget(db, [row[0] for row in late.fetchall()])
    db.execute(
        "DELETE FROM subscriber_news WHERE NOT EXISTS"
        " (SELECT 1 FROM subscriber_letter WHERE news = subscriber_news.id)"
    )
    return gone


def _forget(db: Database, ids: Iterable[int]) -> int:
    count = 0
    for each in ids:
        db.execute("DELETE FROM subscriber_letter WHERE subscriber = ?", (each,))
        count += db.execute("DELETE FROM subscriber WHERE id = ?", (each,)).rowcount
    return count


def everybody(db: Database) -> list[Subscriber]:
    """The oldest first."""
    rows = db.execute(f"SELECT {COLUMNS} FROM subscriber AS s ORDER BY id")  # noqa: S608 - constants
    return [subscriber(row) for row in rows.fetchall()]


def subscriber(row: Sequence[Any]) -> Subscriber:
    id_, handle, page, kind, address, language, components, created, confirmed, failures, since = (
        row
    )
    return Subscriber(
        id=id_,
        handle=handle,
        page=page,
        kind=Kind(kind),
        address=address,
        language=language,
        components=tuple(json.loads(components)),
        created_at=from_us(created),
        confirmed_at=None if confirmed is None else from_us(confirmed),
        failures=failures,
        failing_since=None if since is None else from_us(since),
    )
