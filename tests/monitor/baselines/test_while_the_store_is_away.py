"""A store that is away makes nobody blind, and tells nothing that was forgotten."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.baselines import Baselines
from monitor.baselines.weighing import REFRESH
from monitor.store import Reader, baselines
from probes import Outcome, Result
from probes.result import Facts
from tests.monitor.baselines.library import MINUTE, WEEK, WHAT, Counting, Library
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe


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


async def test_what_was_empty_and_well_is_so_while_the_store_is_away(library: Library) -> None:
    await library.runs(0, 0, 0, 48, 48, 48)
    library.weighing.configure(library.config)
    await library.runs(48)
    library.store_is_away = True

    assert await library.runs(0) == ["status 200"]


@pytest.mark.parametrize("heard", [True, False])
async def test_what_was_forgotten_does_not_come_back_while_the_store_is_away(
    library: Library, *, heard: bool
) -> None:
    for _ in range(3):
        await library.runs(40, 40)
        library.clock.wind(WEEK - 2 * MINUTE)
    await library.runs(40)
    library.writer.submit(lambda db: baselines.forget(db, "library")).result(20)
    library.weighing.doubt() if heard else library.clock.wind(REFRESH)
    await library.runs(40)
    library.store_is_away = True

    assert await library.runs(10) == ["status 200"]
