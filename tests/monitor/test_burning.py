"""A budget that burns is told, once, and only where people were not paged for it anyway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitor import burning, pages
from monitor.burning import Burning
from monitor.clock import iso
from monitor.config.changes import Changes, Objective
from monitor.config.model import Probe
from monitor.objectives.rates import rates
from monitor.routing import Severity, everyone
from monitor.store import StoreTrouble, attended, fives, records, sync
from status_page import Condition
from tests.support.attending import MINUTE, World, a_world, routed
from tests.support.clock import NIGHT
from tests.support.waiting import until_async

HOUR = timedelta(hours=1)
PROMISE = Objective(
    id="uploads",
    component="upload",
    share=0.001,
    window=timedelta(days=30),
    zone=ZoneInfo("UTC"),
    written="99.9 %",
)


@asynccontextmanager
async def a_promise(
    folder: Path, *probes: Probe, promise: Objective = PROMISE, **changes: Any
) -> AsyncIterator[World]:
    promised = Changes(objectives={promise.id: promise})
    async with a_world(folder, *(probes or (routed("upload"),)), changes=promised, **changes) as w:
        yield w


async def looks(world: World) -> bool:
    work = partial(burning.attend, context=world.recorder.context, at=world.clock.now())
    return await world.writer.do(work)


async def goes_by(world: World, letters: str, probe: str = "upload", look_every: int = 1) -> None:
    """One run a minute, and a look after each *look_every*."""
    for number, letter in enumerate(letters, 1):
        await world.runs(**{probe: letter})
        world.clock.wind(MINUTE - timedelta(milliseconds=1))
        if number % look_every == 0:
            await looks(world)


async def open_incidents(world: World) -> list[tuple[str, str, str]]:
    rows = await world.rows(
        "SELECT probe.id, severity, withheld FROM incident JOIN probe ON probe.key = probe"
        " WHERE resolved_at IS NULL ORDER BY incident.id"
    )
    return [(row["id"], row["severity"], row["withheld"]) for row in rows]


ONE_IN_TWENTY = "u" * 10 + "d" + "u" * 9


async def test_one_run_in_twenty_that_fails_for_hours_pages_though_none_is_down(
    tmp_path: Path,
) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 2)
        assert await world.told() == []
        await goes_by(world, ONE_IN_TWENTY * 4)
        assert await world.told() == ["oncall opened objective/uploads"]
        [body] = await world.bodies()
        assert (body["about"], body["severity"]) == ("objective", "critical")
        assert body["summary"].startswith("3 of ")
        assert body["says"] == ["The budget of upload (99.9 %) burns too fast."]
        assert body["budgets"][0]["objective"] == "upload: 99.9 %"
        assert body["began_at"] == iso(NIGHT + 10 * MINUTE)


async def test_it_ends_when_both_windows_are_below_and_says_so_once(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        assert await world.told() == ["oncall opened objective/uploads"]
        await goes_by(world, "u" * 30)
        assert await world.told() == []  # the hour still holds what happened
        await goes_by(world, "u" * 40)
        assert await world.told() == ["oncall resolved objective/uploads"]
        assert (await world.why())[-1] == "budget_steady"
        await goes_by(world, "u" * 300, look_every=10)  # what people heard is no news three days on
        assert await world.told() == []
        assert await open_incidents(world) == []


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


async def test_everybody_hears_whom_any_of_its_probes_would_tell(tmp_path: Path) -> None:
    first, second = routed("upload"), routed("other", channels=everyone("oncall", "chat"))
    async with a_promise(tmp_path, first, second) as world:
        config = world.recorder.context.config
        both = replace(config.components["upload"], probes=("upload", "other"))
        components = {**config.components, "upload": both}
        world.recorder.context = replace(
            world.recorder.context, config=replace(config, components=components)
        )
        await goes_by(world, ONE_IN_TWENTY * 4)
        assert sorted(await world.told()) == [
            "chat opened objective/uploads",
            "oncall opened objective/uploads",
        ]


async def test_looking_twice_or_after_a_restart_tells_nothing_twice(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        await world.told()
        rows = [records.ProbeRow("upload", "upload", "toy")]
        await world.writer.do(lambda db: sync.sync(db, rows, "here", world.clock.now()))
        for _ in range(3):
            assert not await looks(world)
        assert await world.told() == []
        assert await open_incidents(world) == [("objective/uploads", "critical", "")]


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


async def test_what_is_promised_no_more_is_no_longer_watched(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        await world.told()
        config = replace(world.recorder.context.config, changes=Changes())
        world.recorder.context = replace(world.recorder.context, config=config)
        assert await looks(world)
        assert await world.told() == ["oncall resolved objective/uploads"]
        assert (await world.bodies())[-1]["outcome"] == "UNKNOWN"
        assert await open_incidents(world) == []
        assert not await looks(world)


async def test_one_that_shall_not_burn_never_does(tmp_path: Path) -> None:
    async with a_promise(tmp_path, promise=replace(PROMISE, burn=False)) as world:
        await goes_by(world, ONE_IN_TWENTY * 5, look_every=20)
        assert await open_incidents(world) == []


async def test_it_is_the_same_whether_runs_are_counted_into_their_five_minutes_or_not(
    tmp_path: Path,
) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4 + "d", look_every=1000)
        at, config = world.clock.now(), world.recorder.context.config
        before = await world.writer.do(lambda db: rates(db, config, PROMISE, at))
        await world.writer.do(lambda db: fives.fold(db, until=at - 7 * MINUTE, most=10_000))
        after = await world.writer.do(lambda db: rates(db, config, PROMISE, at))
        assert before == after
        assert before.untold[0].burns


class _Shut:
    """A store that takes nothing."""

    async def do(self, _: Any) -> Any:
        raise StoreTrouble("the database is locked")


async def test_a_store_in_trouble_is_asked_again_soon(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        burner = Burning(_Shut(), world.clock, lambda: world.recorder.context, lambda: None)
        assert await burner.look() < MINUTE


async def test_the_public_page_and_our_own_trouble_know_nothing_of_it(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        assert await world.told() == ["oncall opened objective/uploads"]
        config, at = world.recorder.context.config, world.clock.now()
        page = await world.writer.do(lambda db: pages.build(db, config, at))
        assert page.incidents == ()
        assert page.components[0].condition is Condition.UP
        assert await world.writer.do(attended.own_open) == []


async def test_as_long_as_it_burns_people_are_reminded(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        await world.told()
        assert await world.waits(4 * HOUR + MINUTE) == ["oncall reminded objective/uploads"]


async def test_nobody_is_reminded_in_a_silence(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        await world.told()
        await world.silences(5 * HOUR)
        assert await world.waits(4.5 * HOUR) == []
        assert await world.waits(HOUR) == ["oncall reminded objective/uploads"]


async def test_the_loop_looks_at_once_and_says_that_there_is_something_to_deliver(
    tmp_path: Path,
) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 3 + "u" * 9 + "d", look_every=1000)
        told = asyncio.Event()
        burner = Burning(world.writer, world.clock, lambda: world.recorder.context, told.set)
        burner.configure(world.recorder.context.config)
        task = asyncio.create_task(burner.serve())
        await until_async(told.is_set, "the page")
        task.cancel()
        await asyncio.wait([task])
        assert await world.told() == ["oncall opened objective/uploads"]
