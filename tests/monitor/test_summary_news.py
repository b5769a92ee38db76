"""What is known beside the incidents of a summary goes with its news."""

from __future__ import annotations

from pathlib import Path

from monitor.clock import to_us
from tests.support.attending import MINUTE, a_world, several
from tests.support.deployed import CHANGES, deploys_it, named


async def test_a_summary_that_grows_still_says_what_was_done(tmp_path: Path) -> None:
    async with a_world(tmp_path, *several(6), changes=CHANGES) as world:
        await deploys_it(world)
        await world.fails(*(f"p{number}" for number in range(4)))
        await world.waits(MINUTE)
        await world.writes(
            "INSERT INTO action (name, mode, service, incident, deploy, at, decision, why, state,"
            " started_at, ended_at, target)"
            " VALUES ('rollback', 'live', 'api', 2, 1, ?, 'act', '', 'done', ?, ?, '1.4.1')",
            *[to_us(world.clock.now())] * 3,
        )
        await world.fails("p4", "p5")
        await world.waits(2 * MINUTE)
        grown = (await world.bodies())[-1]
    assert (grown["event"], grown["about"], grown["members_count"]) == ("worsened", "summary", 6)
    assert [deed["name"] for deed in grown["deeds"]] == ["rollback"]
    assert named(grown) == ["api 1.4.2"]
