"""Letters that wait a little for a log: told when their time has come, whatever happens."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from monitor.notices import EventKind
from tests.support.clock import HandClock
from tests.support.telling import Far, World, a_world
from tests.support.waiting import until_async

OPENED, RESOLVED = EventKind.OPENED, EventKind.RESOLVED
HOLD = timedelta(milliseconds=400)


async def held(world: World, hold: timedelta = HOLD) -> None:
    """An opening whose letters may go that much later."""
    await world.happens(OPENED, 1, ["far"], hold=hold)


async def test_it_goes_at_its_time_and_nobody_has_to_wake_anything(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path, far=far) as world:
        began = time.monotonic()
        await held(world)
        await until_async(lambda: far.confirmed, "it is told")
        assert HOLD <= timedelta(seconds=time.monotonic() - began) < HOLD + timedelta(seconds=5)
    assert far.confirmed == [(1, "opened")]


async def test_it_holds_up_no_other_incident(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path, far=far) as world:
        await held(world, hold=timedelta(seconds=60))
        await world.happens(OPENED, 2, ["far"])
        await until_async(lambda: far.confirmed, "the other one is told")
        assert far.confirmed == [(2, "opened")]


async def test_what_is_over_meanwhile_is_told_as_over_and_never_as_open(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path, far=far) as world:
        await held(world, hold=timedelta(seconds=60))
        await world.happens(RESOLVED, 1, ["far"])
        await world.settled()
    assert far.confirmed == [(1, "resolved")]
    assert far.notices[0].untold


async def test_news_do_not_overtake_it(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path, far=far) as world:
        await held(world)
        await world.happens(EventKind.WORSENED, 1, ["far"])
        await world.settled()
    assert far.confirmed == [(1, "opened"), (1, "worsened")]


async def test_a_stop_tells_it_at_once(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path, far=far) as world:
        await held(world, hold=timedelta(seconds=60))
    assert far.confirmed == [(1, "opened")]


async def test_a_wall_clock_that_is_set_back_lets_it_go(tmp_path: Path) -> None:
    far, clock = Far(), HandClock()
    async with a_world(tmp_path, clock, far=far) as world:
        await held(world, hold=timedelta(seconds=60))
        clock.step(timedelta(hours=-1))
        world.dispatch.wake()
        await until_async(lambda: far.confirmed, "it is told")
