"""A budget that burns is told, goes on and ends, whatever happens to the daemon meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.burning import Burning
from monitor.clock import iso
from monitor.config.changes import Changes
from monitor.objectives.rates import rates
from monitor.routing import everyone
from monitor.store import StoreTrouble, fives, records, sync
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
from tests.support.clock import NIGHT
from tests.support.waiting import until_async


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


async def test_what_burnt_slowly_is_a_warning_and_a_page_when_it_burns_fast(tmp_path: Path) -> None:
    promise = replace(PROMISE, share=0.01, window=24 * HOUR)
    async with a_promise(tmp_path, promise=promise) as world:
        await goes_by(world, ("u" * 59 + "d") * 3, look_every=10)
        assert await world.told() == ["oncall opened objective/uploads"]
        assert await open_incidents(world) == [("objective/uploads", "warning", "")]
        await goes_by(world, "uuuud" * 12, look_every=5)
        assert await world.told() == ["oncall worsened objective/uploads"]
        assert await open_incidents(world) == [("objective/uploads", "critical", "")]
        assert (await world.bodies())[-1]["severity"] == "critical"


async def test_it_began_when_the_first_of_its_runs_did_and_not_with_the_five_minutes(
    tmp_path: Path,
) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, "uu" + ONE_IN_TWENTY * 4)
        [body] = await world.bodies()
        assert body["began_at"] == iso(NIGHT + 12 * MINUTE)


async def test_it_began_with_the_first_run_that_failed_in_the_hour_and_not_days_before(
    tmp_path: Path,
) -> None:
    async with a_promise(tmp_path) as world:
        await world.runs(upload="d")
        world.clock.wind(40 * HOUR)
        began_at = world.clock.now()
        await goes_by(world, ONE_IN_TWENTY * 2 + "u" * 10 + "d", look_every=51)
        [body] = await world.bodies()
        assert body["severity"] == "critical"
        assert began_at <= datetime.fromisoformat(body["began_at"]) <= began_at + 10 * MINUTE


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


async def test_as_long_as_it_burns_people_are_reminded(tmp_path: Path) -> None:
    async with a_promise(tmp_path) as world:
        await goes_by(world, ONE_IN_TWENTY * 4)
        await world.told()
        assert await world.waits(4 * HOUR + MINUTE) == ["oncall reminded objective/uploads"]


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
