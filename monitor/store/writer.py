"""The one connection that writes, in a thread of its own, committing in groups.

SQLite before 3.51.3 can corrupt a WAL when two connections write or checkpoint at once, so no
other connection of ours ever does. Whatever is waiting when a commit ends goes into the next one:
a full sync then costs the same for one run as for a hundred, and nobody waits for a timer.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlite_utils import Database

from monitor.store.schema import MIGRATIONS

T = TypeVar("T")
Work = Callable[[Database], Any]

WAITING_MAX: Final = 10_000
GROUP_MAX: Final = 500
LOCKED_PATIENCE: Final = 12  # times busy_timeout: a minute of somebody else's lock
_PRAGMAS: Final = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 5000;
PRAGMA cache_size = -16000;
PRAGMA journal_size_limit = 67108864;
PRAGMA wal_autocheckpoint = 1000;
PRAGMA mmap_size = 0;
PRAGMA temp_store = MEMORY;
"""


class StoreTrouble(Exception):
    """The database cannot be used; the text says why and what to do."""


class Writer:
    """Work handed in from any thread is done in order, each piece whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._queue: queue.Queue[tuple[Work, Future[Any]] | None] = queue.Queue(WAITING_MAX)
        self._closed = False
        self._db = _open(path)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    async def do(self, work: Callable[[Database], T]) -> T:
        """What *work* returns, once its changes are on disk. Raises what *work* raised,
        StoreTrouble when the writer is closed or too far behind.
        """
        return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Callable[[Database], T]) -> Future[T]:
        """As `do`, for callers without an event loop."""
        future: Future[T] = Future()
        if self._closed:
            raise StoreTrouble("the store is closed")
        try:
            self._queue.put_nowait((work, future))
        except queue.Full:
            raise StoreTrouble(f"the store is {WAITING_MAX} writes behind") from None
        return future

    def close(self) -> None:
        """Finishes everything handed in so far, then closes the database."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _serve(self) -> None:
        while (group := self._next_group()) is not None:
            self._commit(group)
        self._db.close()

    def _next_group(self) -> list[tuple[Work, Future[Any]]] | None:
        first = self._queue.get()
        if first is None:
            return None
        group = [first]
        while len(group) < GROUP_MAX:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                self._queue.put(None)  # closing: seen again after this group
                break
            group.append(item)
        return group

    def _commit(self, group: list[tuple[Work, Future[Any]]]) -> None:
        wanted = [item for item in group if item[1].set_running_or_notify_cancel()]
        try:
            self._begin()
            answers = [self._one(work) for work, _ in wanted]
            self._db.execute("COMMIT")
        except sqlite3.Error as trouble:
            self._db.rollback()
            said = StoreTrouble(f"the database did not take it: {trouble}")
            answers = [said] * len(wanted)
        for (_, future), answer in zip(wanted, answers, strict=True):
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def _begin(self) -> None:
        for left in reversed(range(LOCKED_PATIENCE)):
            try:
                self._db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                if not left:
                    raise
            else:
                return

    def _one(self, work: Work) -> Any:
        try:
            with self._db.atomic():  # a savepoint: one piece may fail without the others
                return work(self._db)
        except sqlite3.OperationalError:
            raise  # disk full, I/O error: the whole group is at stake
        except Exception as trouble:  # noqa: BLE001 - handed to whoever asked for the work
            return trouble


def _open(path: Path) -> Database:
    try:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        connection.executescript(_PRAGMAS)
        db = Database(connection)
        MIGRATIONS.apply(db)
    except (sqlite3.Error, OSError) as trouble:
        raise StoreTrouble(f"{path}: the database cannot be opened: {trouble}") from trouble
    return db
