"""A database that lives and dies with the process, for while the one on disk takes nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from sqlite_utils import Database

from monitor.store import tail
from monitor.store.schema import MIGRATIONS
from monitor.store.trouble import StoreTrouble

T = TypeVar("T")
Parts = Mapping[str, Iterable[Mapping[str, Any]]]

LIMITS: Final = "PRAGMA max_page_count = 32768; PRAGMA temp_store = MEMORY;"
"""128 MiB; decisions need a few hundred bytes for each probe and a few KiB for each incident."""
_HISTORY: Final = ("run", "rollup_5m", "rollup_1h", "rollup_1d", "page_view", "evidence", "tally")


class Memory:
    """Begins with *parts*, rows by table. One thread of its own, so that nothing holds up the
    event loop.
    """

    def __init__(self, parts: Parts) -> None:
        connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        connection.executescript(LIMITS)
        self._db = Database(connection)
        MIGRATIONS.apply(self._db)
        with self._db.atomic():
            for table, rows in parts.items():
                tail.put(self._db, table, rows)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-memory")

    async def do(self, work: Callable[[Database], T]) -> T:
        """What *work* returns. Raises what it raised, and StoreTrouble."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)

    async def ask(self, question: Callable[[Database], T]) -> T:
        """As `do`: there is but one connection."""
        return await self.do(question)

    def close(self) -> None:
        """Forgets everything."""
        self._thread.submit(self._db.close)
        self._thread.shutdown(wait=False)

    def _do(self, work: Callable[[Database], T]) -> T:
        try:
            with self._db.atomic():
                return work(self._db)
        except sqlite3.Error as trouble:
            raise StoreTrouble(f"the memory did not take it: {trouble}") from trouble


def forget_history(db: Database) -> None:
    """Leaves what decisions need; the runs wait elsewhere for the database on disk."""
    for table in _HISTORY:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - constants
