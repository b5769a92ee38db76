"""What subscribers still have to be told, and what pages told already.

A letter is a row until it is delivered, and no longer. Functions that write run inside the writer's
transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.store.subscribers import COLUMNS, Kind, Subscriber, subscriber, wiped


@dataclass(frozen=True, slots=True)
class Due:
    """A letter whose time has come. Without news it asks for confirmation, or says that there is
    nothing to confirm.
    """

    id: int
    to: Subscriber
    attempts: int
    created_at: datetime
    key: str
    news_at: datetime
    body: str


def heard(db: Database, page: str) -> str | None:
    """What the page told already, as it was written; None before it told anything."""
    row = db.execute("SELECT heard FROM subscriber_heard WHERE page = ?", (page,)).fetchone()
    return None if row is None else str(row[0])


@dataclass(frozen=True, slots=True)
class Batch:
    """One piece of news, and whom it concerns. *key* is unique for ever."""

    key: str
    body: str
    to: Sequence[str]
    but_not: Sequence[str]


def tell(db: Database, page: str, batches: Iterable[Batch], heard: str, *, at: datetime) -> int:
    """Writes down a letter for everybody concerned, and that the page told it; how many."""
    db.execute(
        "INSERT INTO subscriber_heard VALUES (?, ?)"
        " ON CONFLICT (page) DO UPDATE SET heard = excluded.heard",
        (page, heard),
    )
    return sum(_tell(db, page, batch, at) for batch in batches)


def _tell(db: Database, page: str, batch: Batch, at: datetime) -> int:
    db.execute(
        "INSERT INTO subscriber_news (key, at, body) VALUES (?, ?, ?)",
        (batch.key, to_us(at), batch.body),
    )
    number = db.execute("SELECT last_insert_rowid()").fetchone()[0]
    done = db.execute(
        "INSERT INTO subscriber_letter (subscriber, kind, news, created_at, due_at)"
        " SELECT id, kind, :news, :at, :at FROM subscriber AS s"
        " WHERE page = :page AND confirmed_at IS NOT NULL AND CASE"
        "  WHEN components = '[]' THEN :but_not = '[]'"
        "  ELSE EXISTS (SELECT 1 FROM json_each(s.components) AS mine"
        "    JOIN json_each(:to) AS its ON its.value = mine.value)"
        "   AND NOT EXISTS (SELECT 1 FROM json_each(s.components) AS mine"
        "    JOIN json_each(:but_not) AS its ON its.value = mine.value) END",
        {
            "news": number,
            "at": to_us(at),
            "page": page,
            "to": json.dumps(list(batch.to)),
            "but_not": json.dumps(list(batch.but_not)),
        },
    )
    return int(done.rowcount)


def waiting_news(db: Database, page: str) -> dict[int, str]:
    """What *page* told that somebody has not got yet, by number, as it was written down."""
    rows = db.execute(
        "SELECT id, body FROM subscriber_news AS n WHERE json_extract(body, '$.page.id') = ?"
        " AND EXISTS (SELECT 1 FROM subscriber_letter WHERE news = n.id)",
        (page,),
    )
    return {number: str(body) for number, body in rows.fetchall()}


@wiped
def amend(db: Database, news: Mapping[int, str]) -> None:
    """Other words for news by its number; none: with its letters it is gone."""
    for number, body in news.items():
        if body:
            db.execute("UPDATE subscriber_news SET body = ? WHERE id = ?", (body, number))
            continue
        db.execute("DELETE FROM subscriber_letter WHERE news = ?", (number,))
        db.execute("DELETE FROM subscriber_news WHERE id = ?", (number,))


def due(
    db: Database, kind: Kind, *, at: datetime, most: int, without: Collection[int] = ()
) -> list[Due]:
    """Letters whose time has come and none before them for the same subscriber; those that ask
    first. *without* are subscribers who are being told something right now.
    """
    given = {"kind": kind, "at": to_us(at), "most": most, "without": json.dumps(list(without))}
    asking = db.execute(_DUE.format(what="l.news IS NULL"), given).fetchall()
    telling = db.execute(_DUE.format(what="l.news IS NOT NULL"), given).fetchall()
    return [_due(row) for row in [*asking, *telling][:most]]


_DUE: Final = (
    f"SELECT {COLUMNS}, l.id, l.attempts, l.created_at, n.key, n.at, n.body"  # noqa: S608 - constants
    " FROM subscriber_letter AS l JOIN subscriber AS s ON s.id = l.subscriber"
    " LEFT JOIN subscriber_news AS n ON n.id = l.news"
    " WHERE l.kind = :kind AND l.due_at <= :at AND {what}"
    " AND l.subscriber NOT IN (SELECT value FROM json_each(:without))"
    " AND NOT EXISTS (SELECT 1 FROM subscriber_letter AS first"
    "  WHERE first.subscriber = l.subscriber AND first.id < l.id)"
    " ORDER BY l.due_at, l.id LIMIT :most"
)


def next_due_at(db: Database, kind: Kind) -> datetime | None:
    row = db.execute("SELECT min(due_at) FROM subscriber_letter WHERE kind = ?", (kind,)).fetchone()
    return None if row[0] is None else from_us(row[0])


def last_due_at(db: Database, kind: Kind) -> datetime | None:
    row = db.execute("SELECT max(due_at) FROM subscriber_letter WHERE kind = ?", (kind,)).fetchone()
    return None if row[0] is None else from_us(row[0])


def pull(db: Database, kind: Kind, *, ahead: datetime, at: datetime) -> None:
    """What is due after *ahead* is due, and was written down, at *at*."""
    db.execute(
        "UPDATE subscriber_letter SET due_at = :at, created_at = min(created_at, :at)"
        " WHERE kind = :kind AND due_at > :ahead",
        {"kind": kind, "at": to_us(at), "ahead": to_us(ahead)},
    )


def shift(db: Database, kind: Kind, *, before: datetime, by: timedelta) -> None:
    """What was written down until *before* was so, and is due, that much later."""
    db.execute(
        "UPDATE subscriber_letter SET due_at = due_at + :by, created_at = created_at + :by"
        " WHERE kind = :kind AND created_at <= :before",
        {"kind": kind, "before": to_us(before), "by": by // timedelta(microseconds=1)},
    )


def tried(db: Database, kind: Kind, *, at: datetime) -> None:
    """Whatever is due by now had its chance."""
    db.execute(
        "UPDATE subscriber_letter SET attempts = 1 WHERE kind = ? AND due_at <= ? AND attempts = 0",
        (kind, to_us(at)),
    )


@wiped
def delivered(db: Database, letter: int) -> None:
    """Also clears what was counted against the subscriber."""
    db.execute(
        "UPDATE subscriber SET failures = 0, failing_since = NULL"
        " WHERE id = (SELECT subscriber FROM subscriber_letter WHERE id = ?) AND failures > 0",
        (letter,),
    )
    db.execute("DELETE FROM subscriber_letter WHERE id = ?", (letter,))


def again(db: Database, letter: int, *, at: datetime, due_at: datetime) -> None:
    db.execute(
        "UPDATE subscriber_letter SET attempts = attempts + 1, due_at = ?,"
        " created_at = min(created_at, ?) WHERE id = ?",
        (to_us(due_at), to_us(at), letter),
    )


def drop(db: Database, letter: int) -> None:
    """It is not told any more."""
    db.execute("DELETE FROM subscriber_letter WHERE id = ?", (letter,))


@wiped
def count_failure(db: Database, subscriber: int, *, at: datetime) -> None:
    db.execute(
        "UPDATE subscriber SET failures = failures + 1,"
        " failing_since = coalesce(failing_since, ?) WHERE id = ?",
        (to_us(at), subscriber),
    )


def waiting(db: Database) -> int:
    """Letters that are still to be delivered."""
    return int(db.execute("SELECT count(*) FROM subscriber_letter").fetchone()[0])


def _due(row: Sequence[Any]) -> Due:
    letter, attempts, created, key, at, body = row[11:]
    created_at = from_us(created)
    return Due(
        id=letter,
        to=subscriber(row[:11]),
        attempts=attempts,
        created_at=created_at,
        key=key or f"asking-{letter}",
        news_at=created_at if at is None else from_us(at),
        body=body or "",
    )
