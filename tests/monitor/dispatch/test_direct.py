"""Telling while the store takes nothing: from memory, in order, bounded."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor import backoff
from monitor.channels import Refused, Retry
from monitor.dispatch import direct
from monitor.notices import EventKind
from tests.support.clock import HandClock
from tests.support.notices import opened, resolved
from tests.support.telling import Far, a_world
from tests.support.waiting import until_async

NEVER = Retry("down", after=timedelta(hours=1))


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "CAP", timedelta(seconds=0.02))


async def test_it_is_repeated_until_it_is_confirmed_and_nothing_is_stored(tmp_path: Path) -> None:
    far = Far([Retry("503"), RuntimeError("a bug of ours")])
    async with a_world(tmp_path, far=far) as world:
        world.dispatch.tell_directly(opened(), ["far"])
        await until_async(lambda: far.confirmed, "it is told")
        assert await world.letters() == []
    assert far.heard == [(42, "opened")] * 3


async def test_each_channel_hears_it_and_a_dead_one_delays_nobody(tmp_path: Path) -> None:
    dead, alive = Far([NEVER]), Far()
    async with a_world(tmp_path, dead=dead, alive=alive) as world:
        world.dispatch.tell_directly(opened(), ["dead", "alive"])
        await until_async(lambda: alive.confirmed, "the opening is told")
        world.dispatch.tell_directly(resolved(), ["alive"])
        await until_async(lambda: len(alive.confirmed) == 2, "both are told")
    assert alive.confirmed == [(42, "opened"), (42, "resolved")]
    assert not alive.notices[1].untold


async def test_an_end_takes_the_place_of_an_opening_that_was_not_told(tmp_path: Path) -> None:
    far = Far([NEVER])
    async with a_world(tmp_path, far=far) as world:
        world.dispatch.tell_directly(opened(), ["far"])
        await until_async(lambda: far.heard, "it is tried")
        world.dispatch.tell_directly(resolved(), ["far"])
        await until_async(lambda: far.confirmed, "the end is told")
    assert far.heard == [(42, "opened"), (42, "resolved")]
    assert far.notices[1].untold


async def test_what_is_refused_goes_from_fallback_to_fallback_and_no_further(
    tmp_path: Path,
) -> None:
    one, two = Far([Refused("401")], fallback="two"), Far([Refused("402")], fallback="one")
    async with a_world(tmp_path, one=one, two=two) as world:
        world.dispatch.tell_directly(opened(), ["one"])
        await until_async(lambda: two.heard, "the fallback is told")
    assert (one.heard, two.heard) == ([(42, "opened")], [(42, "opened")])


async def test_after_a_day_it_is_given_up(tmp_path: Path) -> None:
    far, clock = Far([Retry("down")] * (backoff.FEWEST + 3)), HandClock()
    async with a_world(tmp_path, clock, far=far) as world:
        world.dispatch.tell_directly(opened(), ["far"])
        await until_async(lambda: len(far.heard) > 3, "it is tried again and again")
        clock.wind(backoff.GIVE_UP_AFTER)
        world.dispatch.tell_directly(opened(incident=43), ["far"])
        await until_async(lambda: far.confirmed, "the next one is told")
    assert far.confirmed == [(43, "opened")]


async def test_what_waits_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far = Far([NEVER] * 1000)
    async with a_world(tmp_path, far=far) as world:
        for incident in range(direct.WAITING_MAX + 50):
            world.dispatch.tell_directly(
                opened(incident=incident, dedup_key=f"{incident}"), ["far"]
            )
        await world.dispatch.stop(timedelta(seconds=10))
    assert [number for number, _ in far.heard] == list(range(50, direct.WAITING_MAX + 50))


async def test_a_stop_tries_once_more_and_waits_for_nobody(tmp_path: Path) -> None:
    far = Far([NEVER] * 9)
    async with a_world(tmp_path, far=far) as world:
        world.dispatch.tell_directly(opened(), ["far"])
        await until_async(lambda: far.heard, "it is tried")
        await world.dispatch.stop(timedelta(seconds=10))
    assert len(far.heard) == 2


async def test_confirming_gives_the_real_answer_once(tmp_path: Path) -> None:
    far = Far([Retry("answered 503"), Refused("answered 401")])
    notice = opened(event=EventKind.TEST)
    async with a_world(tmp_path, far=far) as world:
        answers = [await world.dispatch.confirm(notice, far.channel("far")) for _ in range(2)]
    assert answers == [Retry("answered 503"), Refused("answered 401")]
