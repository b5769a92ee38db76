"""The monitor's own parts at work in this process, ever faster, until they cannot keep up.

Started by runs.py, once for plain HTTP and once for TLS.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psutil
import uvloop

from benchmarks import _cores
from benchmarks._climb import Climb, Step
from benchmarks._crew import announce, built, settle
from benchmarks._lags import lag_ms
from monitor.clock import Clock, SystemClock
from monitor.config import Config, Probe, load
from monitor.daemon.crew import Crew
from monitor.slots import slot_at
from probes import Outcome

FIRST: Final = 1000
"""Runs a second, tried first and told apart from the highest rate."""
CAREFUL: Final = 0.8
"""Of a core: not far from the end."""
TAIL_S: Final = 0.3
"""For what became due at the very end of a window to be started."""
DRAIN: Final = timedelta(seconds=5)
_US: Final = timedelta(microseconds=1)

say = sys.stderr


@dataclass(slots=True)
class Tally:
    """What happened since a step began."""

    starts: list[tuple[datetime, datetime]] = field(default_factory=list)
    """The slot, and when its run was started."""
    recorded: int = 0
    failed: int = 0


async def measure(config: Config, rate: int, window_s: float) -> Step:
    """One step: *rate* probes a second, for *window_s* after they have settled."""
    model = next(iter(config.probes.values()))
    probes = [replace(model, id=f"probe-{number}") for number in range(rate)]
    tally, clock = Tally(), SystemClock()
    async with AsyncExitStack() as stack:
        crew = await _built(stack, config, tally, clock)
        await announce(crew, config, probes, clock)
        crew.schedule.configure(probes, {})
        settle()
        crew.schedule.start()
        try:
            await asyncio.sleep(max(window_s / 3, 0.3))
            return await _watch(clock, probes, tally, window_s)
        finally:
            await crew.schedule.drain(DRAIN)
            await crew.keeper.drain(DRAIN)


async def _built(stack: AsyncExitStack, config: Config, tally: Tally, clock: Clock) -> Crew:
    """Nothing but the schedule, the runs and the record goes to work."""

    async def act(probe: Probe, slot: datetime) -> None:
        between = crew.schedule.is_between(probe.id)
        run = await crew.runner.run(probe, slot, between=between)
        tally.starts.append((slot, run.started_at))
        tally.failed += run.result.outcome is not Outcome.PASS
        crew.selfwatch.saw(run)
        crew.keeper.keep(run)

    def recorded() -> None:
        tally.recorded += 1

    crew = await built(stack, config, clock, act, recorded)
    return crew


async def _watch(clock: Clock, probes: Sequence[Probe], tally: Tally, window_s: float) -> Step:
    began_at, began, recorded = clock.now(), time.monotonic(), tally.recorded
    cpu_us = _cores.used_us()
    await asyncio.sleep(window_s)
    cpu_us = _cores.used_us() - cpu_us
    ended_at, took = clock.now(), time.monotonic() - began
    recorded = tally.recorded - recorded
    rss_mb = psutil.Process().memory_info().rss / 1e6
    await asyncio.sleep(TAIL_S)
    lags = [started - slot for slot, started in tally.starts if began_at < slot <= ended_at]
    return Step(
        cpu_us_per_run=round(cpu_us / max(recorded, 1), 1),
        runs_per_s=round(recorded / took, 1),
        lag_ms=lag_ms(lag // _US for lag in lags),
        missed=_due(probes, began_at, ended_at) - len(lags),
        failed=tally.failed,
        rss_mb=round(rss_mb, 1),
    )


def _due(probes: Sequence[Probe], after: datetime, until: datetime) -> int:
    """How many slots there are after the one instant and up to the other."""
    return sum(
        (slot_at(p.id, p.every, until) - slot_at(p.id, p.every, after)) // p.every for p in probes
    )


async def climb(config: Config, seconds: float) -> tuple[Step, Step]:
    """The fastest step that was on time, or the slowest of all when none was; and the first."""
    ends = time.monotonic() + seconds
    window_s = min(max(seconds / 12, 0.4), 2.5)
    so_far, rate = Climb(), FIRST
    first = last = await _tried(config, rate, window_s, ends)
    so_far.take(rate, first)
    rate = int(CAREFUL * 1e6 / first.cpu_us_per_run) if first.on_time else 0
    while not so_far.over and time.monotonic() + 2 * window_s < ends:
        if not so_far.good < rate < so_far.bad:
            rate = so_far.next()
        last = await _tried(config, rate, window_s, ends)
        so_far.take(rate, last)
        rate = so_far.next()
    return so_far.best or last, first


async def _tried(config: Config, rate: int, window_s: float, ends: float) -> Step:
    """A late step is given a second chance: somebody else may have used this core."""
    step = await measure(config, rate, window_s)
    _tell(rate, step)
    if not step.on_time and time.monotonic() + 2 * window_s < ends:
        step = await measure(config, rate, window_s)
        _tell(rate, step)
    return step


def _tell(rate: int, step: Step) -> None:
    verdict = "on time" if step.on_time else "late"
    lag = step.lag_ms
    print(
        f"  {rate} a second: {verdict}, {step.cpu_us_per_run:.0f} us of CPU a run, lag"
        f" p50 {lag['p50']} p99 {lag['p99']} max {lag['max']} ms,"
        f" {step.missed} missed, {step.failed} failed",
        file=say,
        flush=True,
    )


async def _main(path: Path, seconds: float) -> dict[str, Any]:
    best, first = await climb(load(path), seconds)
    return {"best": asdict(best), "first": asdict(first)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--core", type=int)
    given = parser.parse_args()
    if given.core is not None:
        _cores.pin({given.core})
    # A step that was too fast is cut off in the middle, and the scheduler shows its tracebacks.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    print(json.dumps(uvloop.run(_main(given.config, given.seconds))))


if __name__ == "__main__":
    main()
