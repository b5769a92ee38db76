"""Telling: at least once, in order, until confirmed; the far end is ours, the rest is real."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from monitor.channels import Refused, Retry
from monitor.notices import EventKind
from tests.support.clock import HandClock
from tests.support.telling import Far, a_world
from tests.support.waiting import until_async

OPENED, RESOLVED = EventKind.OPENED, EventKind.RESOLVED


async def test_each_event_is_told_once_on_each_channel(tmp_path: Path) -> None:
    one, two = Far(), Far()
    async with a_world(tmp_path, one=one, two=two) as world:
        await world.happens(OPENED, 1, ["one", "two"])
        await world.settled()
        await world.happens(RESOLVED, 1, ["one", "two"])
        await world.settled()
    assert one.heard == two.heard == [(1, "opened"), (1, "resolved")]


async def test_a_dead_channel_delays_no_other(tmp_path: Path) -> None:
    dead, alive = Far([Retry("down", after=timedelta(hours=1))]), Far()
    async with a_world(tmp_path, dead=dead, alive=alive) as world:
        await world.happens(OPENED, 1, ["dead", "alive"])
        await until_async(lambda: alive.confirmed, "the living channel is told")
        await until_async(lambda: dead.heard, "the dead channel is tried")
    assert dead.confirmed == []


async def test_one_incident_that_cannot_be_told_does_not_hold_up_the_next(tmp_path: Path) -> None:
    far = Far([Retry("later", after=timedelta(hours=1))])
    async with a_world(tmp_path, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await until_async(lambda: far.heard, "the first is tried")
        await world.happens(OPENED, 2, ["far"])
        await until_async(lambda: far.confirmed, "the second is told")
    assert far.confirmed == [(2, "opened")]


async def test_what_was_refused_for_good_is_kept_with_its_reason(tmp_path: Path) -> None:
    far = Far([Refused("404 not found")])
    async with a_world(tmp_path, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.settled()
        await world.happens(RESOLVED, 1, ["far"])
        await world.settled()
        refused, delivered = await world.letters()
    assert (refused["gave_up_at"] is not None, refused["why"]) == (True, "404 not found")
    assert delivered["delivered_at"] is not None


async def test_a_channel_that_raises_is_our_trouble_and_is_tried_again(tmp_path: Path) -> None:
    far = Far([RuntimeError("a bug of ours")])
    async with a_world(tmp_path, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.settled()
    assert far.confirmed == [(1, "opened")]


async def test_what_waits_at_a_stop_is_told_after_the_next_start(tmp_path: Path) -> None:
    async with a_world(tmp_path, far=Far([Retry("down", after=timedelta(hours=1))])) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.dispatch.stop(timedelta(seconds=5))
        await world.writer.do(lambda db: db.execute("UPDATE outbox SET next_at = created_at"))
    again = Far()
    async with a_world(tmp_path, far=again) as world:
        await world.settled()
    assert again.confirmed == [(1, "opened")]


async def test_a_channel_that_left_the_configuration_is_given_up_visibly(tmp_path: Path) -> None:
    async with a_world(tmp_path, far=Far()) as world:
        await world.dispatch.stop(timedelta(seconds=5))
        await world.happens(OPENED, 1, ["gone"])
    async with a_world(tmp_path) as world:
        await world.settled()
        [letter] = await world.letters()
    assert letter["why"] == "the channel is no longer configured"


async def test_a_resolve_for_a_channel_that_is_gone_is_given_up_without_a_restart(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.settled()
        await world.happens(OPENED, 1, ["gone"])
        await world.settled()
        [letter] = await world.letters()
    assert letter["why"] == "the channel is no longer configured"


async def test_nothing_is_given_up_before_the_channels_are_known(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path) as world:
        await world.dispatch.stop(timedelta(seconds=5))
        await world.happens(OPENED, 1, ["far"])
    async with a_world(tmp_path, wake_first=True, far=far) as world:
        await world.settled()
    assert far.confirmed == [(1, "opened")]


async def test_what_was_decided_last_is_told_before_the_end(tmp_path: Path) -> None:
    far, slow = Far([Retry("503")] * 9), Far()
    async with a_world(tmp_path, HandClock(), far=far, slow=slow) as world:
        for incident in (1, 2, 3):
            await world.happens(OPENED, incident, ["far", "slow"], wake=False)
        await world.dispatch.stop(timedelta(seconds=20))
    assert far.heard == slow.confirmed == [(1, "opened"), (2, "opened"), (3, "opened")]


async def test_a_far_end_that_hangs_does_not_hold_up_the_end(tmp_path: Path) -> None:
    far = Far(hangs=True)
    async with a_world(tmp_path, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await until_async(lambda: far.heard, "it is tried")
        async with asyncio.timeout(5):
            await world.dispatch.stop(timedelta(seconds=0.2))
        [letter] = await world.letters()
    assert (letter["delivered_at"], letter["gave_up_at"]) == (None, None)
