"""What can be wrong with the database, told apart."""

from __future__ import annotations

import sqlite3
from typing import Final

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class StoreTrouble(Exception):
    """The database cannot be used; the text says why and what to do."""


def damage(found: str) -> sqlite3.DatabaseError:
    """As SQLite would raise it, for damage that was *found* by looking."""
    trouble = sqlite3.DatabaseError(found)
    trouble.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return trouble


def is_damaged(trouble: BaseException) -> bool:
    """SQLite read what it cannot have written."""
    return _code(trouble) in _DAMAGED


def is_full(trouble: BaseException) -> bool:
    """No room, or an input/output error, which is how some filesystems say so."""
    return _code(trouble) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _code(trouble: BaseException) -> int:
    return int(getattr(trouble, "sqlite_errorcode", 0)) & 0xFF
