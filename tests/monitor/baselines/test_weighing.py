"""The daemon's own pieces: what good runs found is kept with them, and bad ones are held to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, TypeVar

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of what reads the store

from monitor.baselines import Baselines, weigher
from monitor.config.model import Config, Probe
from monitor.config.usual import Baselines as Table
from monitor.context import Context
from monitor.recorder import Recorder
from monitor.runner import Run, Runner
from monitor.slots import slot_at
from monitor.store import Reader, StoreTrouble, Writer, baselines, records, sync
from probes import Outcome, Reason, Result, Settings, Tools
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


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    clock = HandClock(NIGHT)
    with (
        closing(Writer(tmp_path / "trueup.db", clock)) as writer,
        closing(Reader(tmp_path / "trueup.db")) as reader,
    ):
        yield Library(tmp_path, clock, writer, reader)


async def test_a_database_that_somebody_emptied_is_noticed_though_every_answer_is_a_200(
    library: Library,
) -> None:
    assert await library.runs(48, 48, 48) == ["status 200"] * 3

    run = (await library.runs(0), await library.run())[1]
    assert (run.result.outcome, run.result.reason) == (Outcome.FAIL, Reason.BELOW_BASELINE)
    assert run.result.summary == (
        "JSON $.items[*]: found nothing, and there were 48 on Saturday at 02:00 UTC; status 200"
    )
    assert library.tally() == [(3, 144, 48, 48)]  # what was too few is kept apart


async def test_it_is_known_again_after_a_restart_in_the_middle_of_the_outage(
    library: Library,
) -> None:
    await library.runs(48, 48, 48, 0)
    library.started()

    assert "found nothing" in (await library.runs(0))[0]
    assert await library.runs(48) == ["status 200"]


async def test_a_list_that_is_empty_every_night_wakes_somebody_once(library: Library) -> None:
    said = []
    for _ in range(6):
        await library.runs(48, 48, 48)
        said += await library.runs(0, 0)
        library.clock.wind(timedelta(hours=5))
        await library.runs(48)
        library.clock.wind(timedelta(hours=19) - 6 * MINUTE)

    assert [each == "status 200" for each in said] == [False, False] + [True] * 10


async def test_a_run_that_is_recorded_again_counts_once(library: Library) -> None:
    for _ in range(2):
        run = await library.run()
        await library.recorder.record_all([run, run])

    assert library.tally() == [(2, 96, 48, 48)]


async def test_the_same_hour_of_the_same_weekday_counts_once_it_is_known(library: Library) -> None:
    for _ in range(3):
        await library.runs(12, 12)
        library.clock.wind(timedelta(hours=5))
        await library.runs(40, 40)
        library.clock.wind(WEEK - timedelta(hours=5) - 4 * MINUTE)

    assert await library.runs(11) == ["status 200"]
    library.clock.wind(timedelta(hours=5))
    assert "found 11, usually 40 on Saturdays at 07:00 UTC" in (await library.runs(11))[0]


async def test_a_slow_run_is_weighed_and_a_failing_one_left_alone(library: Library) -> None:
    await library.runs(48, 48, 48)
    library.outcome = Outcome.SLOW
    assert "found nothing" in (await library.runs(0))[0]
    library.outcome = Outcome.FAIL
    assert await library.runs(0) == ["status 200"]
    assert library.tally() == [(3, 144, 48, 48)]


async def test_a_probe_that_was_renamed_keeps_what_is_usual(library: Library) -> None:
    await library.runs(48, 48, 48)
    library.probe = replace(library.probe, id="books", renamed_from="library")
    library.use(replace(library.config, probes={"books": library.probe}))

    assert "found nothing" in (await library.runs(0))[0]


async def test_a_holiday_teaches_nothing(library: Library) -> None:
    library.started(baselines=Table(holidays=frozenset((date(2026, 3, 14),))))
    await library.runs(3, 3, 3)
    library.clock.wind(timedelta(days=1))

    assert await library.runs(0, 48) == ["status 200"] * 2


async def test_a_new_beginning_is_a_beginning_at_once(library: Library) -> None:
    await library.runs(48, 48, 48)
    library.writer.submit(lambda db: baselines.forget(db, "library")).result(20)

    assert await library.runs(5, 5, 5) == ["status 200"] * 3
    assert "found nothing" in (await library.runs(0))[0]


async def test_commands_weigh_with_the_same_history_and_leave_it_as_it_is(
    library: Library,
) -> None:
    assert await weigher(library.config, library.clock) is not None
    await library.runs(48, 48, 48)
    weigh = await weigher(library.config, library.clock)
    assert weigh is not None

    result = await library.ask(library.probe.settings, None)  # type: ignore[arg-type]  # unused
    few = replace(result, facts=Facts(counts={WHAT: 0}))
    assert await weigh(library.probe, result, 0) is result
    assert (await weigh(library.probe, few, 0)).reason is Reason.BELOW_BASELINE
    assert len(library.tally()) == 1


async def test_there_is_nothing_to_weigh_with_where_nothing_is_expected_or_known(
    library: Library, tmp_path: Path
) -> None:
    nowhere = replace(library.config, state=tmp_path / "nowhere")

    assert await weigher(nowhere, library.clock) is None
    assert await weigher(a_config(a_probe(), state=tmp_path), library.clock) is None


async def test_a_store_that_does_not_answer_makes_no_run_fail(tmp_path: Path) -> None:
    clock = HandClock(NIGHT)
    with closing(Reader(tmp_path / "none.db")) as reader:
        weighing = Baselines(reader.ask, clock)
        probe = a_probe("library", settings=Counting())
        result = Result(outcome=Outcome.PASS, took=MINUTE, facts=Facts(counts={WHAT: 4}))

        for _ in range(3):
            assert await weighing.weigh(probe, result, 0) is result
        none = replace(result, facts=Facts(counts={WHAT: 0}))
        assert await weighing.weigh(probe, none, 0) is none


async def test_a_store_that_is_away_blinds_nobody(library: Library) -> None:
    await library.runs(48, 48, 48)
    library.store_is_away = True

    assert "and there were 48 on Saturday at 02:00" in (await library.runs(0))[0]
    library.clock.wind(timedelta(hours=1))
    library.weighing.configure(library.config)
    empty, back, again = await library.runs(0, 48, 0)
    assert "found nothing" in empty
    assert (back, again) == ("status 200", "status 200")  # it came back by itself once


async def test_what_is_known_of_weeks_is_known_without_the_store(library: Library) -> None:
    for _ in range(3):
        await library.runs(12, 12)
        library.clock.wind(timedelta(hours=5))
        await library.runs(40, 40)
        library.clock.wind(WEEK - timedelta(hours=5) - 4 * MINUTE)
    await library.runs(12)
    library.store_is_away = True

    library.clock.wind(timedelta(hours=5))
    assert "found 11, usually 40 on Saturdays at 07:00 UTC" in (await library.runs(11))[0]
    assert await library.runs(40) == ["status 200"]
    library.weighing.configure(a_config())  # which forgets what nobody holds it to
    assert await library.runs(11) == ["status 200"]


def test_rows_older_than_a_year_and_a_bit_go(library: Library) -> None:
    def aged(db: Any) -> int:
        key = int(db.execute("SELECT key FROM probe").fetchone()[0])
        for weeks in range(70):
            baselines.add(db, key, NIGHT - weeks * WEEK, {WHAT: 4})
        return baselines.prune(db, NIGHT - baselines.KEPT, 1000)

    assert library.writer.submit(aged).result(20) == 9
