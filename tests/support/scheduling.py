"""A schedule on real time with short intervals, and what it asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.clock import SystemClock
from monitor.config.model import Probe
from monitor.schedule import Schedule
from monitor.slots import slot_at

QUICK = timedelta(milliseconds=200)
SLOW = timedelta(minutes=10)
PATIENCE = timedelta(seconds=5)


@dataclass
class Acts:
    """What the schedule asked for; `hold` keeps runs from ending."""

    slots: list[tuple[str, datetime]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, probe: Probe, slot: datetime) -> None:
        self.slots.append((probe.id, slot))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.hold.wait()
        self.at_once -= 1
        self.ended.append(probe.id)


@asynccontextmanager
async def scheduled(*probes: Probe) -> AsyncIterator[tuple[Schedule, Acts]]:
    acts = Acts()
    acts.hold.set()
    schedule = Schedule(SystemClock(), acts)
    schedule.configure(probes, {})
    schedule.start()
    try:
        yield schedule, acts
    finally:
        acts.hold.set()
        await schedule.drain(PATIENCE)


def far_from_its_slot() -> str:
    """The id of a slow probe whose own slot is not now nor soon."""
    clock = SystemClock()
    ids = (f"probe-{n}" for n in range(1000))
    quiet = timedelta(minutes=2)
    return next(
        one for one in ids if quiet < clock.now() - slot_at(one, SLOW, clock.now()) < SLOW - quiet
    )


class SteppedClock(SystemClock):
    """A wall clock that somebody sets."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return super().now() + self.offset
