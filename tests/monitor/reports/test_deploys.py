"""The deploys of an incident in its post-mortem: few of them are told one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.config.changes import Service
from monitor.config.model import Component
from monitor.reports import shipped
from monitor.reports.markdown import elapsed
from monitor.reports.postmortem import postmortem
from monitor.reports.timeline import Kind
from tests.monitor.reports.replayed import (
    BROKE,
    BROKEN,
    CHANGES,
    HALF,
    MINUTE,
    a_replay,
    broken,
    words,
)
from tests.support.attending import SECOND

UTC = ZoneInfo("UTC")


async def test_of_many_deploys_before_it_the_newest_of_each_service_is_told_and_the_rest_counted(
    tmp_path: Path,
) -> None:
    async with a_replay(tmp_path) as replay:
        for number in range(11):
            await replay.deploys(f"1.{number}", BROKE - (12 - number) * MINUTE)
        await replay.deploys("7", BROKE - 10 * MINUTE, service="search")
        await broken(replay)
        found = await replay.account()

        assert [(each.service, each.version) for each in shipped.shown(found).singly] == [
            ("search", "7"),
            ("api", "1.10"),
        ]
        many, search, api = words(found, Kind.DEPLOY)
        assert many == "10 more deploys of api, the last of them 9 minutes later."
        assert search == "search 7 was deployed by ci, 10 minutes before the first failing run."
        assert api.startswith("api 1.10 was deployed by ci, in the place of 1.9, 2 minutes before")
        document = postmortem(found, UTC)
        assert "And 10 more shortly before." in document
        assert "had been deployed by ci 2 minutes before the first failing run, and 11 more" in (
            document
        )


async def test_a_flood_of_deploys_while_it_lasts_does_not_drown_it(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay)
        for number in range(30):
            await replay.deploys(f"2.{number}", BROKE + MINUTE + number * SECOND)
        found = await replay.account()

        assert len(words(found, Kind.DEPLOY)) == shipped.MOST + 1
        assert "And 10 more while it lasted." in postmortem(found, UTC)


async def test_one_that_was_recorded_at_its_end_is_told_with_its_distance(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.until(BROKE)
        await replay.deploys("2.0", BROKE + SECOND)
        await replay.until(BROKE + 2 * HALF, result=BROKEN)

        found = await replay.account()
        assert words(found, Kind.DEPLOY) == [
            "api 2.0 was deployed by ci, 1 second after the first failing run."
        ]
        document = postmortem(found, UTC)
        assert "api 2.0 was deployed by ci 1 second after the first failing run." in document
        assert "| if it was recorded late |" in document


async def test_what_any_of_its_probes_watches_comes_before_what_is_configured_nowhere(
    tmp_path: Path,
) -> None:
    both = Component(id="links", name="Short links", probes=("shorten", "home"))
    api = Service(id="api", name="API", also=(), probes=("home",))
    changes = replace(CHANGES, services={"api": api})
    async with a_replay(tmp_path, components={"links": both}, changes=changes) as replay:
        await replay.until(BROKE)
        await replay.deploys("2.0", BROKE - MINUTE)
        await replay.deploys("5", BROKE - SECOND, service="cron")
        await replay.deploys("6", BROKE + SECOND, service="cron")
        await replay.until(BROKE + 4 * HALF, result=BROKEN, home="d")
        document = postmortem(await replay.account(), UTC)

        assert (
            "api 2.0 had been deployed by ci 1 minute before the first failing run,"
            " and 1 more shortly before and 1 more shortly after." in document
        )


async def test_the_news_of_an_action_is_told_once_as_what_was_done(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.deploys("1.4.1", BROKE - timedelta(days=3))
        await replay.deploys("1.4.2", BROKE - SECOND)
        await broken(replay)
        await replay.rolls_back(1, 2, "1.4.1")
        await replay.does(
            lambda db: db.execute(
                "INSERT INTO event (incident, sequence, kind, at, why)"
                " VALUES (1, 90, 'acted', ?, 'acted')",
                (int(replay.at.timestamp() * 1e6),),
            )
        )
        found = await replay.account()

        assert "had news of" not in postmortem(found, UTC)
        assert len(words(found, Kind.ACTED)) == 2


def test_less_than_a_second_before_is_no_minus_of_nothing() -> None:
    assert elapsed(timedelta(milliseconds=-400)) == "+0:00"
    assert elapsed(timedelta(seconds=-1)) == "−0:01"


async def test_of_a_short_one_nobody_is_blamed_for_having_said_nothing(tmp_path: Path) -> None:
    said = "Nobody wrote a word of their own on the public page."
    async with a_replay(tmp_path) as replay:
        await broken(replay)
        assert said not in postmortem(await replay.account(), UTC)
        assert said in postmortem(await replay.account(at=BROKE + 10 * MINUTE), UTC)
