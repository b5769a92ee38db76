"""One look into the history, for a command that reads and goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from monitor.store.reader import open_read_only
from monitor.store.schema import MIGRATIONS
from monitor.store.writer import StoreTrouble


@contextmanager
def looking(path: Path) -> Iterator[Database]:
    """The database as of one moment. Raises StoreTrouble when there is none, when the daemon has
    not brought it up to date yet, and for whatever SQLite says inside the block.
    """
    try:
        with closing(open_read_only(path)) as db, db.atomic():
            if MIGRATIONS.pending(db):
                raise StoreTrouble(
                    f"{path}: not ready to be read; start the daemon with: trueup run (or, when it"
                    " is only just starting, try again in a moment)"
                )
            yield db
    except sqlite3.Error as trouble:
        raise StoreTrouble(f"{path}: the database cannot be read: {trouble}") from trouble
