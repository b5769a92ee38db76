"""A channel that does not take it: another is told, the operator hears, and the end follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.channels import Refused, Retry
from monitor.dispatch import dispatch
from monitor.dispatch.lanes import FALL_BACK_AFTER
from monitor.notices import EventKind
from monitor.store import incidents
from tests.support.clock import HandClock
from tests.support.telling import Far, World, a_world
from tests.support.waiting import until_async

OPENED, RESOLVED, REMINDED = EventKind.OPENED, EventKind.RESOLVED, EventKind.REMINDED
BUSY = Retry("429", after=timedelta(hours=1))
DOWN = Retry("answered 503", after=timedelta(minutes=1))


async def _resolves(world: World, incident: int) -> None:
    told = await world.writer.do(lambda db: incidents.channels_told(db, incident))
    await world.happens(RESOLVED, incident, told)


async def test_what_was_refused_for_good_goes_to_the_fallback_and_so_does_the_end(
    tmp_path: Path,
) -> None:
    phone, mail = Far([Refused("answered 401")], fallback="mail"), Far()
    async with a_world(tmp_path, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        await world.settled()
        await _resolves(world, 1)
        await world.settled()
        refused, fell_back, _ = await world.letters()
    assert mail.confirmed == [(1, "opened"), (1, "resolved")]
    assert phone.heard == [(1, "opened")]
    assert refused["fell_back_at"] == fell_back["created_at"]
    assert (refused["why"], fell_back["channel"]) == ("answered 401", "mail")
    assert world.said[0] == ("phone", "answered 401")


async def test_an_end_that_was_decided_before_the_refusal_follows_too(tmp_path: Path) -> None:
    phone, mail = Far([BUSY, Refused("answered 401")], fallback="mail"), Far()
    clock = HandClock()
    async with a_world(tmp_path, clock, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        await world.tried()
        await world.happens(RESOLVED, 1, ["phone"])
        await world.settled()
    assert phone.heard == [(1, "opened"), (1, "resolved")]
    assert mail.confirmed == [(1, "resolved")]
    assert mail.notices[0].untold


async def test_a_refusal_is_handed_from_fallback_to_fallback(tmp_path: Path) -> None:
    one, two = Far([Refused("401")], fallback="two"), Far([Refused("402")], fallback="three")
    three = Far()
    async with a_world(tmp_path, one=one, two=two, three=three) as world:
        await world.happens(OPENED, 1, ["one"])
        await world.settled()
    assert three.confirmed == [(1, "opened")]


async def test_channels_that_fall_back_on_each_other_come_to_an_end(tmp_path: Path) -> None:
    one, two = Far([Refused("401")], fallback="two"), Far([Refused("402")], fallback="one")
    async with a_world(tmp_path, one=one, two=two) as world:
        await world.happens(OPENED, 1, ["one"])
        await world.settled()
        letters = await world.letters()
    assert [letter["channel"] for letter in letters] == ["one", "two"]


async def test_a_fallback_that_is_told_anyway_is_not_told_twice(tmp_path: Path) -> None:
    phone, mail = Far([Refused("401")], fallback="mail"), Far()
    async with a_world(tmp_path, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone", "mail"])
        await world.settled()
    assert mail.heard == [(1, "opened")]


async def test_an_old_opening_is_not_handed_to_a_fallback_that_knows_the_end(
    tmp_path: Path,
) -> None:
    phone, mail = Far([BUSY, Refused("401")], fallback="mail"), Far()
    clock = HandClock()
    async with a_world(tmp_path, clock, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        await world.tried()
        await world.happens(RESOLVED, 1, ["mail"])
        await until_async(lambda: mail.confirmed, "the end is told")
        clock.wind(timedelta(hours=1))
        world.dispatch.wake()
        await world.settled()
    assert mail.heard == [(1, "resolved")]


async def test_a_channel_dead_for_five_minutes_has_its_letters_told_elsewhere_once(
    tmp_path: Path,
) -> None:
    phone, mail, clock = Far([DOWN] * 7, fallback="mail"), Far(), HandClock()
    async with a_world(tmp_path, clock, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        for attempt in range(1, 8):
            await world.tried(attempt)
            assert bool(mail.heard) is (timedelta(minutes=attempt - 1) >= FALL_BACK_AFTER)
            clock.wind(timedelta(minutes=1))
            world.dispatch.wake()
            if timedelta(minutes=attempt) >= FALL_BACK_AFTER:
                await until_async(lambda: mail.heard, "the fallback is told")
        await world.settled()
    assert mail.heard == [(1, "opened")]
    assert phone.confirmed == [(1, "opened")], "and the retries went on"
    assert [why for channel, why in world.said if channel == "phone"] == ["answered 503", "well"]


async def test_a_far_end_that_asks_for_an_hour_delays_the_fallback_by_no_more_than_five_minutes(
    tmp_path: Path,
) -> None:
    phone, mail, clock = Far([BUSY], fallback="mail"), Far(), HandClock()
    async with a_world(tmp_path, clock, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        await world.tried()
        clock.wind(FALL_BACK_AFTER)
        world.dispatch.wake()
        await until_async(lambda: mail.confirmed, "the fallback is told")
        await until_async(lambda: ("phone", "429") in world.said, "the operator hears")
        await _resolves(world, 1)
        await world.settled()
    assert mail.confirmed == [(1, "opened"), (1, "resolved")]
    assert phone.confirmed == [(1, "resolved")]


async def test_what_comes_while_a_channel_is_dead_goes_to_the_fallback_at_once(
    tmp_path: Path,
) -> None:
    phone, mail, clock = Far([BUSY] * 2, fallback="mail"), Far(), HandClock()
    async with a_world(tmp_path, clock, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        await world.tried()
        clock.wind(FALL_BACK_AFTER)
        await world.happens(OPENED, 2, ["phone"])
        await until_async(lambda: len(mail.confirmed) == 2, "both are told elsewhere")


async def test_a_restart_does_not_make_a_dead_channel_young_again(tmp_path: Path) -> None:
    clock = HandClock()
    phone, mail = Far([BUSY], fallback="mail"), Far()
    async with a_world(tmp_path, clock, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        await world.tried()
    clock.wind(FALL_BACK_AFTER)
    async with a_world(tmp_path, clock, phone=phone, mail=mail):
        await until_async(lambda: mail.confirmed, "the fallback is told")
    assert phone.heard == [(1, "opened")]


async def test_a_lane_wakes_by_itself_when_five_minutes_are_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.dispatch.lanes.FALL_BACK_AFTER", timedelta(seconds=0.3))
    monkeypatch.setattr(dispatch, "FALL_BACK_AFTER", timedelta(seconds=0.3))
    phone, mail = Far([BUSY], fallback="mail"), Far()
    async with a_world(tmp_path, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        await until_async(lambda: mail.confirmed, "the fallback is told", within=10)


async def test_a_resolve_that_is_refused_reaches_somebody(tmp_path: Path) -> None:
    phone, mail = Far(fallback="mail"), Far()
    async with a_world(tmp_path, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        await world.settled()
        phone.script = [Refused("answered 400")]
        await world.happens(RESOLVED, 1, ["phone"])
        await world.settled()
    assert mail.confirmed == [(1, "resolved")]


async def test_whoever_got_a_reminder_instead_of_another_hears_the_end(tmp_path: Path) -> None:
    phone, mail = Far(fallback="mail"), Far()
    async with a_world(tmp_path, phone=phone, mail=mail) as world:
        await world.happens(OPENED, 1, ["phone"])
        await world.settled()
        phone.script = [Refused("answered 400")]
        await world.happens(REMINDED, 1, ["phone"])
        await world.settled()
        await world.happens(RESOLVED, 1, ["phone"])
        await world.settled()
    assert mail.confirmed == [(1, "reminded"), (1, "resolved")]
    assert phone.confirmed == [(1, "opened"), (1, "resolved")]


async def test_the_trouble_of_telling_of_a_channels_trouble_is_nobodys_news(
    tmp_path: Path,
) -> None:
    one, two = Far([Refused("401")]), Far([Refused("402"), Refused("403")])
    async with a_world(tmp_path, one=one, two=two) as world:
        await world.happens(OPENED, 1, ["one"])
        await world.settled()
        await world.happens(OPENED, 2, ["one", "two"], probe="trueup/channel-one")
        await world.settled()
        await world.happens(RESOLVED, 2, ["one", "two"])
        await world.settled()
    assert world.said == [("one", "401")]


async def test_a_channel_that_left_the_configuration_is_not_in_trouble(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.happens(OPENED, 1, ["gone"])
        await world.dispatch.configure({})
        await world.settled()
    assert world.said == []


async def test_a_fallback_that_is_gone_by_now_costs_nothing(tmp_path: Path) -> None:
    phone = Far([Refused("401")]).channel("phone")
    async with a_world(tmp_path, phone=replace(phone, fallback="gone")) as world:
        await world.happens(OPENED, 1, ["phone"])
        await world.settled()
        letters = await world.letters()
    assert [letter["gave_up_at"] is not None for letter in letters] == [True, True]
