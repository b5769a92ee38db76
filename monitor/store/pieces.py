"""One piece of work within a transaction, which may fail without the others."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from sqlite_utils import Database

from monitor.store.trouble import StoreTrouble, is_damaged

T = TypeVar("T")


def apart(db: Database, work: Callable[[Database], T]) -> T | Exception:
    """What *work* returns, or what it raised, with nothing done; StoreTrouble for what SQLite did
    not take. Raises what puts the whole transaction at stake.
    """
    # A fixed name: SQLite goes by the newest of that name, and keeps the statements prepared.
    db.conn.execute("SAVEPOINT piece")
    try:
        done = work(db)
    except sqlite3.OperationalError:
        raise  # disk full, I/O error
    except sqlite3.Error as trouble:
        if is_damaged(trouble):
            raise
        _undo(db)
        return as_trouble(trouble)
    except Exception as trouble:  # noqa: BLE001 - handed to whoever asked for the work
        _undo(db)
        return trouble
    db.conn.execute("RELEASE piece")
    return done


def as_trouble(trouble: BaseException) -> StoreTrouble:
    if isinstance(trouble, StoreTrouble):
        return trouble
    said = str(trouble) if isinstance(trouble, sqlite3.Error) else type(trouble).__name__
    return StoreTrouble(f"the database did not take it: {said}")


def _undo(db: Database) -> None:
    db.conn.execute("ROLLBACK TO piece")
    db.conn.execute("RELEASE piece")
