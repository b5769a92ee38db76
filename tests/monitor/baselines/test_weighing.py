"""The daemon's own pieces: what good runs found is kept with them, and bad ones are held to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from monitor.baselines import weigher
from monitor.config.usual import Baselines as Table
from monitor.store import baselines
from probes import Outcome, Reason
from probes.result import Facts
from tests.monitor.baselines.library import MINUTE, WEEK, WHAT, Library
from tests.support.clock import NIGHT
from tests.support.configs import a_config, a_probe


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


def test_rows_older_than_a_year_and_a_bit_go(library: Library) -> None:
    def aged(db: Any) -> int:
        key = int(db.execute("SELECT key FROM probe").fetchone()[0])
        for weeks in range(70):
            baselines.add(db, key, NIGHT - weeks * WEEK, {WHAT: 4})
        return baselines.prune(db, NIGHT - baselines.KEPT, 1000)

    assert library.writer.submit(aged).result(20) == 9
