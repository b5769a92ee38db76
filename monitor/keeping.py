"""Runs on their way into the store. While it cannot take them they wait here, in order.

Probing and recording are two things: a database that is locked or full must not stop the one
because of the other. What waits is bounded; what comes after that is dropped, and said so.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from monitor.incidents import Event
from monitor.log import get_logger
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import StoreTrouble

WAITING_MAX: Final = 10_000
AGAIN: Final = timedelta(seconds=1)

After = Callable[[Run, Sequence[Event]], None]

log = get_logger()


class Keeper:
    """Records runs, each probe's in the order they came. *after* hears what followed."""

    def __init__(self, recorder: Recorder, after: After) -> None:
        self._recorder = recorder
        self._after = after
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()
        self.dropped = 0

    def keep(self, run: Run) -> None:
        """Returns at once; the run is recorded as soon as the store takes it."""
        if len(self._tasks) >= WAITING_MAX:
            self.dropped += 1
            log.error("a run is lost: the store is too far behind", probe=run.probe.id)
            return
        task = asyncio.create_task(self._record(run), name=f"record {run.probe.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, patience: timedelta) -> None:
        """Waits for what is on its way; says what had to be left behind."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        if late:
            log.error("runs are lost: the store did not take them before the end", runs=len(late))

    async def _record(self, run: Run) -> None:
        async with self._turns[run.probe.id]:
            events = await self._insist(run)
        self._after(run, events)

    async def _insist(self, run: Run) -> Sequence[Event]:
        while True:
            try:
                return await self._recorder.record(run)
            except StoreTrouble as trouble:
                log.warning("a run waits for the store", probe=run.probe.id, why=str(trouble))
            except Exception:
                log.exception("a run could not be recorded", probe=run.probe.id)
                return ()
            await asyncio.sleep(AGAIN.total_seconds())
