"""When to ask. APScheduler nudges; this module is its only owner.

A nudge never runs a probe inside the scheduler: it starts a task of ours and returns at once, so
the executor that simply calls it is enough; the asyncio one would cancel what it runs when it is
shut down, and a run that was begun must be recorded. One probe never runs twice at the same time;
a slot that comes while the last run is still under way is counted as missed and said so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from monitor.clock import Clock
from monitor.config.model import Probe
from monitor.log import get_logger
from monitor.slots import EPOCH, phase, slot_at

Act = Callable[[Probe, datetime], Awaitable[None]]

CLOCK_STEP: Final = timedelta(seconds=2)
EARLY: Final = timedelta(milliseconds=5)  # a timer may be that much ahead of its slot
NEAR: Final = timedelta(seconds=5)
CLOCK_LOOK: Final = timedelta(seconds=5)

log = get_logger()


class Schedule:
    """Calls *act* with each probe in each of its slots. Use inside a running event loop."""

    def __init__(self, clock: Clock, act: Act) -> None:
        self._clock = clock
        self._act = act
        self._probes: dict[str, Probe] = {}
        self._newest: dict[str, datetime] = {}
        self._nudged: dict[str, float] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._between: set[str] = set()
        self._after_it: set[str] = set()
        self._extra: dict[str, asyncio.TimerHandle] = {}
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._watch: asyncio.Task[None] | None = None
        self._draining = False
        self.missed = 0

    def start(self) -> None:
        self._scheduler.start()
        self._watch = asyncio.create_task(self._watch_clock(), name="watch the clock")

    def configure(self, probes: Iterable[Probe], newest: Mapping[str, datetime]) -> None:
        """Takes over a configuration; probes whose interval is unchanged keep their place.
        *newest* are the last slots that were ever recorded, by probe id.
        """
        self._newest = {**newest, **self._newest}
        wanted = {probe.id: probe for probe in probes}
        for gone in self._probes.keys() - wanted.keys():
            self._scheduler.remove_job(gone)
            self._nudged.pop(gone, None)
        for probe in wanted.values():
            known = self._probes.get(probe.id)
            if known is None or known.every != probe.every:
                self._plan(probe)
        self._probes = wanted

    def again(self, probe_id: str, after: timedelta) -> None:
        """One run between the slots, unless one is planned or would come with the next slot."""
        probe = self._probes.get(probe_id)
        if probe is None or self._draining or probe_id in self._extra:
            return
        at = self._clock.now() + after
        if slot_at(probe_id, probe.every, at) + probe.every - at < min(NEAR, probe.every / 4):
            return
        loop = asyncio.get_running_loop()
        self._extra[probe_id] = loop.call_later(
            max(after, timedelta()).total_seconds(), self._nudge_between, probe_id
        )

    def asked_within(self, probe_id: str, span: timedelta) -> bool:
        """Whether a run of it began that lately, or is under way."""
        newest = self._newest.get(probe_id)
        lately = newest is not None and abs(self._clock.now() - newest) < span
        return lately or probe_id in self._running

    @property
    def late(self) -> timedelta:
        """By how much the nudge that should have come first is overdue; by the monotonic clock, so
        that a wall clock that is set makes nobody late.
        """
        now = self._clock.monotonic()
        spans = [
            timedelta(seconds=now - self._nudged.get(probe.id, now)) - probe.every
            for probe in self._probes.values()
        ]
        return max([timedelta(), *spans])

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

    def _plan(self, probe: Probe) -> None:
        self._nudged[probe.id] = self._clock.monotonic()
        trigger = IntervalTrigger(
            seconds=probe.every.total_seconds(),
            start_date=EPOCH + phase(probe.id, probe.every),
            timezone="UTC",
        )
        self._scheduler.add_job(
            self._nudge, trigger, args=[probe.id], id=probe.id, replace_existing=True
        )

    def _nudge(self, probe_id: str) -> None:
        probe = self._probes.get(probe_id)
        if probe is None or self._draining:
            return
        self._nudged[probe_id] = self._clock.monotonic()
        if probe_id in self._between:
            self._after_it.add(probe_id)  # the run between two slots takes nothing from this one
            return
        if probe_id in self._running:
            self.missed += 1
            log.warning("slot missed: the last run is still under way", probe=probe_id)
            return
        self._begin(probe, self._next_slot(probe))

    def _nudge_between(self, probe_id: str) -> None:
        self._extra.pop(probe_id, None)
        probe = self._probes.get(probe_id)
        if probe is None or self._draining or probe_id in self._running:
            return
        at, newest = self._clock.now(), self._newest.get(probe_id)
        slot = at if newest is None or at > newest else newest + timedelta(microseconds=1)
        self._newest[probe_id] = slot
        self._between.add(probe_id)
        self._begin(probe, slot)

    def _begin(self, probe: Probe, slot: datetime) -> None:
        probe_id = probe.id
        task = asyncio.create_task(self._run(probe, slot), name=f"run {probe_id}")
        self._running[probe_id] = task
        task.add_done_callback(lambda _: self._ended(probe_id))

    def _ended(self, probe_id: str) -> None:
        self._running.pop(probe_id, None)
        self._between.discard(probe_id)
        if probe_id in self._after_it:
            self._after_it.discard(probe_id)
            self._nudge(probe_id)

    def _next_slot(self, probe: Probe) -> datetime:
        """Later than every slot before it, also when the clock was set back and an hour is lived
        twice: a run is known by its slot, and must not be taken for one that was recorded.
        """
        slot = slot_at(probe.id, probe.every, self._clock.now() + EARLY)
        newest = self._newest.get(probe.id)
        if newest is not None and slot <= newest:
            slot = newest + timedelta(microseconds=1)
        self._newest[probe.id] = slot
        return slot

    async def _run(self, probe: Probe, slot: datetime) -> None:
        try:
            await self._act(probe, slot)
        except Exception:
            log.exception("a run was not recorded", probe=probe.id)

    async def _watch_clock(self) -> None:
        """APScheduler plans by the wall clock: after a step, every job is planned anew."""
        known = self._wall_minus_monotonic()
        while True:
            await asyncio.sleep(CLOCK_LOOK.total_seconds())
            offset = self._wall_minus_monotonic()
            step, known = offset - known, offset
            if abs(step) > CLOCK_STEP.total_seconds():
                log.warning("clock stepped: every probe is planned anew", step_s=round(step, 1))
                for probe in self._probes.values():
                    self._plan(probe)

    def _wall_minus_monotonic(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
