"""Runs on their way into the store, many at a time. While it cannot take them they wait here, in
order.

Probing and recording are two things: a database that is locked or full must not stop the one
because of the other. What waits is bounded: beyond that the oldest are kept as counts only, which
are written down as soon as the store is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import islice
from typing import Final, Protocol

from monitor.incidents import Event
from monitor.log import get_logger
from monitor.recorder import Followed, Recorder
from monitor.runner import Run
from monitor.store import StoreTrouble, Writer
from monitor.waiting import Line, Waiting
from probes import Outcome

TOGETHER_MAX: Final = 1000
GATHER: Final = timedelta(milliseconds=100)
"""A run that changes nothing waits that long for others: one commit then does for all of them."""
AGAIN: Final = timedelta(seconds=1)
AWAY: Final = timedelta(seconds=10)
"""A store that takes nothing for so long is trouble that the operator hears of."""
STORAGE: Final = "storage"
_SILENT: Final = "it does not answer; another program may hold it locked"

After = Callable[[Run, Sequence[Event]], None]

log = get_logger()


class Operator(Protocol):
    """Whoever hears of trueup's own trouble."""

    async def begins(self, name: str, says: str) -> object: ...

    async def ends(self, name: str) -> object: ...


class Standby(Protocol):
    """Whoever decides and tells while the store is away."""

    async def begin(self) -> None: ...

    def saw(self, run: Run) -> None: ...

    async def end(self) -> None:
        """Raises StoreTrouble when it has to be asked for again."""
        ...

    async def leave(self) -> None: ...


