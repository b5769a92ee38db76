"""What came back by itself, what people undid, and what was open before trueup might act."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.actions import acting
from monitor.config.changes import ActionMode
from tests.support.acting import Acting, an_acting_world, an_action, announced, the_changes
from tests.support.attending import MINUTE, routed
from tests.support.receivers import receiving
from tests.support.serve import free_port
from tests.support.waiting import until_async


async def test_what_passes_again_before_trueup_acts_is_left_alone_until_it_fails_again(
    tmp_path: Path,
) -> None:
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.end()
            await one.deploy()
            await one.breaks()
            await one.world.runs(signin="u")
            assert await one.reasons() == ["passes_again"]
            await one.world.runs(signin="d")
            assert await one.reasons() == ["passes_again", "failed_once"]
            await one.world.runs(signin="d")
            one.begin()
            await one.settled()
    assert len(far.requests) == 1


async def test_one_failing_run_after_a_deploy_is_a_restart_until_there_is_a_second_one(
    tmp_path: Path,
) -> None:
    probe = replace(routed(), policy=replace(routed().policy, at_once=True))
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url), probes=[probe]) as one:
            await one.deploy()
            await one.world.fails("signin", times=1)
            one.actions.wake()
            await one.settled("why = 'failed_once'")
            await one.world.runs(signin="d")  # nobody says so
            await one.settled()
    assert len(far.requests) == 1


@pytest.mark.parametrize("meanwhile", ["passes", "deployed", "maintenance"])
async def test_what_is_not_wanted_any_more_while_nobody_answers_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    monkeypatch.setattr(acting, "PAUSES", (timedelta(seconds=0.3), timedelta(seconds=2)))
    async with an_acting_world(tmp_path, an_action(url=f"http://127.0.0.1:{free_port()}/")) as one:
        await one.deploy()
        await one.breaks()
        await one.settled("state = 'started'")
        match meanwhile:
            case "passes":
                await one.world.runs(signin="u")
            case "deployed":
                await one.deploy("1.4.3", previous="1.4.2")
            case _:
                await announced(one, "maintenance")
        [row] = await one.settled()
    assert row["state"] == "unsent"
    assert row["answer"] == "connection refused; then it was not needed any more"


async def test_an_incident_that_was_looked_at_as_a_dry_run_is_not_acted_upon_after_the_switch(
    tmp_path: Path,
) -> None:
    with receiving() as far:
        dry = an_action(url=far.url, mode=ActionMode.DRY_RUN)
        async with an_acting_world(tmp_path, dry) as one:
            await one.deploy()
            await one.breaks()
            await one.settled()
            _switch(one, far.url)
            assert await one.reasons() == ["was_dry_run"]
            await one.mends()
            one.clock.wind(2 * timedelta(hours=1))
            await one.deploy("1.4.3", previous="1.4.1")
            await one.breaks()
            await until_async(lambda: far.requests, "the next one is rolled back")
    assert len(far.requests) == 1


def _switch(one: Acting, url: str, **changes: Any) -> None:
    recorder = one.world.recorder
    config = replace(recorder.context.config, changes=the_changes(an_action(url=url, **changes)))
    recorder.context = replace(recorder.context, config=config)
    one.actions.configure(config)


async def test_an_action_under_another_name_does_not_repeat_what_the_old_one_did(
    tmp_path: Path,
) -> None:
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.deploy()
            await one.breaks()
            await one.settled()
            _switch(one, far.url, id="undo")
            assert await one.reasons() == ["done_for_deploy"]
    assert len(far.requests) == 1


async def test_what_was_seen_before_a_stop_of_trueup_is_looked_at_again_before_it_acts(
    tmp_path: Path,
) -> None:
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.end()
            await one.deploy()
            await one.world.fails("signin")
            one.clock.wind(5 * MINUTE)
            assert await one.reasons() == ["not_seen_lately"]
            await one.world.fails("signin")
            one.begin()
            await one.settled()
    assert len(far.requests) == 1


async def test_nobody_hears_that_it_did_not_help_while_it_passes_again(tmp_path: Path) -> None:
    with receiving() as far:
        action = an_action(url=far.url, verify_for=MINUTE)
        async with an_acting_world(tmp_path, action) as one:
            await one.deploy()
            await one.breaks()
            await one.settled("state = 'done'")
            one.clock.wind(MINUTE)
            await one.world.runs(signin="u")
            await one.looked()
            assert [body["why"] for body in await one.bodies("acted")] == ["acted"]
            await one.world.runs(signin="d")
            await one.looked()
            assert [body["why"] for body in await one.bodies("acted")] == ["acted", "did_not_help"]


async def test_nothing_goes_back_to_a_version_that_people_had_to_take_back_by_hand(
    tmp_path: Path,
) -> None:
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.end()
            await one.deploy()
            await one.world.fails("signin")
            await one.world.mends("signin")
            one.clock.wind(30 * MINUTE)
            await one.deploy("1.4.3", previous="1.4.2")
            await one.world.fails("signin")
            assert await one.reasons() == ["previous_broken"]
    assert far.requests == []
