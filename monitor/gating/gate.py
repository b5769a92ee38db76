"""The gate: all probes side by side, each again and again, until every one has passed its row."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.clock import Clock
from monitor.config import Probe
from monitor.gating.tally import Standing, Tally, Terms
from monitor.runner import Run, Runner

Heard = Callable[[Tally, Run], None]
"""Called after every run, with how its probe stands now; only this run has its files with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of it. `tallies` are in the order in which the probes were given."""

    terms: Terms
    tallies: tuple[Tally, ...]
    began_at: datetime
    lasted: timedelta

    @property
    def standing(self) -> Standing:
        found = {tally.standing(self.terms) for tally in self.tallies}
        order = (Standing.FAILED, Standing.UNKNOWN)
        return next((each for each in order if each in found), Standing.PASSED)

    @property
    def cut_short(self) -> bool:
        """Whether it ended before its time, because one probe failed too often in a row."""
        return any(tally.hopeless(self.terms) for tally in self.tallies)

    def of(self, standing: Standing) -> list[Tally]:
        return [tally for tally in self.tallies if tally.standing(self.terms) is standing]


class Gate:
    """Runs without the tries that would confirm a failure: what answers every second request is
    broken. A probe that has passed its row rests.
    """

    def __init__(
        self, clock: Clock, terms: Terms, heard: Heard = lambda _tally, _run: None
    ) -> None:
        self._clock = clock
        self._terms = terms
        self._heard = heard
        self._tallies: dict[str, Tally] = {}
        self._hopeless = asyncio.Event()

    def unsettled(self, probe: str) -> bool:
        """Whether its newest evidence is a failure; for `monitor.tracing.Attempts`."""
        return probe in self._tallies and self._tallies[probe].failing > 0

    async def judge(self, probes: Sequence[Probe], runner: Runner) -> Verdict:
        """Takes no longer than the settling time and one run more. Ends as soon as all have
        passed, or one is hopeless; what is under way then is given up.
        """
        began_at, began = self._clock.now(), self._clock.monotonic()
        self._tallies = {probe.id: Tally(probe=probe) for probe in probes}
        self._hopeless.clear()
        ends = began + self._terms.settle.total_seconds()
        async with asyncio.TaskGroup() as group:
            rows = [group.create_task(self._row(probe, runner, ends)) for probe in probes]
            given_up = group.create_task(self._give_up(rows))
            await asyncio.wait(rows)
            given_up.cancel()
        return Verdict(
            terms=self._terms,
            tallies=tuple(self._tallies.values()),
            began_at=began_at,
            lasted=timedelta(seconds=self._clock.monotonic() - began),
        )

    async def _give_up(self, rows: Sequence[asyncio.Task[None]]) -> None:
        await self._hopeless.wait()
        for row in rows:
            row.cancel()

    async def _row(self, probe: Probe, runner: Runner, ends: float) -> None:
        asked = replace(probe, confirm=())
        pause = self._terms.pause.total_seconds()
        while True:
            # The instant names the run: within one slot there may be many of them here.
            run = await runner.run(asked, self._clock.now())
            tally = self._tallies[probe.id] = self._tallies[probe.id].after(run, self._terms)
            self._heard(tally, run)
            if tally.hopeless(self._terms):
                self._hopeless.set()
            if tally.settled(self._terms) or self._clock.monotonic() + pause >= ends:
                return
            await asyncio.sleep(pause)
