"""Many things break at once: one page, not thirty."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitor.policy import Policy
from monitor.routing import Routing, Severity, everyone
from monitor.store import sync
from tests.support.attending import MINUTE, SECOND, a_world, routed, several
from tests.support.configs import a_probe


async def test_three_that_open_together_are_one_page_within_15_seconds(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(3)) as world:
        await world.fails("p0", "p1", "p2")
        assert await world.told() == []
        assert await world.waits(16 * SECOND) == ["oncall opened trueup/summary"]
        [body] = await world.bodies()
        assert (body["about"], body["members_count"]) == ("summary", 3)
        assert [member["probe"] for member in body["members"]] == ["p0", "p1", "p2"]
        await world.mends("p0", "p1", "p2")
        assert await world.waits(5 * SECOND) == ["oncall resolved trueup/summary"]
        assert len({body["dedup_key"] for body in await world.bodies()}) == 1


async def test_two_that_open_together_are_told_at_once_each(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(3)) as world:
        await world.fails("p0", "p1")
        assert await world.told() == ["oncall opened p0", "oncall opened p1"]


async def test_when_the_others_recover_the_one_that_waited_is_told_by_its_own_name(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, *several(3)) as world:
        await world.fails("p0", "p1", "p2", times=1)
        await world.fails("p0", times=1)
        await world.mends("p1", "p2")
        assert await world.waits(12 * SECOND) == []
        assert await world.waits(5 * SECOND) == ["oncall opened p0"]


async def test_a_thousand_at_once_are_one_page_and_one_end(tmp_path: Path) -> None:
    probes = several(1000)
    names = [probe.id for probe in probes]
    async with a_world(tmp_path, *probes) as world:
        for _ in range(2):
            await world.runs_together("d", names)
        told = Counter(await world.waits(3 * MINUTE))
        assert told["oncall opened trueup/summary"] == 1
        assert set(told) <= {"oncall opened trueup/summary", "oncall worsened trueup/summary"}
        *_, last = await world.bodies()
        assert last["members_count"] == 1000
        for _ in range(2):
            await world.runs_together("u", names)
        assert await world.waits(5 * SECOND) == ["oncall resolved trueup/summary"]


async def test_who_joins_later_is_told_under_the_same_key(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(6)) as world:
        await world.fails("p0", "p1", "p2")
        assert await world.waits(16 * SECOND) == ["oncall opened trueup/summary"]
        await world.fails("p3", "p4")
        assert await world.waits(MINUTE) == ["oncall worsened trueup/summary"]
        first, second = await world.bodies()
        assert (second["members_count"], second["dedup_key"]) == (5, first["dedup_key"])
        world.clock.wind(10 * MINUTE)
        await world.fails("p5")
        assert await world.told() == ["oncall opened p5"]


async def test_a_storm_that_comes_one_by_one_ends_in_a_summary(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(30)) as world:
        told: list[str] = []
        for number in range(30):
            await world.fails(f"p{number}")
            told += await world.waits(SECOND)
        told += await world.waits(2 * MINUTE)
        alone = [line for line in told if "opened p" in line]
        assert len(alone) <= 10
        assert told.count("oncall opened trueup/summary") >= 1
        members = await world.rows(
            "SELECT count(*) AS n FROM incident WHERE withheld = 'in_a_summary'"
        )
        assert len(alone) + members[0]["n"] == 30


async def test_the_summary_ends_only_when_the_last_of_them_does(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(3)) as world:
        await world.fails("p0", "p1", "p2")
        await world.waits(16 * SECOND)
        await world.mends("p0", "p2")
        assert await world.waits(MINUTE) == []
        await world.mends("p1")
        assert await world.waits(MINUTE) == ["oncall resolved trueup/summary"]


async def test_while_they_gather_their_cause_is_found_and_told_instead(tmp_path: Path) -> None:
    web = [routed(f"web{number}", needs=("database",)) for number in range(3)]
    async with a_world(tmp_path, routed("database"), *web) as world:
        await world.runs(web0="d", web1="d", web2="d")
        world.clock.wind(SECOND)
        await world.runs(database="u")
        await world.runs(web0="d", web1="d", web2="d")
        assert await world.waits(5 * SECOND) == []
        await world.fails("database")
        assert await world.waits(MINUTE) == ["oncall opened database"]


async def test_a_kill_while_they_gather_loses_none_of_them(tmp_path: Path) -> None:
    probes = several(3)
    async with a_world(tmp_path, *probes) as world:
        await world.fails("p0", "p1", "p2")
    async with a_world(tmp_path, *probes) as again:
        again.clock.wind(timedelta(hours=1))
        assert await again.waits(SECOND) == ["oncall opened trueup/summary"]


async def test_a_member_that_gets_worse_is_told_to_those_who_answer_for_outages(
    tmp_path: Path,
) -> None:
    routing = Routing(channels={Severity.CRITICAL: ("phone",), Severity.WARNING: ("chat",)})
    probes = [a_probe(f"p{n}", policy=Policy(slow_counts=True), routing=routing) for n in range(3)]
    async with a_world(tmp_path, *probes) as world:
        for _ in range(2):
            await world.runs(p0="s", p1="s", p2="s")
        assert await world.waits(20 * SECOND) == ["chat opened trueup/summary"]
        await world.runs(p1="d")
        assert await world.told() == ["phone opened p1"]


async def test_what_is_reminded_of_is_what_is_still_open(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(3)) as world:
        await world.fails("p0", "p1", "p2")
        await world.waits(20 * SECOND)
        await world.mends("p0", "p2")
        assert await world.waits(timedelta(hours=5)) == ["oncall reminded trueup/summary"]
        *_, reminder = await world.bodies()
        assert [member["probe"] for member in reminder["members"]] == ["p1"]


async def test_nobody_hears_of_a_recovery_when_nobody_looks_any_more(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(3)) as world:
        await world.fails("p0", "p1", "p2")
        await world.waits(20 * SECOND)
        await world.writer.do(lambda db: sync.sync(db, [], "here", world.clock.now()))
        assert await world.waits(5 * SECOND) == ["oncall resolved trueup/summary"]
        *_, last = await world.bodies()
        assert (last["outcome"], last["why"]) == ("UNKNOWN", "no_longer_watched")


async def test_a_configuration_read_while_they_gather_says_who_can_join_them(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, *several(4)) as world:
        await world.fails("p0", "p1", "p2")
        team = [routed(f"p{n}", channels=everyone("team")) for n in range(4)]
        known = world.recorder.context
        config = replace(known.config, probes={probe.id: probe for probe in team})
        world.recorder.context = replace(known, config=config)
        world.probes = config.probes
        assert await world.waits(20 * SECOND) == ["team opened trueup/summary"]
        await world.fails("p3")
        assert await world.waits(MINUTE) == ["team worsened trueup/summary"]
