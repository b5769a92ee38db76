"""Read-only connections: they never block the writer and never checkpoint."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from monitor.store.trouble import StoreTrouble, is_damaged

T = TypeVar("T")


def open_read_only(path: Path) -> Database:
    """Raises StoreTrouble when there is no database yet or it cannot be read."""
    if not path.exists():
        raise StoreTrouble(f"{path}: no history yet; start the daemon with: trueup run")
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            check_same_thread=False,
            isolation_level=None,
        )
        connection.executescript(
            "PRAGMA query_only = ON; PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 0;"
            " PRAGMA cache_size = -1000;"
        )
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as trouble:
        raise StoreTrouble(f"{path}: the database cannot be read: {trouble}") from trouble
    return Database(connection)


class Reader:
    """One connection in one thread, so that a long question never stops the event loop. A database
    that took the place of another is noticed with the next question.
    """

    def __init__(self, path: Path, doubt: Callable[[], None] | None = None) -> None:
        """*doubt* hears of damage that was met while reading, from another thread."""
        self._path = path
        self._doubt = doubt
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-reader")
        self._db: Database | None = None
        self._inode = 0

    async def ask(self, question: Callable[[Database], T]) -> T:
        """What *question* answers, from one consistent moment. Raises what *question* raised, and
        StoreTrouble when the database cannot be read.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._answer, question)

    def close(self) -> None:
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _answer(self, question: Callable[[Database], Any]) -> Any:
        try:
            if self._db is None or self._inode != _inode(self._path):
                self._close()
                self._inode = _inode(self._path)
                self._db = open_read_only(self._path)
            with self._db.atomic():
                return question(self._db)
        except StoreTrouble as trouble:
            self._wonder(trouble.__cause__)
            raise
        except sqlite3.Error as trouble:
            self._close()  # the next question finds a fresh connection
            self._wonder(trouble)
            raise StoreTrouble(f"the database cannot be read: {trouble}") from trouble

    def _wonder(self, trouble: BaseException | None) -> None:
        if self._doubt is not None and trouble is not None and is_damaged(trouble):
            self._doubt()

    def _close(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.close()


def _inode(path: Path) -> int:
    """0 when there is none, as while a damaged one is replaced."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0
