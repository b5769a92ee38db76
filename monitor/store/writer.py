"""The one connection that writes, in a thread of its own, committing in groups.

SQLite before 3.51.3 can corrupt a WAL when two connections write or checkpoint at once, so no
other connection of ours ever does. Whatever is waiting when a commit ends goes into the next one:
a full sync then costs the same for one run as for a hundred, and nobody waits for a timer.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlite_utils import Database

from monitor.log import get_logger
from monitor.store.schema import MIGRATIONS

T = TypeVar("T")
Work = Callable[[Database], Any]
Item = tuple[Work, Future[Any]]

WAITING_MAX: Final = 10_000
GROUP_MAX: Final = 500
LOCKED_PATIENCE: Final = 12  # times busy_timeout: a minute of somebody else's lock
CLOSE_PATIENCE: Final = timedelta(seconds=15)
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

log = get_logger()


class StoreTrouble(Exception):
    """The database cannot be used; the text says why and what to do."""


class Writer:
    """Work handed in from any thread is done in order, each piece whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._queue: queue.Queue[Item | None] = queue.Queue(WAITING_MAX)
        self._door = threading.Lock()
        self._closed = False
        self._path = path
        self._db: Database | None = _open(path)
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    async def do(self, work: Callable[[Database], T]) -> T:
        """What *work* returns, once its changes are on disk. Raises what *work* raised, and
        StoreTrouble when SQLite did not take it or the writer is closed or too far behind.
        """
        return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Callable[[Database], T]) -> Future[T]:
        """As `do`, for callers without an event loop."""
        future: Future[T] = Future()
        with self._door:
            if self._closed:
                raise StoreTrouble("the store is closed")
            try:
                self._queue.put_nowait((work, future))
            except queue.Full:
                raise StoreTrouble(f"the store is {WAITING_MAX} writes behind") from None
        return future

    def close(self) -> None:
        """Finishes everything handed in so far, then closes the database. Gives up what a locked
        or hanging disk does not take within CLOSE_PATIENCE.
        """
        with self._door:
            if self._closed:
                return
            self._closed = True
            with contextlib.suppress(queue.Full):  # then it is awake
                self._queue.put_nowait(None)
        self._thread.join(CLOSE_PATIENCE.total_seconds())
        if self._thread.is_alive():
            left = _begun(self._waiting())
            log.error("the database did not take everything before the end", left=len(left))
            _answer(left, [StoreTrouble("the store was closed before its turn")] * len(left))

    def _serve(self) -> None:
        while group := self._next_group():
            self._commit(group)
        with contextlib.suppress(sqlite3.Error):
            if self._db is not None:
                self._db.close()

    def _next_group(self) -> list[Item]:
        """What waits now, or else what comes next. Empty once closed and done."""
        group: list[Item] = []
        while not group and not self._closed:
            item = self._queue.get()
            group = [] if item is None else [item]
        return group + self._waiting(GROUP_MAX - len(group))

    def _waiting(self, most: int = WAITING_MAX) -> list[Item]:
        """Takes out what waits now."""
        found: list[Item] = []
        while len(found) < most:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if item is not None:
                found.append(item)
        return found

    def _commit(self, group: list[Item]) -> None:
        wanted = _begun(group)
        try:
            answers = self._transact([work for work, _ in wanted])
        except BaseException as trouble:  # noqa: BLE001 - the one thread that writes outlives it
            self._recover()
            answers = [_trouble(trouble)] * len(wanted)
        _answer(wanted, answers)

    def _transact(self, pieces: list[Work]) -> list[Any]:
        db = self._db = self._db or _reopen(self._path)
        _begin(db)
        answers = [_one(db, work) for work in pieces]
        db.execute("COMMIT")
        return answers

    def _recover(self) -> None:
        """Leaves no transaction open; a connection that cannot even do that is replaced."""
        if self._db is None:
            return
        try:
            self._db.rollback()
        except Exception:
            log.exception("the connection to the database broke and is opened again")
            with contextlib.suppress(Exception):
                self._db.close()
            self._db = None


def _begun(items: list[Item]) -> list[Item]:
    """Without those that nobody waits for any more."""
    return [item for item in items if item[1].set_running_or_notify_cancel()]


def _answer(items: list[Item], answers: list[Any]) -> None:
    for (_, future), answer in zip(items, answers, strict=True):
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def _trouble(trouble: BaseException) -> StoreTrouble:
    if isinstance(trouble, StoreTrouble):
        return trouble
    said = str(trouble) if isinstance(trouble, sqlite3.Error) else type(trouble).__name__
    return StoreTrouble(f"the database did not take it: {said}")


def _begin(db: Database) -> None:
    for left in reversed(range(LOCKED_PATIENCE)):
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            if not left:
                raise
        else:
            return


def _one(db: Database, work: Work) -> Any:
    try:
        with db.atomic():  # a savepoint: one piece may fail without the others
            return work(db)
    except sqlite3.OperationalError:
        raise  # disk full, I/O error: the whole group is at stake
    except sqlite3.Error as trouble:
        return _trouble(trouble)
    except Exception as trouble:  # noqa: BLE001 - handed to whoever asked for the work
        return trouble


def _reopen(path: Path) -> Database:
    """Never makes a new, empty one: what is in use elsewhere would not fit it."""
    if not path.exists():
        raise StoreTrouble(f"{path}: the database is gone; start the daemon again")
    return _open(path)


def _open(path: Path) -> Database:
    try:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        connection.executescript(_PRAGMAS)
        db = Database(connection)
        MIGRATIONS.apply(db)
    except (sqlite3.Error, OSError) as trouble:
        raise StoreTrouble(f"{path}: the database cannot be opened: {trouble}") from trouble
    return db
