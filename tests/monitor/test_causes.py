"""One thing is down because another is: people hear of the cause."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.routing import Severity, everyone
from tests.support.attending import MINUTE, SECOND, a_world, routed


async def test_the_database_is_down_and_what_needs_it_is_not_told_beside_it(
    tmp_path: Path,
) -> None:
    web = routed("web", needs=("database",))
    async with a_world(tmp_path, routed("database"), web) as world:
        await world.fails("database")
        await world.fails("web")
        assert await world.waits(timedelta(minutes=30)) == ["oncall opened database"]
        [_, effect] = await world.rows("SELECT withheld, under FROM incident ORDER BY id")
        assert effect == {"withheld": "cause_known", "under": 1}
        await world.mends("database", "web")
        assert await world.waits(timedelta(minutes=30)) == ["oncall resolved database"]


async def test_the_cause_is_over_and_the_effect_is_not_so_it_is_told_after_all(
    tmp_path: Path,
) -> None:
    web = routed("web", needs=("database",))
    async with a_world(tmp_path, routed("database"), web) as world:
        await world.fails("database")
        await world.fails("web")
        await world.mends("database")
        told = await world.waits(2 * MINUTE)
        assert told == ["oncall opened database", "oncall resolved database"]
        assert await world.waits(2 * MINUTE) == ["oncall opened web"]
        assert (await world.why())[-1] == "cause_over"


async def test_an_effect_that_is_seen_first_waits_until_its_cause_has_spoken(
    tmp_path: Path,
) -> None:
    web = routed("web", needs=("database",))
    async with a_world(tmp_path, routed("database"), web) as world:
        await world.runs(database="u", web="u")
        world.clock.wind(MINUTE)
        await world.fails("web")
        assert await world.waits(5 * SECOND) == []
        await world.fails("database")
        assert await world.waits(MINUTE) == ["oncall opened database"]


async def test_a_cause_that_is_innocent_delays_a_page_by_seconds_only(tmp_path: Path) -> None:
    web = routed("web", needs=("database",))
    async with a_world(tmp_path, routed("database"), web) as world:
        await world.runs(database="u")
        world.clock.wind(MINUTE)
        await world.fails("web")
        await world.runs(database="u")
        assert await world.waits(2 * SECOND) == ["oncall opened web"]


async def test_a_cause_that_never_speaks_delays_a_page_by_half_a_minute(tmp_path: Path) -> None:
    web = routed("web", needs=("database",))
    async with a_world(tmp_path, routed("database"), web) as world:
        await world.runs(database="u")
        world.clock.wind(MINUTE)
        await world.fails("web")
        assert await world.waits(25 * SECOND) == []
        assert await world.waits(10 * SECOND) == ["oncall opened web"]


async def test_a_cause_that_matters_less_explains_nothing(tmp_path: Path) -> None:
    disk = routed("disk", severity=Severity.WARNING, channels=everyone("chat"))
    async with a_world(tmp_path, disk, routed("web", needs=("disk",))) as world:
        await world.fails("disk")
        await world.fails("web")
        assert await world.waits(MINUTE) == ["chat opened disk", "oncall opened web"]


async def test_a_cause_that_nobody_hears_of_explains_nothing(tmp_path: Path) -> None:
    async with a_world(
        tmp_path, routed("database", channels={}), routed("web", needs=("database",))
    ) as world:
        await world.fails("database")
        await world.fails("web")
        assert await world.waits(MINUTE) == ["oncall opened web"]
