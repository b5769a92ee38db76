"""The values of what is known of targets: the usual ones, and those that were before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us

Key = tuple[str, str]
"""The target and the name of the trait."""
_USUAL: Final = (
    "SELECT target, name, value FROM trait WHERE (target, name) > (?, ?)"
    " AND (target, name) <= (?, ?) ORDER BY target, name, rank"
)
_FRESH: Final = (
    "SELECT target, name, value, fresh_at FROM trait WHERE (target, name) > (?, ?)"
    " AND (target, name) <= (?, ?) AND fresh_at IS NOT NULL"
)
_BEFORE: Final = (
    "SELECT target, name, value, left_at, gone, displaced_by FROM trait_past"
    " WHERE (target, name) > (?, ?) AND (target, name) <= (?, ?) ORDER BY target, name, rank"
)


Fresh = tuple[str, datetime]
"""A value that may still go back, and since when it is there."""


@dataclass(frozen=True, slots=True)
class Before:
    """A value that something else took the place of, so often."""

    value: str
    left_at: datetime
    gone: int
    by: str


def write(
    db: Database, key: Key, values: Iterable[str], past: Iterable[Before], new: Fresh | None = None
) -> None:
    """They take the place of what was known. *new*: one of the values."""
    db.execute("DELETE FROM trait WHERE target = ? AND name = ?", key)
    for rank, value in enumerate(values):
        fresh_at = to_us(new[1]) if new is not None and new[0] == value else None
        db.execute("INSERT INTO trait VALUES (?, ?, ?, ?, ?)", (*key, value, rank, fresh_at))
    db.execute("DELETE FROM trait_past WHERE target = ? AND name = ?", key)
    for rank, old in enumerate(past):
        row = (*key, old.value, rank, to_us(old.left_at), old.gone, old.by)
        db.execute("INSERT INTO trait_past VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def of(db: Database, between: Sequence[str]) -> dict[Key, list[str]]:
    """By what is behind the first key and not behind the second, which follows it in *between*."""
    found: dict[Key, list[str]] = {}
    for target, name, value in db.execute(_USUAL, between).fetchall():
        found.setdefault((target, name), []).append(value)
    return found


def fresh(db: Database, between: Sequence[str]) -> dict[Key, Fresh]:
    """*between*: as for `of`."""
    rows = db.execute(_FRESH, between).fetchall()
    return {(target, name): (value, from_us(at)) for target, name, value, at in rows}


def before(db: Database, between: Sequence[str]) -> dict[Key, list[Before]]:
    """The one that left last comes last. *between*: as for `of`."""
    found: dict[Key, list[Before]] = {}
    for target, name, value, left_at, gone, by in db.execute(_BEFORE, between).fetchall():
        found.setdefault((target, name), []).append(Before(value, from_us(left_at), gone, by))
    return found
