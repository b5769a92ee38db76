"""The store's daily life: forgetting, backups, room in reserve, files that nothing is known of, and
news of a database that was lost. In small steps with pauses, so that probing never feels it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.clock import Clock
from monitor.config.model import Retention
from monitor.keeping import Operator
from monitor.log import get_logger
from monitor.state import ARTEFACTS
from monitor.store import StoreTrouble, Writer, artefacts, backup, captures, evidence, retention
from monitor.store.reserve import Reserve

LOOK_EVERY: Final = timedelta(seconds=5)
AFTER_START: Final = timedelta(seconds=60)  # a daemon that starts has better things to do
WHILE_BUSY: Final = timedelta(seconds=2)
WHEN_IDLE: Final = timedelta(minutes=10)
BACKUP_AGAIN: Final = timedelta(hours=1)  # after one that could not be made
NEWS_LASTS: Final = timedelta(minutes=10)
SWEEP_AGAIN: Final = timedelta(hours=6)
NOBODYS: Final = timedelta(days=1)
"""A file of evidence that no row knows is left alone for so long."""
EVIDENCE_WHEN_FULL: Final = 64 * 1024 * 1024
"""Bytes of evidence that a disk without room has to bear."""

log = get_logger()


class Housekeeping:
    """A part of the daemon. `database` is the path of the database that *writer* writes."""

    def __init__(
        self, database: Path, writer: Writer, clock: Clock, operator: Operator, reserve: Reserve
    ) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._operator = operator
        self._reserve = reserve
        self._policy = Retention()
        self._due = clock.monotonic() + AFTER_START.total_seconds()
        self._last = clock.monotonic()
        self._backup_due = self._last
        self._sweep_due = self._last
        self._told = 0
        self._news_over: float | None = None
        self._no_backup = False

    def configure(self, policy: Retention) -> None:
        self._policy = policy

    async def serve(self) -> None:
        """Until it is cancelled."""
        await asyncio.to_thread(self._reserve.make)
        while True:
            with suppress(StoreTrouble):  # the keeper of runs says so
                await self._bring_news()
                if self._reserve.given_up:
                    self._due = self._clock.monotonic()
                if self._clock.monotonic() >= self._due:
                    busy = await self.tick()
                    pause = WHILE_BUSY if busy else WHEN_IDLE
                    self._due = self._clock.monotonic() + pause.total_seconds()
            await asyncio.sleep(min(LOOK_EVERY, WHILE_BUSY).total_seconds())

    async def tick(self) -> bool:
        """One small step of everything; whether there is more to do. Raises StoreTrouble."""
        await asyncio.to_thread(self._reserve.make)
        at, passed = self._clock.now(), self._passed()
        if self._reserve.given_up:
            await self._remove(await self._writer.do(partial(_make_room, at=at)))
            return False
        more, outdated = await self._writer.do(
            partial(_step, at=at, passed=passed, policy=self._policy)
        )
        await self._remove(outdated)
        await self._sweep(at)
        await self._back_up(at)
        return more

    async def _remove(self, outdated: Sequence[str]) -> None:
        await asyncio.to_thread(artefacts.remove, self._database.parent / ARTEFACTS, outdated)

    async def _sweep(self, at: datetime) -> None:
        if self._clock.monotonic() < self._sweep_due:
            return
        self._sweep_due = self._clock.monotonic() + SWEEP_AGAIN.total_seconds()
        known = await self._writer.do(evidence.paths)
        folder, before_s = self._database.parent / ARTEFACTS, (at - NOBODYS).timestamp()
        if gone := await asyncio.to_thread(artefacts.sweep, folder, known, before_s):
            log.info("evidence that nothing was known of is removed", files=gone)

    def _passed(self) -> timedelta:
        now = self._clock.monotonic()
        passed, self._last = timedelta(seconds=now - self._last), now
        return passed

    async def _back_up(self, at: datetime) -> None:
        folder, keep = self._database.parent, self._policy.backups
        target = backup.daily(folder, at.date())
        if not keep or target.exists() or self._clock.monotonic() < self._backup_due:
            return
        try:
            made = await self._made(target)
            await asyncio.to_thread(backup.prune, folder, at.date(), keep)
        except (StoreTrouble, OSError) as trouble:
            log.error("no backup today, so far", why=str(trouble))
            self._backup_due = self._clock.monotonic() + BACKUP_AGAIN.total_seconds()
            self._no_backup = True
            await self._operator.begins("backup", f"The daily backup failed: {trouble}")
            return
        log.info("backup", path=str(made.path), mib=made.size >> 20, runs=made.runs)
        if self._no_backup:
            self._no_backup = False
            await self._operator.ends("backup")

    async def _made(self, target: Path) -> backup.Backup:
        """Ends early when the daemon stops."""
        stopped = threading.Event()
        try:
            return await asyncio.to_thread(
                partial(backup.make, self._database, target, stopped=stopped)
            )
        finally:
            stopped.set()

    async def _bring_news(self) -> None:
        """Tells the operator of a database that was lost and replaced, for a while."""
        news = self._writer.recoveries[self._told :]
        if news:
            await self._operator.begins("database", " ".join(news))
            self._told += len(news)
            self._news_over = self._clock.monotonic() + NEWS_LASTS.total_seconds()
        elif self._news_over is not None and self._clock.monotonic() > self._news_over:
            await self._operator.ends("database")
            self._news_over = None


def _step(
    db: Database, at: datetime, passed: timedelta, policy: Retention
) -> tuple[bool, list[str]]:
    """Inside the writer's transaction: whether there is more to do, and what files may go."""
    horizon = retention.goes_by(db, at, passed)
    more = retention.step(
        db,
        horizon,
        runs=policy.runs,
        five_minutes=policy.five_minutes,
        hours=policy.hours,
        over=retention.over_by(db, at),
    )
    outdated = evidence.expire(db, horizon - policy.artefacts)
    outdated += evidence.shrink(db, policy.evidence_bytes)
    captures.forget(db, horizon - policy.artefacts)
    return retention.give_back(db) or more, outdated


def _make_room(db: Database, at: datetime) -> list[str]:
    """On a disk that is full. What files may go."""
    outdated = evidence.shrink(db, EVIDENCE_WHEN_FULL)
    retention.make_room(db, at)
    return outdated
