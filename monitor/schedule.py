"""When to ask. APScheduler nudges; this module is its only owner.

A job of the scheduler is not one probe but a cell: all probes of one interval that are due within
the same tenth of a second. It is nudged a moment before that, and the loop's own timers start
each probe of it in its slot: so what planning costs is shared, and a start is as punctual as the
loop is.

A nudge never runs a probe inside the scheduler: runs are tasks of ours, so the executor that simply
calls it is enough; the asyncio one would cancel what it runs when it is shut down, and a run that
was begun must be recorded. One probe never runs twice at the same time. What is late, and every
slot that has no run, is counted and said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor import cells
from monitor.cells import CELL, Cell, CellKey, Entry
from monitor.clock import Clock, steps
from monitor.config.model import Probe
from monitor.log import Seldom, get_logger
from monitor.punctuality import Punctuality
from monitor.slots import newest_slot

Act = Callable[[Probe, datetime], Awaitable[None]]

AHEAD: Final = timedelta(milliseconds=25)
"""A cell is nudged that long before its first slot, for the scheduler wakes up late by a bit."""
ROUNDED: Final = timedelta(microseconds=500)  # uvloop's timers go by whole milliseconds
EARLY: Final = timedelta(milliseconds=5)  # a timer may be that much ahead of its slot
MOST: Final = 10_000  # runs at the same time, for whoever knows of no limit of this machine
CLOCK_STEP: Final = timedelta(seconds=2)
NEAR: Final = timedelta(seconds=5)
CLOCK_LOOK: Final = timedelta(seconds=5)

log = get_logger()


class Schedule:
    """Calls *act* with each probe in each of its slots. Use inside a running event loop."""

    def __init__(self, clock: Clock, act: Act, *, most: int = MOST) -> None:
        """*most* runs are under way at the same time; a slot beyond that has no run."""
        self._clock = clock
        self._act = act
        self._most = most
        self._cells: dict[CellKey, Cell] = {}
        self._entries: dict[str, Entry] = {}
        self._newest: dict[str, datetime] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._between: set[str] = set()
        self._after_it: set[str] = set()
        self._extra: dict[str, asyncio.TimerHandle] = {}
        self._starved: dict[str, float] = {}
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._watch: asyncio.Task[None] | None = None
        self._draining = self._planning = False
        self._seldom = Seldom(clock.monotonic)
        self.punctuality = Punctuality()

    def start(self) -> None:
        self._scheduler.start()
        for key in self._cells:
            self._join(key)
        watching = steps(self._clock, CLOCK_LOOK, CLOCK_STEP, self._stepped)
        self._watch = asyncio.create_task(watching, name="watch the clock")

    def configure(self, probes: Iterable[Probe], newest: Mapping[str, datetime]) -> None:
        """Takes over a configuration; probes whose interval is unchanged keep their place.
        *newest* are the last slots that were ever recorded, by probe id.
        """
        self._newest = {**newest, **self._newest}
        self._starved.clear()
        before, self._cells, self._entries = self._cells, {}, {}
        for key, entries in cells.of(probes).items():
            cell = self._cells[key] = before.get(key) or Cell()
            cell.entries = entries
            self._entries |= {entry.probe.id: entry for entry in entries}
        for gone in before.keys() - self._cells.keys():
            self._scheduler.remove_job(str(gone))
        for key in self._cells.keys() - before.keys():
            self._plan(key)
            if self._scheduler.running:
                self._join(key)

    def again(self, probe_id: str, after: timedelta) -> None:
        """One run between the slots, unless one is planned or would come with the next slot."""
        entry = self._entries.get(probe_id)
        if entry is None or self._draining or probe_id in self._extra:
            return
        at, every = self._clock.now() + after, entry.probe.every
        if newest_slot(entry.start, every, at) + every - at < min(NEAR, every / 4):
            return
        loop = asyncio.get_running_loop()
        self._extra[probe_id] = loop.call_later(
            max(after, timedelta()).total_seconds(), self._nudge_between, probe_id
        )

    def is_between(self, probe_id: str) -> bool:  # of its run that is under way
        return probe_id in self._between

    def asked_within(self, probe_id: str, span: timedelta) -> bool:
        """Whether a run of it began that lately, or is under way."""
        newest = self._newest.get(probe_id)
        lately = newest is not None and abs(self._clock.now() - newest) < span
        return lately or probe_id in self._running

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def stuck(self) -> timedelta:
        """By how much the nudge that should have come first is overdue; by the monotonic clock, so
        that a wall clock that is set makes nobody late.
        """
        now = self._clock.monotonic()
        spans = [
            timedelta(seconds=now - cell.nudged) - key.every for key, cell in self._cells.items()
        ]
        return max([timedelta(), *spans])

    @property
    def late(self) -> timedelta:
        """The same, or for how long a probe has had no room to run."""
        now = self._clock.monotonic()
        first = next(iter(self._starved.values()), now)
        return max(self.stuck, timedelta(seconds=now - first))

    async def drain(self, patience: timedelta) -> None:
        """Starts nothing more and waits for what is under way; cuts it off after *patience*."""
        self._draining = True  # shutdown is only queued on the loop
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._watch is not None:
            self._watch.cancel()
        for handle in self._extra.values():
            handle.cancel()
        tasks = list(self._running.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=patience.total_seconds())

    def _plan(self, key: CellKey) -> None:
        cell, at, now = self._cells[key], self._clock.monotonic(), self._clock.now()
        cell.nudged = at
        cell.reached(newest_slot(key.starts, key.every, now + AHEAD + EARLY), at, now)
        trigger = IntervalTrigger(
            seconds=key.every.total_seconds(), start_date=key.starts - AHEAD, timezone="UTC"
        )
        self._scheduler.add_job(
            self._nudge, trigger, args=[key], id=str(key), replace_existing=True
        )

    def _join(self, key: CellKey) -> None:
        """A cell whose nudge has just gone by, and that is not over, need not wait for the next."""
        cell, now = self._cells[key], self._clock.now()
        if now < cell.slot + CELL:
            self._call(key, cell, now)

    def _nudge(self, key: CellKey) -> None:
        cell = self._cells.get(key)
        if cell is None or self._draining:
            return
        before, at, now = cell.slot, self._clock.monotonic(), self._clock.now()
        cell.nudged = at
        slot = newest_slot(key.starts, key.every, now + AHEAD + EARLY)
        if abs(cell.step(at, now)) > CLOCK_STEP:
            self._plan_anew_soon()  # else an hour that was skipped is an hour of slots at once
        elif slot != before:
            if slots := ((slot - before) // key.every - 1) * len(cell.entries):
                self.punctuality.missed += slots
                self._say("slots missed: we stood still ourselves", slots=slots)
            cell.reached(slot, at, now)
            self._call(key, cell, now)

    def _call(self, key: CellKey, cell: Cell, now: datetime) -> None:
        loop = asyncio.get_running_loop()
        for start, due in groupby(cell.entries, attrgetter("start")):
            wait = cell.slot + (start - key.starts) - now
            wait_s = max((wait + ROUNDED).total_seconds(), 0.0)
            loop.call_later(wait_s, self._start, key, list(due))

    def _start(self, key: CellKey, due: list[Entry]) -> None:
        if self._draining:
            return
        slot = newest_slot(due[0].start, key.every, self._clock.now() + EARLY)
        for planned in due:
            entry = self._entries.get(planned.probe.id)
            if (
                entry is not None and entry.start == planned.start
            ):  # else a reload moved it just now
                self._take(entry, slot)

    def _take(self, entry: Entry, slot: datetime) -> None:
        probe_id = entry.probe.id
        if probe_id in self._between and probe_id not in self._after_it:
            self._after_it.add(probe_id)  # the run between two slots takes nothing from this one
        elif probe_id in self._running:
            self.punctuality.missed += 1
            self._say("slot missed: the last run is still under way", probe=probe_id)
        elif self._is_full():
            self._starved.setdefault(probe_id, self._clock.monotonic())
        else:
            self._begin(entry.probe, self._later(probe_id, slot))

    def _is_full(self) -> bool:
        if len(self._running) < self._most:
            return False
        self.punctuality.crowded += 1
        self._say("slot missed: too many runs are under way", most=self._most)
        return True

    def _nudge_between(self, probe_id: str) -> None:
        self._extra.pop(probe_id, None)
        entry = self._entries.get(probe_id)
        if entry is None or self._draining or probe_id in self._running or self._is_full():
            return
        self._between.add(probe_id)
        self._begin(entry.probe, self._later(probe_id, self._clock.now()))

    def _later(self, probe_id: str, slot: datetime) -> datetime:
        """*slot*, or later than every slot before it, also when the clock was set back and an hour
        is lived twice: a run is known by its slot, and must not be taken for one that was recorded.
        """
        newest = self._newest.get(probe_id)
        if newest is not None and slot <= newest:
            slot = newest + timedelta(microseconds=1)
        self._newest[probe_id] = slot
        return slot

    def _begin(self, probe: Probe, slot: datetime) -> None:
        self._starved.pop(probe.id, None)
        self._running[probe.id] = asyncio.create_task(self._run(probe, slot), name=probe.id)

    async def _run(self, probe: Probe, slot: datetime) -> None:
        if probe.id not in self._between:
            self.punctuality.began(max((self._clock.now() - slot).total_seconds(), 0.0))
        try:
            await self._act(probe, slot)
        except Exception:
            log.exception("a run was not recorded", probe=probe.id)
        finally:
            self._ended(probe)

    def _ended(self, probe: Probe) -> None:
        self._running.pop(probe.id, None)
        self._between.discard(probe.id)
        if self._draining:
            return
        if probe.id in self._after_it:
            self._after_it.discard(probe.id)
            self._make_up_for(probe.id)
        elif self._starved:
            self._make_up_for(next(iter(self._starved)))  # whoever has had no room for longest

    def _make_up_for(self, probe_id: str) -> None:
        """Now, for the slot that it had to let pass."""
        entry = self._entries.get(probe_id)
        if entry is not None:
            slot = newest_slot(entry.start, entry.probe.every, self._clock.now() + EARLY)
            self._take(entry, slot)

    def _say(self, said: str, **values: object) -> None:
        self._seldom.warning(said, missed=self.punctuality.missed, **values)

    def _stepped(self, step: timedelta) -> None:
        """APScheduler plans by the wall clock: after a step, everything is planned anew."""
        log.warning("clock stepped: every probe is planned anew", step_s=step.total_seconds())
        self._plan_anew()

    def _plan_anew_soon(self) -> None:
        if not self._planning:
            asyncio.get_running_loop().call_soon(self._plan_anew)
        self._planning = True

    def _plan_anew(self) -> None:
        self._planning = False
        if not self._draining:
            for key in self._cells:
                self._plan(key)
