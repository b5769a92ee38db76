"""The monitor's own parts at work in this process, ever faster, until they cannot keep up.

Started by runs.py, once for plain HTTP and once for TLS.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import math
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psutil
import uvloop

from benchmarks import _cores
from monitor.clock import SystemClock
from monitor.config import Config, Probe, Scrubber, load
from monitor.context import Context
from monitor.keeping import Keeper
from monitor.log import configure, get_logger
from monitor.recorder import Recorder
from monitor.runner import Runner
from monitor.schedule import Schedule
from monitor.slots import slot_at
from monitor.store import Writer, records
from probes import Outcome, Tools
from probes.browser import Browsers
from probes.wire import Wire

FIRST: Final = 40
"""Runs a second that any machine should manage."""
LATE_MS: Final = 20.0
FASTER: Final = 1.3
CLOSE_ENOUGH: Final = 1.03
TAIL_S: Final = 0.3
"""For what became due at the very end of a window to be started."""
DRAIN: Final = timedelta(seconds=5)

log = get_logger()
say = sys.stderr


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one rate came to. `missed` slots had no run, `failed` runs did not pass."""

    cpu_us_per_run: float
    runs_per_s: float
    lag_ms: dict[str, float]
    missed: int
    failed: int
    rss_mb: float

    @property
    def on_time(self) -> bool:
        return not self.missed and not self.failed and self.lag_ms["p99"] <= LATE_MS


@dataclass(slots=True)
class Tally:
    """What happened since a step began."""

    starts: list[tuple[datetime, datetime]] = field(default_factory=list)
    """The slot, and when its run was started."""
    recorded: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """As the daemon builds them."""

    config: Config
    clock: SystemClock
    writer: Writer
    runner: Runner
    recorder: Recorder

    @property
    def probe(self) -> Probe:
        return next(iter(self.config.probes.values()))


@asynccontextmanager
async def built(path: Path) -> AsyncIterator[Parts]:
    """From the configuration at *path*, which holds the one probe to have many of."""
    config, clock = load(path), SystemClock()
    config.state.mkdir()
    writer = Writer(config.state / "trueup.db")
    browsers = Browsers(executable=config.browser)
    tools = Tools(transport=Wire(), browsers=browsers, monotonic=clock.monotonic)
    scrub = Scrubber(config.secrets).text
    context = Context(config, {}, "benchmark")
    recorder = Recorder(writer, clock, config.state / "artefacts", context)
    try:
        yield Parts(config, clock, writer, Runner(tools, clock, scrub), recorder)
    finally:
        await browsers.close()
        writer.close()


async def measure(parts: Parts, rate: int, window_s: float) -> Step:
    """One step: *rate* probes a second, for *window_s* after they have settled."""
    probes = [replace(parts.probe, id=f"probe-{number}") for number in range(rate)]
    await _announce(parts, probes)
    tally = Tally()

    async def act(probe: Probe, slot: datetime) -> None:
        run = await parts.runner.run(probe, slot)
        tally.starts.append((slot, run.started_at))
        keeper.keep(run)
        tally.failed += run.result.outcome is not Outcome.PASS
        log.info(
            "run",
            probe=probe.id,
            outcome=run.result.outcome.value,
            reason=None,
            took_ms=round(run.result.took / timedelta(milliseconds=1)),
            summary=run.result.summary,
        )

    def recorded(*_: object) -> None:
        tally.recorded += 1

    keeper = Keeper(parts.recorder, recorded)
    schedule = Schedule(parts.clock, act)
    schedule.configure(probes, {})
    schedule.start()
    try:
        await asyncio.sleep(max(window_s / 3, 0.3))
        return await _watch(parts, probes, tally, window_s)
    finally:
        await schedule.drain(DRAIN)
        await keeper.drain(DRAIN)


async def _announce(parts: Parts, probes: Sequence[Probe]) -> None:
    config = replace(parts.config, probes={probe.id: probe for probe in probes})
    rows = [records.ProbeRow(p.id, p.name, p.kind.name) for p in probes]
    at = parts.clock.now()
    keys = await parts.writer.do(lambda db: records.sync_probes(db, rows, at))
    parts.recorder.context = Context(config, keys, "benchmark")


async def _watch(parts: Parts, probes: Sequence[Probe], tally: Tally, window_s: float) -> Step:
    began_at, began, recorded = parts.clock.now(), time.monotonic(), tally.recorded
    cpu_us = _cores.used_us()
    await asyncio.sleep(window_s)
    cpu_us = _cores.used_us() - cpu_us
    ended_at, took = parts.clock.now(), time.monotonic() - began
    recorded = tally.recorded - recorded
    rss_mb = psutil.Process().memory_info().rss / 1e6
    await asyncio.sleep(TAIL_S)
    lags = [started - slot for slot, started in tally.starts if began_at < slot <= ended_at]
    return Step(
        cpu_us_per_run=round(cpu_us / max(recorded, 1), 1),
        runs_per_s=round(recorded / took, 1),
        lag_ms=_lag_ms(lags),
        missed=_due(probes, began_at, ended_at) - len(lags),
        failed=tally.failed,
        rss_mb=round(rss_mb, 1),
    )


def _due(probes: Sequence[Probe], after: datetime, until: datetime) -> int:
    """How many slots there are after the one instant and up to the other."""
    return sum(
        (slot_at(p.id, p.every, until) - slot_at(p.id, p.every, after)) // p.every for p in probes
    )


def _lag_ms(lags: Sequence[timedelta]) -> dict[str, float]:
    """The nearest rank; of nothing, as late as can be."""
    ordered = sorted(lag / timedelta(milliseconds=1) for lag in lags) or [math.inf]
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    last = len(ordered)
    return {name: round(ordered[math.ceil(share * last) - 1], 2) for name, share in shares.items()}


async def climb(parts: Parts, seconds: float) -> Step:
    """The fastest step that was on time; the slowest of all when none was."""
    ends = time.monotonic() + seconds
    window_s = min(max(seconds / 12, 0.4), 2.5)
    best = await _tried(parts, FIRST, window_s, ends)
    good, bad = FIRST, math.inf
    rate = int(800_000 / best.cpu_us_per_run)  # 80 % of a core: not far from the end
    while good < rate and bad / good > CLOSE_ENOUGH and time.monotonic() + 2 * window_s < ends:
        step = await _tried(parts, rate, window_s, ends)
        if step.on_time:
            best, good = step, rate
        else:
            bad = rate
        rate = int(good * FASTER if bad == math.inf else (good + bad) / 2)
    return best


async def _tried(parts: Parts, rate: int, window_s: float, ends: float) -> Step:
    """A late step is given a second chance: somebody else may have used this core."""
    step = await measure(parts, rate, window_s)
    _tell(rate, step)
    if not step.on_time and time.monotonic() + 2 * window_s < ends:
        step = await measure(parts, rate, window_s)
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
    async with built(path) as parts:
        return asdict(await climb(parts, seconds))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--core", type=int)
    parser.add_argument("--log", action="store_true")
    given = parser.parse_args()
    if given.core is not None:
        _cores.pin({given.core})
    # A step that was too fast is cut off in the middle, and the scheduler shows its tracebacks.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    if given.log:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends
        configure(json=True, scrub=Scrubber(frozenset()).text)
    print(json.dumps(uvloop.run(_main(given.config, given.seconds))))


if __name__ == "__main__":
    main()
