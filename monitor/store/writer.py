"""The one connection that writes, in a thread of its own, committing in groups.

SQLite before 3.51.3 can corrupt a WAL when two connections write or checkpoint at once, so no
other connection of ours ever does. Whatever is waiting when a commit ends goes into the next one:
a full sync then costs the same for one run as for a hundred, and nobody waits for a timer.

What the disk or the file does to us is met here too: a full disk gets the room that was kept in
reserve, a damaged file is replaced, and what waits goes into the one that took its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlite_utils import Database

from monitor.clock import Clock, SystemClock
from monitor.log import get_logger
from monitor.store.opening import Opener
from monitor.store.pieces import apart, as_trouble
from monitor.store.reserve import Reserve
from monitor.store.tail import Tail
from monitor.store.trouble import StoreTrouble, damage, is_damaged, is_full

__all__ = ["StoreTrouble", "Writer"]

T = TypeVar("T")
Work = Callable[[Database], Any]
Item = tuple[Work, Future[Any]]

WAITING_MAX: Final = 10_000
GROUP_MAX: Final = 500
LOCKED_PATIENCE: Final = 2  # times busy_timeout; then whoever waits is told, and asks again
START_PATIENCE: Final = 12  # the same before anything was written: nobody is there to ask again
CLOSE_PATIENCE: Final = timedelta(seconds=15)
log = get_logger()


class Writer:
    """Work handed in from any thread is done in order, each piece whole or not at all."""

    def __init__(
        self, path: Path, clock: Clock | None = None, reserve: Reserve | None = None
    ) -> None:
        """Opens the database, or makes it; one that is damaged is replaced, see `recoveries`. The
        *reserve* is given up when the disk is full. Raises StoreTrouble.
        """
        self._queue: queue.Queue[Item | None] = queue.Queue(WAITING_MAX)
        self._door = threading.Lock()
        self._closed = False
        self._doubted = False
        self._patience = START_PATIENCE
        self._path = path
        self._reserve = reserve
        self._tail = Tail(path.parent, clock or SystemClock())
        self._opener = Opener(path, clock or SystemClock(), self._tail)
        self._db: Database | None = self._opener.first()
        self.commits = 0
        """Transactions since the start."""
        self.commit_s = 0.0
        """Seconds spent in them."""
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    @property
    def recoveries(self) -> list[str]:
        """A sentence for each database that was lost and replaced since the start."""
        return list(self._opener.recoveries)

    @property
    def waiting(self) -> int:
        """Pieces of work that have not begun."""
        return self._queue.qsize()

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

    def doubt(self) -> None:
        """Looks through the database, because somebody who read it met damage; when there is any,
        it is replaced. At most one such look waits.
        """
        with self._door:
            if self._doubted:
                return
            self._doubted = True
        log.error("damage was met in the database; it is looked through")
        with contextlib.suppress(StoreTrouble):
            self.submit(partial(_look_through, path=self._path)).add_done_callback(self._looked)

    def _looked(self, _: Future[None]) -> None:
        self._doubted = False

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
                self._write_tail()
                self._db.close()

    def _next_group(self) -> list[Item]:
        """What waits now, or else what comes next. Empty once closed and done."""
        group: list[Item] = []
        while not group and not self._closed:
            try:
                item = self._queue.get(timeout=self._tail.due())
            except queue.Empty:
                self._write_tail()
                continue
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
            answers = self._insist([work for work, _ in wanted])
        except BaseException as trouble:  # noqa: BLE001 - the one thread that writes outlives it
            self._recover()
            answers = [as_trouble(trouble)] * len(wanted)
        if self._tail.due() == 0:
            self._write_tail()  # before anybody is told of it
        _answer(wanted, answers)

    def _insist(self, pieces: list[Work]) -> list[Any]:
        """Once more, where something can be done about the trouble."""
        try:
            return self._transact(pieces)
        except sqlite3.Error as trouble:
            self._recover()
            if is_full(trouble) and self._reserve is not None and self._reserve.release():
                log.error("the disk is full; the room kept in reserve is used now")
                return self._transact(pieces)
            if not is_damaged(trouble):
                raise
        self._drop()  # perhaps it was the connection
        try:
            return self._transact(pieces)
        except sqlite3.Error as trouble:
            if not is_damaged(trouble):
                raise
            self._drop()
            self._db = self._opener.replaced(str(trouble))
        return self._transact(pieces)

    def _transact(self, pieces: list[Work]) -> list[Any]:
        began = time.monotonic()
        db = self._db = self._db or self._opener.again()
        _begin(db, self._patience)
        answers = [apart(db, work) for work in pieces]
        db.execute("COMMIT")
        self.commits += 1
        self.commit_s += time.monotonic() - began
        self._patience = LOCKED_PATIENCE
        return answers

    def _write_tail(self) -> None:
        db = self._db
        if db is not None and not db.conn.in_transaction and not self._tail.write(db):
            self.doubt()

    def _recover(self) -> None:
        """Leaves no transaction open; a connection that cannot even do that is replaced."""
        if self._db is None:
            return
        try:
            self._db.rollback()
        except Exception:
            log.exception("the connection to the database broke and is opened again")
            self._drop()

    def _drop(self) -> None:
        db, self._db = self._db, None
        with contextlib.suppress(Exception):
            if db is not None:
                db.close()


def _begun(items: list[Item]) -> list[Item]:
    """Without those that nobody waits for any more."""
    return [item for item in items if item[1].set_running_or_notify_cancel()]


def _answer(items: list[Item], answers: list[Any]) -> None:
    for (_, future), answer in zip(items, answers, strict=True):
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def _look_through(_: Database, path: Path) -> None:
    """With a connection of its own: ours remembers pages as they were."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as fresh:
        found = str(fresh.execute("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        raise damage(found)


def _begin(db: Database, patience: int) -> None:
    for left in reversed(range(patience)):
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            if not left:
                raise
        else:
            return
