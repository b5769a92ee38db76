"""What a post-mortem quotes, what people made of an incident, and what was deployed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.acts.orders import Acknowledge, Retell, Say
from monitor.notices import EventKind
from monitor.reports import prose
from monitor.reports.markdown import Hours
from monitor.reports.postmortem import postmortem
from monitor.reports.timeline import Kind
from probes import Outcome, Reason, Result
from status_page import Stage
from tests.monitor.reports.replayed import (
    BROKE,
    BROKEN,
    HALF,
    MINUTE,
    a_replay,
    broken,
    words,
)
from tests.support.attending import SECOND

UTC = ZoneInfo("UTC")


async def test_quoted_text_ends_no_table_no_fence_and_makes_no_element(tmp_path: Path) -> None:
    bad = Result(
        outcome=Outcome.FAIL,
        reason=Reason.STATUS,
        summary="500 | <script>alert(1)</script> [x](javascript:y)\n## For the public",
        excerpt="```\n## For the public\n\x1b[31mred",
        took=SECOND,
    )
    async with a_replay(tmp_path) as replay:
        await replay.until(BROKE)
        await replay.until(BROKE + 2 * HALF, result=bad)
        await replay.deploys("1.0|x", BROKE - SECOND, by="*me*", url="javascript:alert(1)")
        document = postmortem(await replay.account(), UTC)

        assert "<script>" not in document
        assert "\x1b" not in document
        assert "````text\n```\n" in document
        assert "](<javascript:" not in document
        assert "api 1.0\\|x was deployed by \\*me\\*" in document
        tables = [line for line in document.splitlines() if line.startswith("| 21:")]
        assert {line.replace("\\|", "").count("|") for line in tables} <= {4, 7}


async def test_when_its_runs_are_forgotten_the_incident_still_tells_its_beginning(
    tmp_path: Path,
) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay)
        await replay.does(lambda db: db.execute("DELETE FROM run"))
        found = await replay.account()

        assert words(found, Kind.FAILED) == ["The first failing run: status 500 instead of 200."]


async def test_runs_that_see_something_else_than_those_before_are_told_apart(
    tmp_path: Path,
) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay)
        other = replace(BROKEN, summary="status 502 instead of 200")
        await replay.until(BROKE + 5 * MINUTE, result=other)
        said = words(await replay.account(), Kind.FAILED)

        assert said[-2].startswith("4 more runs failed, the last of them")
        assert said[-1].endswith("status 502 instead of 200.")


async def test_what_people_hide_is_on_no_page_and_the_post_mortem_says_so(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay)
        await replay.orders(Retell(incident=1, hidden=True))
        found = await replay.account()

        assert (found.page, found.public_at) == (None, None)
        assert "It is hidden from the public page." in postmortem(found, UTC)


async def test_a_title_that_a_person_wrote_is_the_title(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay)
        await replay.orders(Acknowledge(incident=1, by="Łucja <b>"))
        said = Say(incident=1, status=Stage.IDENTIFIED, words="We know.", title="Links are slow")
        await replay.orders(said)
        found = await replay.account()

        assert prose.headline(found) == "Links are slow"
        assert words(found, Kind.ACKNOWLEDGED) == ["Łucja <b> acknowledged it."]
        assert "Łucja \\<b\\> acknowledged it" in postmortem(found, UTC)
        assert found.first is not None
        assert [each.kind for each in found.first.events][-1] == EventKind.ACKNOWLEDGED


async def test_a_deploy_that_was_told_late_is_known_to_have_been(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay)
        late = BROKE + timedelta(minutes=40)
        await replay.deploys("2.0", BROKE - MINUTE, recorded_at=late)
        document = postmortem(await replay.account(), UTC)

        assert "api 2.0 had been deployed by ci 1 minute before" in document
        assert "trueup heard of api 2.0 only 41 minutes after it went out." in document


async def test_a_deploy_of_what_the_probe_does_not_watch_is_not_suspected(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.until(BROKE)
        await replay.deploys("7", BROKE - MINUTE, environment="staging")
        await replay.until(BROKE + 2 * HALF, result=BROKEN)
        found = await replay.account()

        assert (found.deploys, found.suspects) == ((), ())
        assert "No deploy that it could follow was recorded." in postmortem(found, UTC)


async def test_a_roll_back_is_told_when_it_was_begun_and_when_it_had_helped(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.deploys("1.4.1", BROKE - timedelta(days=3))
        await replay.deploys("1.4.2", BROKE - SECOND)
        await broken(replay)
        await replay.rolls_back(1, 2, "1.4.1")
        await replay.until(replay.at + HALF, result=BROKEN)
        await replay.until(replay.at + MINUTE)
        found = await replay.account()

        begun, answered, helped = words(found, Kind.ACTED)
        assert begun.startswith("Action rollback on api was begun: the incident follows a deploy")
        assert answered == "Action rollback was answered: status 201."
        assert "passing again after 30 s" in helped
        document = postmortem(found, UTC)
        assert "- Rolled back api 1.4.2 to 1.4.1" in document.split("## What went well")[1]


def test_times_on_both_sides_of_a_change_of_clocks_cannot_be_mistaken() -> None:
    hours = Hours(ZoneInfo("Europe/Berlin"))
    before = datetime(2026, 10, 25, 0, 50, tzinfo=ZoneInfo("UTC"))

    assert hours.near(before, before) == "02:50:00"
    assert hours.near(before + 20 * MINUTE, before) == "02:10:00 CET"
