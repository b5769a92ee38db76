"""Telling while our own clock steps, our own store breaks, or our own code does."""

from __future__ import annotations

import sqlite3  # noqa: TID251 - a test of what it raises
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.backoff import FEWEST
from monitor.channels import Delivered, Delivery, Refused, Retry
from monitor.clock import to_us
from monitor.dispatch import dispatch
from monitor.notices import EventKind
from monitor.store import StoreTrouble, Writer, outbox
from tests.support.clock import HandClock
from tests.support.telling import Far, a_world
from tests.support.waiting import until_async

OPENED, RESOLVED = EventKind.OPENED, EventKind.RESOLVED
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "AFTER_TROUBLE", timedelta(seconds=0.05))


@pytest.mark.parametrize("ahead", [DAY, timedelta(minutes=30)])
async def test_an_incident_that_opened_under_a_clock_ahead_is_told_once_it_is_right(
    tmp_path: Path, ahead: timedelta
) -> None:
    far, clock = Far(), HandClock()
    clock.step(ahead)
    await _left_behind(tmp_path, clock)
    clock.step(-ahead)
    async with a_world(tmp_path, clock, far=far):
        await until_async(lambda: far.confirmed, "it is told")


async def test_a_wait_that_began_under_a_clock_ahead_ends_once_it_is_right(tmp_path: Path) -> None:
    far, clock = Far([Retry("503")]), HandClock()
    async with a_world(tmp_path, clock, far=far) as world:
        clock.step(DAY)
        await world.happens(OPENED, 1, ["far"])
        await world.tried(1)
        clock.step(-DAY)
        world.dispatch.wake()
        await world.settled()
        [letter] = await world.letters()
    assert far.confirmed == [(1, "opened")]
    assert letter["first_tried_at"] == to_us(clock.now())  # and a day of trying starts from here


async def test_a_sleeping_lane_notices_by_itself_that_the_clock_was_put_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "LOOK_AGAIN", timedelta(seconds=0.1))
    far, clock = Far([Retry("429", after=timedelta(minutes=30))]), HandClock()
    async with a_world(tmp_path, clock, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.tried(1)
        clock.step(timedelta(hours=1))
        await world.settled()
    assert far.confirmed == [(1, "opened")]


@pytest.mark.parametrize("attempts", [0, 1, FEWEST - 2])
async def test_a_day_that_the_clock_skipped_or_the_host_was_off_gives_nothing_up(
    tmp_path: Path, attempts: int
) -> None:
    far, clock = Far([Retry("still down")]), HandClock()
    await _left_behind(tmp_path, clock, attempts)
    clock.step(2 * DAY)
    async with a_world(tmp_path, clock, far=far) as world:
        await world.tried(attempts + 1)
        clock.wind(timedelta(minutes=2))
        world.dispatch.wake()
        await world.settled()
    assert far.confirmed == [(1, "opened")]


async def test_after_a_day_of_trying_nobody_is_helped_by_the_news(tmp_path: Path) -> None:
    far, clock = Far([Retry("still down")]), HandClock()
    await _left_behind(tmp_path, clock, attempts=1500)
    clock.wind(DAY)
    async with a_world(tmp_path, clock, far=far) as world:
        await world.settled()
        [letter] = await world.letters()
    assert (letter["gave_up_at"], letter["why"]) == (to_us(clock.now()), "still down")


@pytest.mark.parametrize("answer", [Delivered(), Refused("404")])
async def test_what_is_over_is_not_told_again_while_the_store_takes_no_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Delivery
) -> None:
    far, clock = Far([answer]), HandClock()
    async with a_world(tmp_path, clock, far=far) as world:
        with monkeypatch.context() as patch:
            refused = _refuse_marks(patch, world.writer)
            await world.happens(OPENED, 1, ["far"])
            await world.happens(OPENED, 2, ["far"])
            await until_async(lambda: len(refused) > 5, "the marks are repeated")
            clock.wind(DAY)
        await world.settled()
        first, second = await world.letters()
    assert far.heard == [(1, "opened"), (2, "opened")]
    assert (first["attempts"], second["attempts"]) == (1, 1)


async def test_a_receiver_that_asked_for_time_gets_it_while_the_store_takes_no_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far, clock = Far([Retry("429", after=timedelta(minutes=10))]), HandClock()
    async with a_world(tmp_path, clock, far=far) as world:
        refused = _refuse_marks(monkeypatch, world.writer)
        await world.happens(OPENED, 1, ["far"])
        await until_async(lambda: len(refused) > 5, "the mark is repeated")
        assert len(far.heard) == 1
        clock.wind(timedelta(minutes=10))
        await until_async(lambda: far.confirmed, "it is told all the same")
        monkeypatch.undo()
        await world.settled()


@pytest.mark.parametrize("trouble", [sqlite3.OperationalError("disk I/O error"), KeyError("bug")])
async def test_a_lane_outlives_trouble_with_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    far, asked = Far(), list[str]()

    def breaks(_: Any, channel: str, **__: Any) -> None:
        asked.append(channel)
        raise trouble

    async with a_world(tmp_path, far=far) as world:
        with monkeypatch.context() as patch:
            patch.setattr(outbox, "next_letter", breaks)
            await world.happens(OPENED, 1, ["far"])
            await until_async(lambda: len(asked) > 2, "the lane asks again and again")
        await until_async(lambda: far.confirmed, "it is told")


async def test_lanes_that_ended_are_started_again(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path, far=far) as world:
        await world.dies()
        await world.happens(OPENED, 1, ["far"])
        await world.settled()
        await world.dies()
        await world.happens(RESOLVED, 1, ["far"], wake=False)
        await world.dispatch.configure({"far": far.channel("far")})
        await world.settled()
    assert far.confirmed == [(1, "opened"), (1, "resolved")]


async def _left_behind(folder: Path, clock: HandClock, attempts: int = 0) -> None:
    """An opening that an earlier daemon did not get through, and now is when it first tried."""
    tried_at = to_us(clock.now()) if attempts else None
    sql = "UPDATE outbox SET first_tried_at = ?, attempts = ?"
    async with a_world(folder, clock) as world:
        await world.dispatch.stop(timedelta(seconds=5))
        await world.happens(OPENED, 1, ["far"])
        await world.writer.do(lambda db: db.execute(sql, (tried_at, attempts)))


def _refuse_marks(patch: pytest.MonkeyPatch, writer: Writer) -> list[object]:
    """As a full disk would; what the dispatcher asked for is noted."""
    refused: list[object] = []
    really = writer.do

    async def do(work: Any) -> Any:
        if getattr(work, "keywords", {}).get("letter"):
            refused.append(work)
            raise StoreTrouble("database or disk is full")
        return await really(work)

    patch.setattr(writer, "do", do)
    return refused
