"""A target that lists entries, and the daemon's own pieces around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, TypeVar

from sqlite_utils import Database  # noqa: TID251 - a test of what reads the store

from monitor.baselines import Baselines
from monitor.config.model import Config, Probe
from monitor.context import Context
from monitor.recorder import Recorder
from monitor.runner import Run, Runner
from monitor.slots import slot_at
from monitor.store import Reader, StoreTrouble, Writer, baselines, records, sync
from probes import Outcome, Result, Settings, Tools
from probes.result import Facts
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe

T = TypeVar("T")
WHAT = "$.items[*]"
MINUTE = timedelta(minutes=1)
WEEK = timedelta(weeks=1)


class Counting(Settings):
    """As the settings of a kind that counts."""

    @property
    def expect(self) -> Any:
        return SimpleNamespace(json_={WHAT: SimpleNamespace(baseline=0.3)})


@dataclass
class Library:
    """A target, and a daemon's pieces around it: `holds` is how many entries it lists."""

    folder: Path
    clock: HandClock
    writer: Writer
    reader: Reader
    holds: int = 48
    outcome: Literal[Outcome.PASS, Outcome.SLOW, Outcome.FAIL] = Outcome.PASS
    store_is_away: bool = False

    def __post_init__(self) -> None:
        self.started()

    def started(self, **changes: Any) -> None:
        """As a daemon that was started now, with *changes* of its configuration."""
        self.probe = a_probe("library", self.ask, settings=Counting())
        self.use(a_config(self.probe, state=self.folder, **changes))

    def use(self, config: Config) -> None:
        self.config = config
        self.weighing = Baselines(self.ask_store, self.clock)
        self.weighing.configure(config)
        rows = [
            records.ProbeRow(p.id, p.name, "toy", p.renamed_from) for p in config.probes.values()
        ]
        known = self.writer.submit(lambda db: sync.sync(db, rows, "here", self.clock.now())).result(
            20
        )
        self.recorder = Recorder(
            self.writer, self.clock, self.folder, Context(config, known.keys, "one")
        )

    async def ask_store(self, question: Callable[[Database], T], /) -> T:
        if self.store_is_away:
            raise StoreTrouble("the disk is gone")
        return await self.reader.ask(question)

    async def ask(self, _: Settings, __: Tools) -> Result:
        return Result(
            outcome=self.outcome,
            took=MINUTE / 600,
            summary="status 200",
            facts=Facts(counts={WHAT: self.holds} if self.outcome is not Outcome.FAIL else {}),
        )

    async def run(self, probe: Probe | None = None) -> Run:
        probe = probe or self.probe
        tools: Any = None
        runner = Runner(tools, self.clock, str, self.weighing.weigh)
        run = await runner.run(probe, slot_at(probe.id, probe.every, self.clock.now()))
        await self.recorder.record(run)
        self.clock.wind(MINUTE)
        return run

    async def runs(self, *counts: int) -> list[str]:
        """What came of one run after the other, in which so many were listed."""
        said = []
        for self.holds in counts:
            said.append((await self.run()).result.summary)
        return said

    def tally(self) -> list[tuple[int, int, int, int]]:
        rows = self.writer.submit(
            lambda db: baselines.hours(db, self.probe.id, WHAT, NIGHT - 100 * WEEK)
        ).result(20)
        return [(row.runs, row.total, row.lowest, row.highest) for row in rows if not row.below]
