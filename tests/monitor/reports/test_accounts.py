"""Incidents of every sort, told as they happened: from the rows that a recorder left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database  # noqa: TID251 - a test of what is read from the store

from monitor.acts.orders import Announce
from monitor.notices import About
from monitor.reports import facts
from monitor.reports.account import Account
from monitor.reports.postmortem import postmortem
from monitor.reports.timeline import Kind, timeline
from monitor.reports.times import times
from monitor.store import attended, incidents, public
from monitor.store.incidents import NewIncident
from status_page import Stage
from tests.monitor.reports.replayed import (
    BROKE,
    BROKEN,
    HALF,
    MINUTE,
    SHORTEN,
    a_replay,
    broken,
    words,
)
from tests.support.attending import SECOND, a_world, several
from tests.support.notices import opened

UTC = ZoneInfo("UTC")


def kinds(found: Account) -> list[Kind]:
    return [each.kind for each in timeline(found)]


async def test_the_fault_lies_between_the_last_good_run_and_the_first_failing_one(
    tmp_path: Path,
) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay)
        found = await replay.account()
        when = times(found)

        assert found.last_good_at == BROKE - HALF
        assert when.detect is not None
        assert (when.detect.least, when.detect.most) == (HALF, MINUTE)
        assert when.tell is not None
        assert when.tell.least == HALF + 2 * SECOND
        assert (when.acknowledge, when.recover) == (None, None)


async def test_a_probe_that_never_passed_has_no_last_good_run(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.until(replay.at + MINUTE, result=BROKEN)
        found = await replay.account()

        assert found.last_good_at is None
        assert "When it worked for the last time is not known." in postmortem(found, UTC)
        assert Kind.LAST_GOOD not in kinds(found)


async def test_a_channel_that_refused_and_one_that_waits_are_named_with_the_reason(
    tmp_path: Path,
) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.until(BROKE)
        await replay.until(BROKE + 2 * HALF, result=BROKEN)
        await replay.delivers(oncall="status 403")
        await replay.until(BROKE + 11 * MINUTE, result=BROKEN)
        found = await replay.account()

        assert words(found, Kind.REFUSED) == ["oncall was never told that it opened: status 403."]
        assert any(each.startswith("boss was to be told") for each in words(found, Kind.WAITING))
        document = postmortem(found, UTC)
        assert "No channel was told that it opened." in document
        assert "- oncall refused what it was to be told: status 403." in document


async def test_what_was_silenced_says_how_long_nobody_was_told_and_why(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.until(BROKE)
        await replay.world.silences(5 * MINUTE)
        await replay.until(BROKE + 7 * MINUTE, result=BROKEN)
        await replay.delivers()
        found = await replay.account()

        assert words(found, Kind.SILENCED) == ["ops silenced it for 5 minutes: moving."]
        [withheld] = words(found, Kind.WITHHELD)
        assert withheld == "Nobody was told of incident 1 yet: silenced."
        assert "- Nobody was told for 4 minutes 30 seconds: silenced." in postmortem(found, UTC)


async def test_incidents_that_users_see_as_one_outage_are_told_as_one(tmp_path: Path) -> None:
    both = replace(SHORTEN, probes=("shorten", "home"))
    async with a_replay(tmp_path, components={"links": both}) as replay:
        await replay.until(BROKE)
        for probe in ("shorten", "home"):
            await replay.world.runs(**dict.fromkeys([probe], "d"))
        await replay.world.fails("shorten", "home")
        await replay.delivers()
        found = await replay.account(2)

        assert [each.known.number for each in found.seen] == [2, 1]
        assert found.page is not None
        assert found.page.components == ("links",)
        document = postmortem(found, UTC)
        assert "| shorten: The first failing run" in document
        assert "| home: The first failing run" in document


async def test_a_summary_is_told_with_its_members_and_a_member_with_its_summary(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, *several(4)) as world:
        await world.fails("p0", "p1", "p2")
        await world.waits(16 * SECOND)
        await world.writes("UPDATE outbox SET delivered_at = created_at + 1000000")
        await world.mends("p0", "p1", "p2")

        def read(db: Database, number: int) -> Account:
            told = public.one(db, incident=number, entry=None)
            assert told
            return facts.account(db, world.recorder.context.config, told, world.clock.now())

        whole = await world.writer.do(lambda db: read(db, 4))
        member = await world.writer.do(lambda db: read(db, 1))

        assert [each.known.number for each in whole.seen] == [4, 1, 2, 3]
        assert "p1: The first failing run" in postmortem(whole, UTC)
        assert member.summary is not None
        assert member.summary.known.number == 4
        assert words(member, Kind.TOLD) == ["oncall was told that it opened."]
        assert times(member).told_at is not None
        assert "told of it in the summary, incident 4" in postmortem(member, UTC)


async def test_one_that_no_probe_saw_is_told_as_people_wrote_it_down(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.until(BROKE)
        await replay.orders(
            Announce(
                status=Stage.RESOLVED,
                words="A cable was cut.",
                components=("links",),
                began_at=BROKE - 40 * MINUTE,
                ended_at=BROKE - 10 * MINUTE,
                by="ana",
            )
        )

        def read(db: Database) -> Account:
            told = public.one(db, incident=None, entry=1)
            assert told
            return facts.account(db, replay.config, told, replay.at)

        found = await replay.does(read)
        document = postmortem(found, UTC)

        assert document.startswith("# Post-mortem of incident n1: A cable was cut\n")
        assert "met this for 30 minutes" in document
        assert "No probe saw it" in document
        assert "## How long it took" not in document
        assert found.spent == ()


async def test_a_budget_that_burnt_too_fast_is_no_outage_of_its_own(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.until(BROKE)
        for _ in range(8):  # never twice in a row
            await replay.until(replay.at + HALF, result=BROKEN)
            await replay.until(replay.at + HALF)
        await replay.burns()
        document = postmortem(await replay.account(), UTC)

        assert document.startswith(
            "# Post-mortem of incident 1: The budget of Short links burns too fast\n"
        )
        assert "a budget began to burn too fast: 8 of " in document
        assert "- What it concerned: Short links." in document
        assert "The first failing run" not in document


async def test_an_outage_tells_that_it_burnt_the_budget(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await broken(replay, minutes=8)
        await replay.burns()
        found = await replay.account()

        [said] = words(found, Kind.BUDGET)
        assert said.startswith("The budget of Short links burnt too fast: incident 2.")


async def test_the_watching_that_was_in_trouble_is_not_told_as_an_outage(tmp_path: Path) -> None:
    async with a_replay(tmp_path) as replay:
        await replay.until(BROKE)

        def stumbles(db: Database) -> None:
            new = NewIncident(
                probe=attended.own_key(db, "trueup/disk", "The disk"),
                location="here",
                began_at=BROKE,
                opened_at=BROKE,
                reason="",
                summary="The disk is nearly full.",
                failed_step="",
                failures=1,
            )
            number, key = incidents.open_incident(db, new, instance="i")
            notice = opened(incident=number, dedup_key=key, about=About.OURSELVES, at=BROKE)
            attended.change(db, number, notice=notice)

        await replay.does(stumbles)
        document = postmortem(await replay.account(at=BROKE + MINUTE), UTC)

        assert "for 1 minute so far, this is so for trueup itself" in document
        assert "No deploy" not in document
