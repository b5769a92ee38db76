"""Budgets that burn and nobody is told: people know, or asked for silence, or it is no fire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor import pages
from monitor.config.changes import Changes, Span
from monitor.routing import Severity
from monitor.store import attended
from status_page import Condition
from tests.support.attending import MINUTE, routed
from tests.support.burning import (
    HOUR,
    ONE_IN_TWENTY,
    PROMISE,
    a_promise,
    goes_by,
    looks,
    open_incidents,
)


async def test_an_outage_that_people_were_paged_for_burns_the_budget_and_pages_nobody_again(
    tmp_path: Path,
) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, "u" * 30 + "d" * 12)
        assert await world.told() == ["oncall opened upload"]
        assert await open_incidents(world) == [
            ("upload", "critical", ""),
            ("objective/uploads", "critical", "cause_known"),
        ]
        await goes_by(world, "u" * 90)
        assert await world.told() == ["oncall resolved upload"]
        assert await open_incidents(world) == []


async def test_outages_again_and_again_are_worth_a_ticket_though_each_was_told(
    tmp_path: Path,
) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, "u" * 30 + "ddd" + "u" * 60, look_every=5)
        assert await world.told() == ["oncall opened upload", "oncall resolved upload"]
        await goes_by(world, "ddd" + "u" * 5)
        assert await world.told() == [
            "oncall opened upload",
            "oncall resolved upload",
            "oncall opened objective/uploads",
        ]
        assert await open_incidents(world) == [("objective/uploads", "warning", "")]


async def test_a_few_failed_runs_that_spent_hardly_any_of_the_budget_are_worth_no_word(
    tmp_path: Path,
) -> None:
    promise = replace(PROMISE, share=0.01)  # 7 hours in 30 days
    async with a_promise(tmp_path, promise=promise) as world:
        await goes_by(world, ("u" * 59 + "d") * 4, look_every=10)
        assert await world.told() == []


async def test_two_short_outages_that_people_heard_of_are_worth_no_word_either(
    tmp_path: Path,
) -> None:
    year = replace(PROMISE, share=15 / 525_600, allows=15 * MINUTE, window=Span.YEAR)
    async with a_promise(tmp_path, promise=year) as world:
        await goes_by(world, "u" * 20)
        for _ in range(2):
            for letter in "uddddddduuu":  # every two seconds
                await world.runs(upload=letter)
                world.clock.wind(timedelta(seconds=2))
            await goes_by(world, "u" * 20, look_every=5)
        told = ["oncall opened upload", "oncall resolved upload"] * 2
        assert await world.told() == told
        assert await open_incidents(world) == []


async def test_two_failed_runs_among_few_are_no_fire(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, "uduuduuuuu")
        assert await world.told() == []


async def test_while_the_component_is_silenced_nobody_is_told_and_afterwards_they_are(
    tmp_path: Path,
) -> None:
    async with a_promise(tmp_path) as world:
        await world.silences(2 * HOUR)
        await goes_by(world, ONE_IN_TWENTY * 5)
        assert await open_incidents(world) == [("objective/uploads", "critical", "silenced")]
        await goes_by(world, ONE_IN_TWENTY * 3)
        assert await world.told() == ["oncall opened objective/uploads"]


async def test_announced_work_burns_nothing(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await world.writes(
            "INSERT INTO maintenance (probes, tags, title, by, starts_at, ends_at, created_at)"
            " VALUES ('[]', '[]', 'moving', 'ops', 0, ?, 0)",
            2**60,
        )
        await goes_by(world, ONE_IN_TWENTY * 5, look_every=5)
        assert await open_incidents(world) == []


async def test_what_is_no_reason_to_wake_anybody_when_it_is_down_is_none_when_it_burns(
    tmp_path: Path,
) -> None:
    probe = routed("upload", severity=Severity.WARNING)
    async with a_promise(tmp_path, probe) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        assert await open_incidents(world) == [("objective/uploads", "warning", "")]


async def test_two_promises_of_the_same_component_page_once(tmp_path: Path) -> None:
    other = replace(PROMISE, id="contract", share=0.002, written="99.8 %")
    async with a_promise(tmp_path) as world:
        config = world.recorder.context.config
        both = Changes(objectives={"uploads": PROMISE, "contract": other})
        world.recorder.context = replace(
            world.recorder.context, config=replace(config, changes=both)
        )
        await goes_by(world, ONE_IN_TWENTY * 5 + "u" * 90, look_every=5)
        assert await world.told() == [
            "oncall opened objective/uploads",
            "oncall resolved objective/uploads",
        ]


async def test_while_nobody_watches_it_is_not_called_steady(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        await world.told()
        for _ in range(5):
            world.clock.wind(20 * HOUR)
            assert not await looks(world)
        assert await open_incidents(world) == [("objective/uploads", "critical", "")]
        await goes_by(world, "u")
        assert await world.told() == ["oncall resolved objective/uploads"]


async def test_one_that_shall_not_burn_never_does(tmp_path: Path) -> None:
    async with a_promise(tmp_path, promise=replace(PROMISE, burn=False)) as world:
        await goes_by(world, ONE_IN_TWENTY * 5, look_every=20)
        assert await open_incidents(world) == []


async def test_the_public_page_and_our_own_trouble_know_nothing_of_it(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        assert await world.told() == ["oncall opened objective/uploads"]
        config, at = world.recorder.context.config, world.clock.now()
        page = await world.writer.do(lambda db: pages.build(db, config, at))
        assert page.incidents == ()
        assert page.components[0].condition is Condition.UP
        assert await world.writer.do(attended.own_open) == []


async def test_nobody_is_reminded_in_a_silence(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        await world.told()
        await world.silences(5 * HOUR)
        assert await world.waits(4.5 * HOUR) == []
        assert await world.waits(HOUR) == ["oncall reminded objective/uploads"]
