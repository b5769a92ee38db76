"""A budget that burnt too fast: what spent it, and that nothing was down because of it."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.reports.account import Account
from monitor.reports.document import document as json_of
from monitor.reports.postmortem import postmortem
from monitor.reports.timeline import Kind
from tests.monitor.reports.replayed import (
    BROKE,
    BROKEN,
    HALF,
    MINUTE,
    Replay,
    a_replay,
    broken,
    words,
)

UTC = ZoneInfo("UTC")


async def flickering(replay: Replay, times: int = 8) -> Account:
    """Never twice in a row; ends two hours later."""
    await replay.until(BROKE)
    for _ in range(times):
        await replay.until(replay.at + HALF, result=BROKEN)
        await replay.until(replay.at + HALF)
    await replay.burns()
    return await replay.account()


async def test_the_runs_that_spent_it_are_named(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        found = await flickering(replay)
        document = postmortem(found, UTC)

        assert "What made it burn: 8 runs of shorten that failed in no incident." in document
        body = document.split("## What made it burn\n")[1].split("\n## ")[0]
        assert body.strip() == (
            "- 8 runs of shorten failed from 21:03:30 to 21:10:30, in no incident:"
            " status 500 instead of 200."
        )
        [failed] = json_of(found)["failed_runs"]
        assert (failed["probe"], failed["runs"], failed["in_no_incident"]) == ("shorten", 8, 8)
        [run] = words(found, Kind.FAILED)
        assert run.startswith("8 runs of shorten failed, the last of them 7 minutes later:")


async def test_nobody_deployed_by_hand_and_nothing_worked_again(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await flickering(replay)
        await replay.deploys("3.0", BROKE + 2 * MINUTE)
        await replay.does(
            lambda db: db.execute(
                "UPDATE incident SET resolved_at = ?, recovered_at = ?",
                (int(replay.at.timestamp() * 1e6),) * 2,
            )
        )
        document = postmortem(await replay.account(), UTC)

        assert "was deployed by ci." not in document.split("By people:")[1].split("By trueup:")[0]
        assert "It worked again" not in document
        assert "on it burnt no faster than it may." in document


async def test_an_outage_that_spent_it_is_named_with_what_it_cost(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay, minutes=8)
        await replay.burns()
        document = postmortem(await replay.account(2), UTC)

        assert "What made it burn: incident 1 (8 minutes" in document
        assert "| 21:03:30 | still down | 1 | 8 minutes" in document
        assert "all in incidents: status 500" in document
        assert "- What else was open at the time: nothing;" in document
        assert "people know of the outage that makes it burn" in document
        assert "No channel" not in document.split("## What went badly")[1]


async def test_the_budget_that_burnt_was_open_at_the_time_too(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay, minutes=8)
        await replay.burns()
        document = postmortem(await replay.account(1), UTC)

        assert "- What else was open at the time: incident 2 (the budget of Short links)." in (
            document
        )
