"""The store takes nothing, and people hear of outages all the same: each once, and its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor import deciding, keeping
from monitor.channels import Retry
from monitor.config.changes import Capture, Changes, Objective
from monitor.standby import FILE
from probes import Artefact
from tests.support.attending import SECOND
from tests.support.standing_by import PROBES, World, a_world
from tests.support.waiting import until_async


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AGAIN", timedelta(milliseconds=20))
    monkeypatch.setattr(keeping, "AWAY", timedelta(milliseconds=200))
    monkeypatch.setattr(deciding, "GATHER_FOR", timedelta(milliseconds=300))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as found:
        yield found


async def test_an_outage_that_comes_and_goes_meanwhile_is_told_once_and_is_in_the_history(
    world: World,
) -> None:
    await world.goes("udd")
    await world.hears("opened")
    world.sees("uu")
    await world.hears("opened", "resolved")
    await world.returns()
    await world.nothing_waits()
    assert world.told == ["opened", "resolved"]
    [incident] = await world.rows("SELECT * FROM incident")
    assert world.keys == {incident["dedup_key"]}
    assert incident["resolved_at"]
    assert not (world.folder / FILE).exists()


async def test_what_failed_once_before_opens_with_its_next_failure(world: World) -> None:
    world.sees("ud")
    await world.recorded()
    await world.goes("d")
    await world.hears("opened")
    assert world.far.notices[0].began_at == world.began_at + SECOND


async def test_a_single_failure_is_told_to_whoever_asks_again(world: World) -> None:
    await world.goes("ud")
    await until_async(lambda: world.undecided == ["web"], "it is asked again")
    assert world.told == []


async def test_what_was_open_before_ends_under_its_key_and_only_once(world: World) -> None:
    world.sees("dd")
    await world.hears("opened")
    await world.goes("uu")
    await world.hears("opened", "resolved")
    await world.returns()
    await world.nothing_waits()
    assert world.told == ["opened", "resolved"]
    assert len(world.keys) == 1


async def test_a_page_that_was_on_its_way_goes_on_from_memory(world: World) -> None:
    world.far.script = [Retry("busy", timedelta(seconds=1))]
    world.sees("dd")
    await world.hears("opened")
    await world.goes()
    await world.hears("opened", "opened")
    await world.returns()
    await world.nothing_waits()
    assert world.told == ["opened", "opened"]


async def test_a_page_confirmed_just_before_the_mark_could_be_made_is_not_repeated(
    world: World,
) -> None:
    async def shuts() -> None:
        world.writer.shut = True

    world.far.meanwhile = shuts
    world.sees("dd")
    await world.hears("opened")
    await world.goes("uu")
    await world.hears("opened", "resolved")
    await world.returns()
    await world.nothing_waits()
    assert world.told == ["opened", "resolved"]


async def test_an_outage_that_goes_on_is_not_told_anew_by_the_store(world: World) -> None:
    await world.goes("dd")
    await world.hears("opened")
    await world.returns()
    await world.nothing_waits()
    assert world.told == ["opened"]
    world.sees("uu")
    await world.hears("opened", "resolved")
    assert len(world.keys) == 1


async def test_what_only_the_memory_saw_open_is_ended(world: World) -> None:
    await world.goes()
    world.shows("dd")
    await world.hears("opened")
    await world.returns()
    await world.hears("opened", "resolved")
    assert len(world.keys) == 1
    [incident] = await world.rows("SELECT * FROM incident")
    assert incident["dedup_key"] in world.keys


async def test_what_only_the_memory_saw_end_is_told_once_more(world: World) -> None:
    world.sees("dd")
    await world.hears("opened")
    await world.goes("d")
    world.shows("uu")
    await world.hears("opened", "resolved")
    await world.returns()
    await world.hears("opened", "resolved", "reminded")
    world.sees("uu")
    await world.hears("opened", "resolved", "reminded", "resolved")
    assert len(world.keys) == 1


async def test_many_at_once_are_told_as_one_and_stay_one_when_the_store_is_back(
    world: World,
) -> None:
    every = [probe.id for probe in PROBES]
    await world.goes("dd", *every)
    await world.hears("opened")
    assert world.far.notices[0].members_count == len(every)
    await world.returns()
    world.sees("uu", *every)
    await world.hears("opened", "resolved")
    await world.nothing_waits()
    assert world.told == ["opened", "resolved"]
    assert len(world.keys) == 1


async def test_a_database_that_cannot_even_be_read_is_known_from_beside_it(world: World) -> None:
    world.sees("dd")
    await world.hears("opened")
    await world.is_beside("opened")
    world.reader.shut = True
    await world.goes("uu")
    await world.hears("opened", "resolved")
    assert len(world.keys) == 1
    world.reader.shut = False


async def test_a_store_that_goes_away_again_while_it_takes_over_changes_nothing(
    world: World,
) -> None:
    await world.goes("dd")
    await world.hears("opened")
    world.writer.slams = True
    world.writer.shut = False
    await until_async(lambda: world.writer.shut, "it is away again")
    world.sees("uu")
    await world.hears("opened", "resolved")
    await world.returns()
    await world.nothing_waits()
    assert world.told == ["opened", "resolved"]


async def test_what_a_stop_or_a_kill_would_leave_open_is_ended_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as before:
        await before.goes("dd")
        await before.hears("opened")
        assert (tmp_path / FILE).exists()
    async with a_world(tmp_path) as world:
        await world.hears("resolved")
        assert world.keys == before.keys
        assert not (tmp_path / FILE).exists()


async def test_a_file_that_makes_no_sense_keeps_nobody_from_starting(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    async with a_world(tmp_path) as world:
        world.sees("dd")
        await world.hears("opened")


async def test_pictures_wait_for_the_store(world: World) -> None:
    picture = Artefact("page.png", "image/png", b"png")
    world.writer.shut = True
    for world.seen in range(2):
        run = world.run("d")
        world.keeper.keep(replace(run, result=replace(run.result, artefacts=(picture,))))
    await world.hears("opened")
    assert world.far.notices[0].pictures == ()


async def test_from_memory_nobody_tells_of_a_budget_and_nobody_waits_for_a_log(
    tmp_path: Path,
) -> None:
    log = Capture(id="log", probes=("web",), file="/var/log/web", wait=timedelta(minutes=1))
    promise = Objective(
        id="web",
        component="web",
        share=0.01,
        window=timedelta(days=1),
        zone=ZoneInfo("UTC"),
        written="99 %",
    )
    promised = Changes(captures={"log": log}, objectives={"web": promise})
    async with a_world(tmp_path, changes=promised) as world:
        await world.goes("dd")
        await world.hears("opened")
        assert world.far.notices[0].budgets == ()
        await world.returns()
        world.sees("uu")
        await world.hears("opened", "resolved")
    assert [left.objective for left in world.far.notices[1].budgets] == ["web: 99 %"]


async def test_one_told_alone_from_memory_stays_alone_when_the_store_would_have_told_all_as_one(
    world: World,
) -> None:
    others = ("mail", "shop", "blog")
    await world.goes("dd")
    await world.hears("opened")
    world.sees("dd", *others)
    await world.hears("opened", "opened")
    await world.returns()
    world.sees("uu", "web", *others)
    await world.hears("opened", "opened", "resolved", "resolved")
    await world.nothing_waits()
    assert len(world.keys) == 2
