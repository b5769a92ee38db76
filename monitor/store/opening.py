"""Opening the database to write: settings, migrations, and what is done when it is damaged."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from monitor.clock import Clock
from monitor.log import get_logger
from monitor.store import compact, recovery, tail
from monitor.store.schema import MIGRATIONS, must_be_known
from monitor.store.tail import Tail
from monitor.store.trouble import StoreTrouble, is_damaged

_PRAGMAS: Final = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 5000;
PRAGMA cache_size = -2000;
PRAGMA journal_size_limit = 67108864;
PRAGMA wal_autocheckpoint = 1000;
PRAGMA mmap_size = 0;
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = OFF;
"""

_PAGE: Final = 4096
_MISSING: Final = "it is missing"

log = get_logger()


class Opener:
    """Gives connections that write. `recoveries` are sentences on databases that were lost."""

    def __init__(self, path: Path, clock: Clock, tail_of: Tail) -> None:
        self._path = path
        self._clock = clock
        self._tail = tail_of
        self.recoveries: list[str] = []

    def first(self) -> Database:
        """At the start: a database that is damaged, or missing where there was one, is replaced.
        Raises StoreTrouble.
        """
        if not self._path.exists() and tail.is_left(self._path.parent):
            return self.replaced(_MISSING)
        try:
            return self._looked_through()
        except (sqlite3.Error, OSError) as trouble:
            if is_damaged(trouble):
                return self.replaced(str(trouble))
            raise self._cannot(trouble) from trouble

    def again(self) -> Database:
        """While running. Never makes a new, empty one where there was another: what is in use
        elsewhere would not fit it. Raises StoreTrouble, and sqlite3.Error when it is damaged.
        """
        if not self._path.exists():
            if tail.is_carried(self._path.parent):  # the disk did not let us finish
                return self.replaced(_MISSING)
            raise StoreTrouble(f"{self._path}: the database is gone; start the daemon again")
        try:
            return self._open()
        except (sqlite3.Error, OSError) as trouble:
            if is_damaged(trouble):
                raise
            raise self._cannot(trouble) from trouble

    def replaced(self, why: str) -> Database:
        """Instead of a damaged one, to which no connection is open. Raises StoreTrouble."""
        try:
            self._tail.leave()
            said = recovery.replace_damaged(self._path, self._clock.now(), why)
            db = self._open()
        except (sqlite3.Error, OSError) as trouble:
            raise self._cannot(trouble) from trouble
        self.recoveries.append(said)
        return db

    def _looked_through(self) -> Database:
        db = self._open()
        try:
            why = recovery.trouble_after_unclean_end(db, self._path)
        except BaseException:
            db.close()
            raise
        if not why:
            return db
        db.close()
        return self.replaced(why)

    def _open(self) -> Database:
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        try:
            db = Database(connection)
            must_be_known(db, self._path)  # before anything is written
            connection.executescript(_PRAGMAS)
            _bring_up_to_date(db)
            still_open = tail.merge(db, self._path.parent, self._clock.now())
            self._tail.watch(db)
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.close()
            raise
        if still_open:
            log.warning("incidents were carried over from the database before", open=still_open)
        return db

    def _cannot(self, trouble: Exception) -> StoreTrouble:
        return StoreTrouble(f"{self._path}: the database cannot be opened: {trouble}")


def _bring_up_to_date(db: Database) -> None:
    pending = {migration.name for migration in MIGRATIONS.pending(db)}
    large = compact.MIGRATION in pending and db["run"].exists()
    if large:
        mib = int(db.execute("PRAGMA page_count").fetchone()[0]) * _PAGE >> 20
        log.info("the history is brought into a smaller form", mib=mib)
    began = time.monotonic()
    MIGRATIONS.apply(db)
    if large:
        log.info("the history is in its smaller form", took_s=round(time.monotonic() - began, 1))
