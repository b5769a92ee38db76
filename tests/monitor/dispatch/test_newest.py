"""Only the newest word counts: what is over, or said better since, is not told any more."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor.channels import Refused, Retry
from monitor.notices import EventKind, Notice
from monitor.store import StoreTrouble
from tests.support.clock import HandClock
from tests.support.telling import Far, a_world
from tests.support.waiting import until_async

OPENED, RESOLVED = EventKind.OPENED, EventKind.RESOLVED
REMINDED, ESCALATED = EventKind.REMINDED, EventKind.ESCALATED
HOUR = timedelta(hours=1)
BUSY = Retry("429", after=HOUR)


async def test_an_outage_over_before_anybody_was_told_is_told_once_as_over(tmp_path: Path) -> None:
    far = Far([BUSY])
    async with a_world(tmp_path, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.tried()
        await world.happens(RESOLVED, 1, ["far"])
        await world.settled()
        whys = await world.whys()
    assert far.heard == [(1, "opened"), (1, "resolved")]
    assert far.notices[1].untold, "it says that this is the first they hear of it"
    assert whys == [("far", "opened", "over_before_told")]


async def test_what_was_over_before_the_first_attempt_is_never_sent_as_open(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path) as world:
        await world.dispatch.stop(timedelta(seconds=5))
        for event in (OPENED, REMINDED, RESOLVED):
            await world.happens(event, 1, ["far"])
    async with a_world(tmp_path, far=far) as world:
        await world.settled()
        whys = await world.whys()
    assert far.heard == [(1, "resolved")]
    assert whys == [("far", "opened", "over_before_told"), ("far", "reminded", "over_before_told")]


async def test_whoever_heard_the_opening_hears_an_ordinary_end(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.settled()
        stored = (await world.letters())[0]["body"]
        await world.happens(RESOLVED, 1, ["far"])
        await world.settled()
    assert [notice.untold for notice in far.notices] == [False, False]
    assert far.bodies[0] == stored, "as it was stored, to the byte"


async def test_an_opening_that_is_on_its_way_while_it_ends_is_not_followed_by_another(
    tmp_path: Path,
) -> None:
    far = Far([Retry("no confirmation in time")])
    async with a_world(tmp_path, far=far) as world:
        far.meanwhile = partial(world.happens, RESOLVED, 1, ["far"])
        await world.happens(OPENED, 1, ["far"])
        await world.settled()
    assert far.heard == [(1, "opened"), (1, "resolved")], "it may have arrived, so it is closed"


async def test_of_the_news_behind_an_opening_only_the_newest_is_told(tmp_path: Path) -> None:
    far, clock = Far([BUSY]), HandClock()
    async with a_world(tmp_path, clock, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.tried()
        for event in (REMINDED, ESCALATED, REMINDED):
            await world.happens(event, 1, ["far"])
        clock.wind(HOUR)
        world.dispatch.wake()
        await world.settled()
        whys = await world.whys()
    assert far.confirmed == [(1, "opened"), (1, "reminded")]
    assert far.notices[-1].sequence == 4
    assert whys == [("far", "reminded", "newer_news"), ("far", "escalated", "newer_news")]


async def test_newer_news_do_not_wait_for_older_ones_that_are_tried_again(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.settled()
        far.script = [BUSY]
        await world.happens(REMINDED, 1, ["far"])
        await until_async(lambda: len(far.heard) == 2, "the first reminder is tried")
        await world.happens(ESCALATED, 1, ["far"])
        await world.settled()
    assert far.confirmed == [(1, "opened"), (1, "escalated")]


async def test_one_incident_makes_nothing_of_another_needless(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path) as world:
        await world.dispatch.stop(timedelta(seconds=5))
        for event, incident in ((OPENED, 1), (OPENED, 2), (RESOLVED, 2)):
            await world.happens(event, incident, ["far"])
    async with a_world(tmp_path, far=far) as world:
        await world.settled()
    assert sorted(far.heard) == [(1, "opened"), (2, "resolved")]


async def test_a_confirmed_opening_counts_though_the_store_does_not_know_it_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = Far()
    async with a_world(tmp_path, far=far) as world:
        await world.dispatch.stop(timedelta(seconds=5))
        await world.happens(OPENED, 1, ["far"], wake=False)
    async with a_world(tmp_path, far=far) as world:
        really = world.writer.do

        async def full(work: Any) -> Any:
            if getattr(work, "keywords", {}).get("letter"):
                raise StoreTrouble("database or disk is full")
            return await really(work)

        monkeypatch.setattr(world.writer, "do", full)
        await until_async(lambda: far.confirmed, "the opening is confirmed and cannot be marked")
        await world.happens(RESOLVED, 1, ["far"])
        await until_async(lambda: len(far.confirmed) == 2, "the end is told all the same")
        monkeypatch.undo()
        world.dispatch.wake()
        await world.settled()
        first, second = await world.letters()
    assert [notice.untold for notice in far.notices] == [False, False]
    assert first["delivered_at"]
    assert second["delivered_at"]


async def test_a_refused_resolve_opens_nothing_again(tmp_path: Path) -> None:
    far = Far([BUSY, Refused("400")])
    async with a_world(tmp_path, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.tried()
        await world.happens(RESOLVED, 1, ["far"])
        await world.settled()
        whys = await world.whys()
    assert far.heard == [(1, "opened"), (1, "resolved")]
    assert whys == [("far", "opened", "over_before_told"), ("far", "resolved", "400")]


async def test_whoever_can_acknowledge_gets_the_link_and_nobody_stores_it(tmp_path: Path) -> None:
    def link(notice: Notice) -> str:
        return f"https://trueup.example.org/act/{notice.incident}"

    far = Far([Retry("503")])
    async with a_world(tmp_path, acknowledge=link, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.settled()
        await world.happens(RESOLVED, 1, ["far"])
        await world.settled()
        letters = await world.letters()
    assert [notice.acknowledge for notice in far.notices] == [link(far.notices[0])] * 2 + [""]
    assert far.bodies[0] == far.bodies[1], "a repetition is the same to the byte"
    assert not any("example.org/act" in letter["body"] for letter in letters)


async def test_a_link_that_cannot_be_made_costs_no_page(tmp_path: Path) -> None:
    def breaks(_: Notice) -> str:
        raise RuntimeError("no key")

    far = Far()
    async with a_world(tmp_path, acknowledge=breaks, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.settled()
    assert far.confirmed == [(1, "opened")]
