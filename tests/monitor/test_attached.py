"""What a page says beside what was seen: what was deployed before, what was done, what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import attached, objectives
from monitor.clock import to_us
from monitor.config.changes import Capture, Changes
from monitor.notices import from_json
from monitor.routing import Stage
from monitor.store import deploys
from monitor.store.deploys import LATELY_MOST
from tests.support.attending import MINUTE, SECOND, a_world, routed, several
from tests.support.deployed import CHANGES, PROMISE, deploys_it, named


async def test_a_page_names_the_deploy_who_made_it_and_what_ran_before(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        await deploys_it(world, version="1.4.1")
        await world.runs(signin="u")
        await deploys_it(world, url="https://ci.example.org/142")
        at = world.clock.now()
        world.clock.wind(40 * SECOND)
        await world.fails("signin")
        [body] = await world.bodies()
    newest, oldest = body["deploys"]
    assert newest == {
        "service": "api",
        "version": "1.4.2",
        "previous": "1.4.1",
        "by": "ci",
        "url": "https://ci.example.org/142",
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    assert oldest["version"] == "1.4.1"
    assert body["last_good_at"] < newest["at"] < body["began_at"]


@pytest.mark.parametrize(
    ("deploy", "is_named"),
    [
        ({}, True),
        ({"service": "shop/api"}, True),
        ({"service": "nobody-watches-it"}, True),
        ({"service": "web"}, False),
        ({"environment": "production"}, True),
        ({"environment": "staging"}, False),
        ({"ago": 29 * MINUTE}, True),
        ({"ago": 31 * MINUTE}, False),
    ],
    ids=str,
)
async def test_only_deploys_that_may_have_to_do_with_it_are_named(
    tmp_path: Path, deploy: dict[str, Any], *, is_named: bool
) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        await deploys_it(world, **deploy)
        await world.fails("signin")
        [body] = await world.bodies()
    assert bool(body["deploys"]) is is_named


async def test_a_pipeline_that_records_at_its_end_is_named_behind_those_that_came_before(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        await deploys_it(world, ago=10 * MINUTE, version="1.4.1")
        await world.runs(signin="d")
        world.clock.wind(SECOND)
        await deploys_it(world)
        await world.runs(signin="d")
        [body] = await world.bodies()
    assert named(body) == ["api 1.4.1", "api 1.4.2"]
    assert body["deploys"][1]["at"] > body["began_at"]


async def test_what_is_deployed_long_after_the_first_failing_run_is_somebody_mending_it(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        await world.runs(signin="d")
        world.clock.wind(61 * SECOND)
        await deploys_it(world)
        await world.runs(signin="d")
        [body] = await world.bodies()
    assert body["deploys"] == []


async def test_what_is_watched_comes_before_what_is_configured_nowhere(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        await deploys_it(world, ago=2 * MINUTE)
        await deploys_it(world, service="nightly-cron", version="77")
        await world.fails("signin")
        [body] = await world.bodies()
    assert named(body) == ["api 1.4.2", "nightly-cron 77"]


async def test_what_was_typed_wrongly_and_forgotten_is_named_no_longer(tmp_path: Path) -> None:
    stages = (Stage(10 * MINUTE, ("phone",), 10 * MINUTE),)
    async with a_world(tmp_path, routed(escalation=stages), changes=CHANGES) as world:
        await deploys_it(world)
        await world.fails("signin")
        now = world.clock.now()
        [typed] = await world.writer.do(lambda db: deploys.newest(db, 9))
        await world.writer.do(lambda db: deploys.forget(db, typed, "ana", now))
        await world.waits(11 * MINUTE)
        bodies = await world.bodies()
    assert [(body["event"], named(body)) for body in bodies] == [
        ("opened", ["api 1.4.2"]),
        ("escalated", []),
    ]


async def test_of_many_deploys_the_newest_five_are_named(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        for number in range(9):
            await deploys_it(world, version=str(number))
            world.clock.wind(SECOND)
        await world.fails("signin")
        [body] = await world.bodies()
    assert named(body) == ["api 8", "api 7", "api 6", "api 5", "api 4"]


async def test_a_flood_of_what_has_nothing_to_do_with_it_hides_nothing(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        await deploys_it(world)
        for number in range(LATELY_MOST + 1):
            world.clock.wind(SECOND)
            service, environment = ("web", "") if number % 2 else ("api", "staging")
            await deploys_it(world, service=service, version=str(number), environment=environment)
        await world.fails("signin")
        [body] = await world.bodies()
    assert named(body) == ["api 1.4.2"]


async def test_a_hook_that_comes_late_is_in_the_next_news_and_in_the_recovery(
    tmp_path: Path,
) -> None:
    stages = (Stage(10 * MINUTE, ("phone",), 10 * MINUTE),)
    async with a_world(tmp_path, routed(escalation=stages), changes=CHANGES) as world:
        await world.fails("signin")
        world.clock.wind(MINUTE)
        await deploys_it(world, ago=2 * MINUTE)
        await world.waits(11 * MINUTE)
        await world.mends("signin")
        bodies = await world.bodies()
    assert [(body["event"], named(body)) for body in bodies] == [
        ("opened", []),
        ("escalated", ["api 1.4.2"]),
        ("resolved", ["api 1.4.2"]),
        ("resolved", ["api 1.4.2"]),
    ]


async def test_what_was_silenced_names_at_its_end_what_is_known_by_then(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        await world.silences(5 * MINUTE)
        await world.fails("signin")
        world.clock.wind(MINUTE)
        await deploys_it(world, ago=2 * MINUTE)
        await world.waits(6 * MINUTE)
        [body] = await world.bodies()
    assert (body["event"], named(body)) == ("opened", ["api 1.4.2"])


async def test_several_at_once_name_the_deploys_of_all_of_them_once(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(4), changes=CHANGES) as world:
        await deploys_it(world)
        await deploys_it(world, service="unwatched", version="7")
        await world.fails(*(f"p{number}" for number in range(4)))
        await world.waits(MINUTE)
        summary = (await world.bodies())[-1]
    assert summary["about"] == "summary"
    assert named(summary) == ["api 1.4.2", "unwatched 7"]


# --- budgets


async def test_a_page_says_what_is_left_of_the_budget_and_the_recovery_what_is_left_then(
    tmp_path: Path,
) -> None:
    changes = replace(CHANGES, objectives={"signin": PROMISE})
    stages = (Stage(10 * MINUTE, ("phone",), 10 * MINUTE),)
    async with a_world(tmp_path, routed(escalation=stages), changes=changes) as world:
        await world.runs(signin="u")
        world.clock.wind(MINUTE)
        await world.fails("signin")
        await world.waits(11 * MINUTE)
        await world.mends("signin")
        first, escalated, *resolved = await world.bodies()
    [budget] = first["budgets"]
    assert (budget["objective"], budget["allowed_s"]) == ("signin: 99 % a day", 864.0)
    lefts = [body["budgets"][0]["left_s"] for body in (first, escalated, resolved[0])]
    assert lefts == sorted(lefts, reverse=True)
    assert lefts[0] - lefts[1] > 50


async def test_a_thousand_that_open_together_read_a_budget_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []
    real = objectives.left

    def left(*given: Any) -> Any:
        asked.append(given[-1])
        return real(*given)

    monkeypatch.setattr(objectives, "left", left)
    changes = Changes(objectives={"signin": PROMISE})
    async with a_world(tmp_path, routed(), changes=changes) as world:
        await world.fails("signin")
        context = world.recorder.context
        notice = (await world.rows("SELECT notice FROM incident"))[0]["notice"]
        at = world.clock.now()
        known = from_json(notice)
        await world.writer.do(
            lambda db: [attached.to_news(db, context, known, at) for _ in range(1000)]
        )
    assert asked.count(at) == 1


# --- what is to be fetched, and what was done


async def test_an_opening_has_fetched_what_is_to_be_fetched_for_its_probe(tmp_path: Path) -> None:
    captures = {
        name: Capture(id=name, probes=probes, file=f"/var/log/{name}", before=2 * MINUTE)
        for name, probes in (("journal", ("signin",)), ("other", ("search",)))
    }
    async with a_world(tmp_path, routed(), changes=Changes(captures=captures)) as world:
        began_at = world.clock.now()
        await world.fails("signin")
        rows = await world.rows("SELECT name, state, since_at FROM capture")
    assert rows == [{"name": "journal", "state": "due", "since_at": to_us(began_at - 2 * MINUTE)}]


async def test_the_recovery_says_that_the_roll_back_helped(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        await deploys_it(world, version="1.4.1")
        await deploys_it(world)
        await world.fails("signin")
        at = to_us(world.clock.now())
        await world.writes(
            "INSERT INTO action (name, mode, service, incident, deploy, at, decision, why, state,"
            " started_at, ended_at, target) VALUES ('rollback', 'live', 'api', 1, 2, ?, 'act', '',"
            " 'done', ?, ?, '1.4.1')",
            *[at] * 3,
        )
        world.clock.wind(34 * SECOND)
        await world.mends("signin")
        resolved = (await world.bodies())[-1]
    [deed] = resolved["deeds"]
    assert deed["name"] == "rollback"
    assert "rolled back api 1.4.2 to 1.4.1" in deed["said"].lower()
    assert deed["said"].endswith("passing again after 34 seconds.")


async def test_what_was_done_about_one_of_several_is_in_the_end_of_all(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(4), changes=CHANGES) as world:
        await deploys_it(world)
        await world.fails(*(f"p{number}" for number in range(4)))
        await world.waits(MINUTE)
        at = to_us(world.clock.now())
        await world.writes(
            "INSERT INTO action (name, mode, service, incident, deploy, at, decision, why, state,"
            " started_at, ended_at, target) VALUES ('rollback', 'live', 'api', 2, 1, ?, 'act', '',"
            " 'done', ?, ?, '1.4.1')",
            *[at] * 3,
        )
        await world.mends(*(f"p{number}" for number in range(4)))
        await world.waits(MINUTE)
        over = (await world.bodies())[-1]
    assert (over["event"], over["about"]) == ("resolved", "summary")
    assert named(over) == ["api 1.4.2"]
    assert [deed["name"] for deed in over["deeds"]] == ["rollback"]


async def test_a_hundred_thousand_deploys_are_not_looked_through(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed(), changes=CHANGES) as world:
        plan = await world.rows("EXPLAIN QUERY PLAN SELECT * FROM deploy WHERE at >= 1 AND at <= 2")
    assert _details(plan) == ["SEARCH deploy USING INDEX deploy_at (at>? AND at<?)"]


def _details(plan: Sequence[dict[str, Any]]) -> list[str]:
    return [step["detail"] for step in plan]
