"""Writing down what people say in public. Inside the writer's transaction.

An *entry* is what people made of an incident, or one that they wrote by hand; words belong to an
incident, or to an entry by hand.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.store.public import KEY_LENGTH, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One by hand has a key and a beginning, and no incident."""

    id: int
    incident: int | None
    key: str
    title: str
    audience: str
    impact: str
    components: tuple[str, ...]
    hidden: bool
    began_at: datetime | None
    """None of what was seen, as its end."""
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whom words belong to: the number of an incident, or the id of an entry by hand."""

    incident: int | None = None
    entry: int | None = None


def by_hand(db: Database, named: str) -> Entry | None:
    """As people name it: `n3`, or its key."""
    if named.startswith("n"):
        return next(_entries(db, "incident IS NULL AND id = ?", int(named[1:])), None)
    return next(_entries(db, "incident IS NULL AND key = ?", named), None)


def newest_by_hand(db: Database, *, still: bool) -> Entry | None:
    """The one that began last; with *still*, of those that are not over. None that is hidden."""
    over = "AND ended_at IS NULL" if still else ""
    where = f"incident IS NULL AND NOT hidden {over} ORDER BY began_at DESC, id DESC LIMIT 1"
    return next(_entries(db, where), None)


def of_incident(db: Database, number: int) -> Entry | None:
    """What people made of it, if they did."""
    return next(_entries(db, "incident = ?", number), None)


def incident_of_key(db: Database, key: str) -> int | None:
    """The number of the seen incident with this public key."""
    row = db.execute(
        "SELECT id FROM incident WHERE dedup_key >= ? AND dedup_key < ? ORDER BY id DESC",
        (key, key + "g"),
    ).fetchone()
    return None if row is None else int(row[0])


def _entries(db: Database, where: str, *values: object) -> Iterator[Entry]:
    rows = db.query(
        "SELECT id, incident, key, title, audience, impact, components, hidden, began_at, ended_at"  # noqa: S608 - our own words
        f" FROM public_incident WHERE {where}",
        list(values),
    )
    for row in rows:
        yield Entry(
            **row
            | {
                "key": row["key"] or "",
                "components": tuple(json.loads(row["components"])),
                "hidden": bool(row["hidden"]),
                "began_at": _at(row["began_at"]),
                "ended_at": _at(row["ended_at"]),
            }
        )


def add_by_hand(
    db: Database, *, began_at: datetime, ended_at: datetime | None, by: str, at: datetime
) -> int:
    """The id of a new entry, whose key nobody can guess."""
    key = secrets.token_hex(KEY_LENGTH // 2)
    return _add(db, key=key, began_at=to_us(began_at), ended_at=_us(ended_at), by=by, at=at)


def make(db: Database, incident: int, *, by: str, at: datetime) -> int:
    """The id of the entry that says what people made of an incident; a new one if need be."""
    known = of_incident(db, incident)
    return known.id if known else _add(db, incident=incident, by=by, at=at)


def _add(db: Database, *, by: str, at: datetime, **values: Any) -> int:
    values |= {"by": by, "created_at": to_us(at), "changed_at": to_us(at)}
    row = db.execute(
        f"INSERT INTO public_incident ({', '.join(values)})"  # noqa: S608 - our own names
        f" VALUES ({', '.join('?' * len(values))}) RETURNING id",
        list(values.values()),
    ).fetchone()
    return int(row[0])


def change(db: Database, entry: int, changes: Mapping[str, Any], *, at: datetime) -> None:
    """Columns of an entry, as Python has them."""
    columns = {name: _plain(value) for name, value in changes.items()} | {"changed_at": to_us(at)}
    db.execute(
        f"UPDATE public_incident SET {', '.join(f'{name} = ?' for name in columns)} WHERE id = ?",  # noqa: S608 - our own names
        [*columns.values(), entry],
    )


def add_words(db: Database, whose: Whose, *, at: datetime, status: str, words: str, by: str) -> int:
    """The number of the update."""
    row = db.execute(
        "INSERT INTO public_update (incident, entry, at, status, words, by)"
        " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (whose.incident, whose.entry, to_us(at), status, words, by),
    ).fetchone()
    return int(row[0])


def words_of(db: Database, whose: Whose) -> list[Words]:
    """Oldest first, without those that were withdrawn."""
    rows = db.query(
        "SELECT id AS number, at, status, words, by, edited_at, edited_by FROM public_update"
        " WHERE incident IS ? AND entry IS ? AND NOT hidden ORDER BY at, id",
        [whose.incident, whose.entry],
    )
    return [
        Words(**row | {"at": from_us(row["at"]), "edited_at": _at(row["edited_at"])})
        for row in rows
    ]


def edit(db: Database, number: int, changes: Mapping[str, Any], *, by: str, at: datetime) -> None:
    """Columns of one update, as Python has them; it says that it was edited."""
    columns = {name: _plain(value) for name, value in changes.items()}
    columns |= {"edited_at": to_us(at), "edited_by": by}
    db.execute(
        f"UPDATE public_update SET {', '.join(f'{name} = ?' for name in columns)} WHERE id = ?",  # noqa: S608 - our own names
        [*columns.values(), number],
    )


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return to_us(value)
        case tuple():
            return json.dumps(value, ensure_ascii=False)
        case bool():
            return int(value)
        case str():
            return str(value)  # an enum's
        case _:
            return value


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