class Keeper:
    """Records runs, each probe's in the order they came. *after* hears what followed."""

    def __init__(
        self,
        recorder: Recorder,
        after: After,
        *,
        writer: Writer | None = None,
        operator: Operator | None = None,
        standby: Standby | None = None,
    ) -> None:
        """*writer* takes the counts of what could not be kept one by one; *operator* hears when
        the store is away, and when it is back; *standby* is shown what waits meanwhile.
        """
        self._recorder = recorder
        self._after = after
        self._writer = writer
        self._operator = operator
        self._standby = standby
        self._showing = False
        self._shown = 0
        """Runs before that number have been shown to the one who stands by."""
        self._line = Line()
        self._stuck: set[str] = set()
        """Probes of which the store did not take a run, though it took others."""
        self._stuck_until = 0.0
        self._alone: dict[str, None] = {}
        """Probes of which a run was refused though nothing was with it: it would cost the others
        their transaction, so it is asked for on its own.
        """
        self._alone_at = 0.0
        self._most = TOGETHER_MAX
        self._hurry = asyncio.Event()
        self._draining = False
        self._serving: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._why = _SILENT
        self._told = False

    @property
    def waiting(self) -> int:
        return len(self._line)

    @property
    def dropped(self) -> int:
        """Runs that were counted and not kept, since the start."""
        return self._line.dropped

    def waits_since(self) -> timedelta:
        """For how long the oldest run has been waiting; zero when none does."""
        return self._line.since()

    def keep(self, run: Run) -> None:
        """Returns at once; the run is recorded as soon as the store takes it."""
        self._show(self._line.add(run), run)
        if run.result.outcome is Outcome.FAIL or run.probe.id in self._recorder.unsettled:
            self._hurry.set()
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve(), name="record runs")
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watch_store(), name="watch the store")

    async def drain(self, patience: timedelta) -> None:
        """Waits for what is on its way; says what had to be left behind."""
        self._draining = True
        self._hurry.set()
        if self._serving is not None and not self._serving.done():
            _, late = await asyncio.wait({self._serving}, timeout=patience.total_seconds())
            for task in late:
                task.cancel()
        left = len(self._line) + self._line.folded.runs
        if left:
            log.error("runs are lost: the store did not take them before the end", runs=left)
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
        if not left:
            await self._settle()
        if self._standby is not None:
            await self._standby.leave()
        self._draining = False

    async def _serve(self) -> None:
        while self._line:
            await self._gather()
            if time.monotonic() >= self._stuck_until:
                self._stuck.clear()
            batch = self._line.begin(self._most, of=self._may_join)
            took = bool(batch) and await self._record(batch)
            if not await self._record_alone() and not took:
                await asyncio.sleep(AGAIN.total_seconds())

    def _may_join(self, probe: str) -> bool:
        return probe not in self._stuck and probe not in self._alone

    async def _record_alone(self) -> bool:
        """Whether the store took any. It is asked until it refuses one, then not for a while."""
        took = False
        while self._alone and time.monotonic() >= self._alone_at:
            probe = next(iter(self._alone))
            del self._alone[probe]
            batch = self._line.begin(1, of=probe.__eq__)
            if batch and not await self._record(batch):
                break
            took = took or bool(batch)
        return took

    async def _gather(self) -> None:
        if len(self._line) < self._most and not self._draining:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GATHER.total_seconds()):
                    await self._hurry.wait()
        self._hurry.clear()

    async def _record(self, batch: Sequence[Waiting]) -> bool:
        """Whether the store took any; it is asked for half as many the next time when not."""
        try:
            found = await self._recorder.record_all([waiting.run for waiting in batch])
        except StoreTrouble as trouble:
            self._refused(batch[0].run, trouble)
            if len(batch) > 1:
                self._most = len(batch) // 2
            else:
                self._alone[batch[0].run.probe.id] = None
                self._alone_at = time.monotonic() + AGAIN.total_seconds()
            return False
        except Exception as trouble:
            self._most = 1  # which of them was it?
            if len(batch) > 1:
                log.exception("runs could not be recorded together")
                return True
            found = [trouble]
        else:
            self._most = min(TOGETHER_MAX, 2 * self._most)
        if not any(isinstance(followed, StoreTrouble) for followed in found):
            self._why = _SILENT
        for waiting, followed in zip(batch, found, strict=True):
            self._took(waiting, followed)
        await self._write_counts()
        return True

    def _took(self, waiting: Waiting, followed: Followed) -> None:
        run = waiting.run
        if isinstance(followed, StoreTrouble):
            self._refused(run, followed)
            self._stuck.add(run.probe.id)
            self._stuck_until = time.monotonic() + AGAIN.total_seconds()
            return
        self._line.leave(waiting.number)
        if isinstance(followed, Exception):
            log.error("a run could not be recorded", probe=run.probe.id, exc_info=followed)
            followed = ()
        try:
            self._after(run, followed)
        except Exception:
            log.exception("what follows a run stumbled", probe=run.probe.id)

    def _refused(self, run: Run, trouble: StoreTrouble) -> None:
        if self._why != str(trouble):  # once, and not every second
            self._why = str(trouble)
            log.warning("a run waits for the store", probe=run.probe.id, why=self._why)

    async def _write_counts(self) -> None:
        if not self._line.folded.runs or self._writer is None:
            return
        folded = self._line.take_folded()
        context = self._recorder.context
        try:
            await self._writer.do(lambda db: folded.write(db, context))
        except StoreTrouble:
            self._line.folded.merge(folded)
        else:
            log.warning("runs that were not kept are counted in the history", runs=folded.runs)

    async def _watch_store(self) -> None:
        """While anything waits. The operator hears once, and once more when it is over."""
        while self._line or self._told:
            if self.waits_since() > AWAY:
                await self._tell()
                await self._show_what_waits()
            await asyncio.sleep(AGAIN.total_seconds())
            await self._settle()

    async def _show_what_waits(self) -> None:
        if self._standby is None or self._showing:
            return
        try:
            await self._standby.begin()
        except Exception:
            log.exception("nothing can be told while the store is away")
            await asyncio.sleep(AWAY.total_seconds())
            return
        self._showing = True
        for waiting in self._line:
            if waiting.number >= self._shown:
                self._show(waiting.number, waiting.run)

    def _show(self, number: int, run: Run) -> None:
        if self._showing and self._standby is not None:
            self._standby.saw(run)
            self._shown = number + 1

    async def _step_back(self) -> bool:
        """Once the store has every run that was shown; whether it has taken over."""
        self._showing = False
        if self._standby is None:
            return True
        if any(waiting.number < self._shown for waiting in islice(self._line, 1)):
            return False
        try:
            await self._standby.end()
        except StoreTrouble as trouble:
            log.warning("the store went away again", why=str(trouble))
            return False
        return True

    async def _tell(self) -> None:
        if self._told:
            return
        self._told = True
        log.error("the store is away; runs wait in memory", why=self._why, runs=self.waiting)
        if self._operator is not None:
            said = f"nothing can be written to the database: {self._why}"
            await self._operator.begins(STORAGE, said)

    async def _settle(self) -> None:
        """Busy is not away: it is over once nothing waits for long any more."""
        if not self._told or self.waits_since() > AWAY / 2 or not await self._step_back():
            return
        self._told = False
        log.info("the store is back", waiting=self.waiting)
        if self._operator is not None:
            with contextlib.suppress(StoreTrouble):  # it was told without the store
                await self._operator.ends(STORAGE)
