"""The daemon's own parts, making journeys as told: the measured process of journeys.py.

Each line of input is an order and gets one line of answer, both of them JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import uvloop

from benchmarks._crew import announce, built, settle
from benchmarks._family import living_children
from benchmarks._noting import noting
from monitor.clock import SystemClock
from monitor.config import Config, Probe, load
from monitor.daemon.crew import Crew, configure
from monitor.daemon.thrift import share
from monitor.slots import slot_at
from probes import Outcome
from probes.browser import Browsers, Errand
from probes.journeys import READY_MADE

PROBES: Final = 100
"""They take turns: each has one run a second at most, so that every run has a slot of its own."""
_SUBREAPER: Final = 36  # of prctl.h
_LOOK_S: Final = 0.05
DRAIN: Final = timedelta(seconds=10)


@dataclass(slots=True)
class Tally:
    wall_ms: list[float] = field(default_factory=list)
    recorded: int = 0
    failed: Counter[str] = field(default_factory=Counter)


class Travels:
    """Runs of *probes* by the *crew*, from a slot to a row."""

    def __init__(self, crew: Crew, probes: Sequence[Probe], clock: SystemClock) -> None:
        self._crew = crew
        self._turns: Iterator[Probe] = itertools.cycle(probes)
        self._clock = clock
        self._used: dict[str, datetime] = {}
        self.tally = Tally()

    async def travel(self, *, count: int, lanes: int) -> dict[str, Any]:
        """*count* of them, *lanes* at a time."""
        self.tally = tally = Tally()
        left, began = iter(range(count)), time.monotonic()
        await asyncio.gather(*(self._lane(left) for _ in range(lanes)))
        took_s = time.monotonic() - began
        await self._crew.keeper.drain(DRAIN)
        return {
            "took_s": took_s,
            "wall_ms": tally.wall_ms,
            "recorded": tally.recorded,
            "failed": dict(tally.failed),
        }

    async def _lane(self, left: Iterator[int]) -> None:
        for _ in left:
            probe = next(self._turns)
            began = time.monotonic()
            run = await self._crew.runner.run(probe, await self._slot(probe))
            self.tally.wall_ms.append((time.monotonic() - began) * 1000)
            if run.result.outcome is not Outcome.PASS:
                self.tally.failed[f"{run.result.reason}: {run.result.summary}"] += 1
            self._crew.selfwatch.saw(run)
            self._crew.keeper.keep(run)

    async def _slot(self, probe: Probe) -> datetime:
        """One that it has not used."""
        slot = slot_at(probe.id, probe.every, self._clock.now())
        if slot == self._used.get(probe.id):
            await asyncio.sleep(probe.every.total_seconds())
            slot = slot_at(probe.id, probe.every, self._clock.now())
        self._used[probe.id] = slot
        return slot


async def cold(config: Config, *, times: int) -> dict[str, Any]:
    """Milliseconds from no browser at all to the first line of a journey; the very first one,
    which no other has gone before, comes first.
    """
    model = next(iter(config.probes.values()))
    file = config.state / "noted"
    errand = READY_MADE["login"].errand(model.settings)
    errand = replace(errand, journey=partial(noting, file=str(file), journey=errand.journey))
    browsers = Browsers(executable=config.browser, idle=timedelta())
    try:
        return {"cold_ms": [await _cold_ms(browsers, errand, file) for _ in range(times)]}
    finally:
        await browsers.close()


async def _cold_ms(browsers: Browsers, errand: Errand, file: Path) -> float:
    while living_children(os.getpid()):  # noqa: ASYNC110 - nothing tells when a process has gone
        await asyncio.sleep(_LOOK_S)
    asked = time.monotonic()
    result = await browsers.run(errand)
    if result.outcome is not Outcome.PASS:
        raise RuntimeError(f"{result.reason}: {result.summary}")
    noted = file.read_text()  # noqa: ASYNC240 - a few bytes
    return (float(noted) - asked) * 1000


async def _main(path: Path) -> None:
    config, clock = load(path), SystemClock()
    model = next(iter(config.probes.values()))
    probes = [replace(model, id=f"login-{number}") for number in range(PROBES)]

    async def act(_probe: Probe, _slot: datetime) -> None:
        """Nothing: orders come from outside."""

    def recorded() -> None:
        travels.tally.recorded += 1

    async with AsyncExitStack() as stack:
        crew = await built(stack, config, clock, act, recorded)
        travels = Travels(crew, probes, clock)
        configure(crew, config)
        await announce(crew, config, probes, clock)
        settle()
        orders = {"travel": travels.travel, "cold": partial(cold, config)}
        await _obey(orders)


async def _obey(orders: Mapping[str, Any]) -> None:
    """Until there are no more."""
    loop = asyncio.get_running_loop()
    _say({"ready": True})
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        told = json.loads(line)
        _say(await orders[told.pop("do")](**told))


def _say(answer: Mapping[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def _adopt() -> None:
    """What outlives its parents below us becomes ours, so that its CPU time is not lost when a
    browser has to be killed.
    """
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    given = parser.parse_args()
    share()
    _adopt()
    uvloop.run(_main(given.config))


if __name__ == "__main__":
    main()
