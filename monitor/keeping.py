"""Runs on their way into the store. While it cannot take them they wait here, in order.

Probing and recording are two things: a database that is locked or full must not stop the one
because of the other. What waits is bounded: beyond that the oldest are kept as counts only, which
are written down as soon as the store is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Final, Protocol

from monitor.folding import Folded
from monitor.incidents import Event
from monitor.log import get_logger
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import StoreTrouble, Writer

WAITING_MAX: Final = 10_000
AGAIN: Final = timedelta(seconds=1)
AWAY: Final = timedelta(seconds=10)
"""A store that takes nothing for so long is trouble that the operator hears of."""
STORAGE: Final = "storage"

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


@dataclass(slots=True)
class _Waiting:
    run: Run
    since: float = field(default_factory=time.monotonic)
    begun: bool = False
    """The store was asked to take it, and may have."""


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
        self._numbers = count()
        self._waiting: dict[int, _Waiting] = {}
        self._lanes: dict[str, deque[int]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._folded = Folded()
        self._why = "it does not answer; another program may hold it locked"
        self._told = False
        self.dropped = 0
        """Runs that were counted and not kept, since the start."""

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def waits_since(self) -> timedelta:
        """For how long the oldest run has been waiting; zero when none does."""
        oldest = next(iter(self._waiting.values()), None)
        return timedelta(seconds=time.monotonic() - oldest.since) if oldest else timedelta()

    def keep(self, run: Run) -> None:
        """Returns at once; the run is recorded as soon as the store takes it."""
        number = next(self._numbers)
        self._show(number, run)
        if len(self._waiting) >= WAITING_MAX and self._fold_oldest() is None:
            self._fold(run)
            return
        self._waiting[number] = _Waiting(run)
        if run.probe.id in self._lanes:
            self._lanes[run.probe.id].append(number)
        else:
            self._lanes[run.probe.id] = deque([number])
            self._start(run.probe.id)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watch_store(), name="watch the store")

    async def drain(self, patience: timedelta) -> None:
        """Waits for what is on its way; says what had to be left behind."""
        late: set[asyncio.Task[None]] = set()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        left = len(self._waiting) + self._folded.runs
        if left:
            log.error("runs are lost: the store did not take them before the end", runs=left)
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
        if not left:
            await self._settle()
        if self._standby is not None:
            await self._standby.leave()

    def _start(self, probe: str) -> None:
        task = asyncio.create_task(self._serve(probe), name=f"record {probe}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, probe: str) -> None:
        lane = self._lanes[probe]
        try:
            while lane:
                number = lane.popleft()
                waiting = self._waiting[number]
                waiting.begun = True
                events = await self._insist(waiting.run)
                del self._waiting[number]
                self._follow(waiting.run, events)
                await self._write_counts()
        finally:
            del self._lanes[probe]

    def _follow(self, run: Run, events: Sequence[Event]) -> None:
        try:
            self._after(run, events)
        except Exception:
            log.exception("what follows a run stumbled", probe=run.probe.id)

    async def _insist(self, run: Run) -> Sequence[Event]:
        said = ""
        while True:
            try:
                return await self._recorder.record(run)
            except StoreTrouble as trouble:
                self._why = str(trouble)
                if self._why != said:  # once, and not every second for every probe
                    log.warning("a run waits for the store", probe=run.probe.id, why=self._why)
                    said = self._why
            except Exception:
                log.exception("a run could not be recorded", probe=run.probe.id)
                return ()
            await asyncio.sleep(AGAIN.total_seconds())

    def _fold_oldest(self) -> int | None:
        """The number of the run that made room; None when the store is asked about every one."""
        for number, waiting in self._waiting.items():
            if not waiting.begun:
                del self._waiting[number]
                self._lanes[waiting.run.probe.id].popleft()
                self._fold(waiting.run)
                return number
        return None

    def _fold(self, run: Run) -> None:
        if not self._folded.runs:
            log.error("too many runs wait for the store: the oldest are only counted from now on")
        self.dropped += 1
        self._folded.add(run)

    async def _write_counts(self) -> None:
        if not self._folded.runs or self._writer is None:
            return
        folded, self._folded = self._folded, Folded()
        context = self._recorder.context
        try:
            await self._writer.do(lambda db: folded.write(db, context))
        except StoreTrouble:
            self._folded.merge(folded)
        else:
            log.warning("runs that were not kept are counted in the history", runs=folded.runs)

    async def _watch_store(self) -> None:
        """While anything waits. The operator hears once, and once more when it is over."""
        while self._waiting or self._told:
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
        for number, waiting in self._waiting.items():
            if number >= self._shown:
                self._show(number, waiting.run)

    def _show(self, number: int, run: Run) -> None:
        if self._showing and self._standby is not None:
            self._standby.saw(run)
            self._shown = number + 1

    async def _step_back(self) -> bool:
        """Once the store has every run that was shown; whether it has taken over."""
        self._showing = False
        oldest = next(iter(self._waiting), self._shown)
        if self._standby is None:
            return True
        if oldest < self._shown:
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
