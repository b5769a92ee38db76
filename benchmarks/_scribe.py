"""The monitor's own way from a run to its row, for runs that nobody made, in a time of our own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from monitor.config import Config, Probe
from monitor.context import Context
from monitor.keeping import Keeper
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.slots import slot_at
from monitor.state import DATABASE
from monitor.store import Writer, records
from probes import Outcome, Reason, Result
from tests.support.clock import HandClock
from tests.support.waiting import until_async

WAITING_MOST: Final = 4_000
"""Well below what the keeper holds before it begins to count instead of keeping."""
WRITTEN_WITHIN_S: Final = 60.0
DRAIN: Final = timedelta(seconds=30)
VARIETY: Final = 2_000
SLOW, FAILED = 0.002, 0.0005
"""The shares of runs that are slow, and that fail alone."""
MEDIANS_S: Final = {
    "resolve": 0.000_04,
    "connect": 0.012,
    "tls": 0.025,
    "send": 0.000_06,
    "wait": 0.060,
    "receive": 0.000_5,
}
CLOSING: Final = 5
"""Good runs, enough for any policy."""
SPREAD: Final = 0.35
_US: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes down what it is given, each run as if it had been made when it says."""

    config: Config
    clock: HandClock
    writer: Writer
    keeper: Keeper

    async def write(self, runs: Iterable[Run]) -> int:
        """How many; every one of them is on disk then."""
        count = 0
        for run in runs:
            if self.keeper.waiting >= WAITING_MOST:
                await until_async(lambda: self.keeper.waiting < WAITING_MOST, "room for a run")
            self.clock.wind(max(run.started_at - self.clock.now(), timedelta()))
            self.keeper.keep(run)
            count += 1
            if count % 100 == 0:
                await asyncio.sleep(0)
        await until_async(lambda: not self.keeper.waiting, "every run on disk", WRITTEN_WITHIN_S)
        return count


@asynccontextmanager
async def scribe(config: Config, at: datetime) -> AsyncIterator[Scribe]:
    """Its time begins at *at*."""
    clock = HandClock(at)
    config.state.mkdir(exist_ok=True)
    writer = Writer(config.state / DATABASE, clock)
    rows = [records.ProbeRow(p.id, p.name, p.kind.name) for p in config.probes.values()]
    keys = await writer.do(partial(records.sync_probes, probes=rows, at=at))
    context = Context(config, keys, "benchmark")
    recorder = Recorder(writer, clock, config.state / "artefacts", context)
    keeper = Keeper(recorder, lambda *_: None)
    try:
        yield Scribe(config, clock, writer, keeper)
    finally:
        await keeper.drain(DRAIN)
        writer.close()


def ordinary(
    config: Config, since: datetime, until: datetime, dice: random.Random
) -> Iterator[Run]:
    """A run of every probe in every slot between, in the order of the slots. All probes have the
    same interval.
    """
    results = [_result(dice) for _ in range(VARIETY)]
    probes = sorted(config.probes.values(), key=lambda probe: slot_at(probe.id, probe.every, since))
    every = probes[0].every
    for turn in range(-1, (until - since) // every + 1):
        for probe in probes:
            slot = slot_at(probe.id, every, since) + (turn + 1) * every
            if since <= slot < until:
                lag = dice.randrange(200, 3_000) * _US
                yield run_of(probe, slot, dice.choice(results), lag=lag)


def outage(probe: Probe, at: datetime, failing: int, dice: random.Random) -> Sequence[Run]:
    """As many failing runs, and good ones that close it. None is in a slot proper, for those
    are taken.
    """
    bad = Result(
        outcome=Outcome.FAIL,
        reason=Reason.STATUS,
        summary="the answer was 503, and 200 was expected",
        took=timedelta(milliseconds=40),
        phases=_phases(dice),
    )
    results = [bad] * failing + [_passed(dice)] * CLOSING
    first = slot_at(probe.id, probe.every, at) + _US
    return [
        run_of(probe, first + turn * probe.every, result, between=True)
        for turn, result in enumerate(results)
    ]


def run_of(
    probe: Probe,
    slot: datetime,
    result: Result,
    *,
    lag: timedelta = timedelta(milliseconds=1),
    between: bool = False,
) -> Run:
    return Run(
        probe=probe,
        slot=slot,
        started_at=slot + lag,
        lasted=result.took,
        result=result,
        between=between,
    )


def _result(dice: random.Random) -> Result:
    chance = dice.random()
    if chance < FAILED:
        took = timedelta(milliseconds=31)
        said = "192.0.2.7:443 refused the connection"
        reason = Reason.CONNECT_REFUSED
        return Result(outcome=Outcome.FAIL, reason=reason, summary=said, took=took)
    if chance < FAILED + SLOW:
        phases = {**_phases(dice), "wait": timedelta(seconds=dice.uniform(1, 3))}
        took = sum(phases.values(), timedelta())
        reason, said = Reason.TOO_SLOW, f"it took {took.total_seconds():.1f} s, and 1 s is allowed"
        return Result(outcome=Outcome.SLOW, reason=reason, summary=said, took=took, phases=phases)
    return _passed(dice)


def _passed(dice: random.Random) -> Result:
    phases = _phases(dice)
    took = sum(phases.values(), timedelta())
    said = f"200 in {took / timedelta(milliseconds=1):.0f} ms"
    return Result(outcome=Outcome.PASS, summary=said, took=took, phases=phases)


def _phases(dice: random.Random) -> dict[str, timedelta]:
    return {
        name: timedelta(seconds=median_s * dice.lognormvariate(0, SPREAD))
        for name, median_s in MEDIANS_S.items()
    }
