"""Telling: at least once, in order, until confirmed; the far end is ours, the rest is real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.channels import (
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    Refused,
    Retry,
)
from monitor.clock import SystemClock
from monitor.config.model import Channel
from monitor.dispatch import Dispatch
from monitor.notices import EventKind, Notice
from monitor.store import Reader, Writer, outbox, records
from monitor.store import incidents as rows
from tests.support.clock import NIGHT
from tests.support.notices import opened
from tests.support.waiting import GLANCE, until_async


@dataclass
class Far:
    """The far end of a channel: answers from a script, then confirms everything."""

    script: list[Delivery | Exception] = field(default_factory=list)
    heard: list[tuple[int, str]] = field(default_factory=list)
    confirmed: list[tuple[int, str]] = field(default_factory=list)

    def channel(self, name: str) -> Channel:
        kind = ChannelKind("toy", ChannelSettings, self.send)
        return Channel(id=name, kind=kind, settings=ChannelSettings())

    async def send(self, _: ChannelSettings, notice: Notice, body: str, __: Outside) -> Delivery:
        assert json.loads(body)["incident"] == notice.incident
        self.heard.append((notice.incident, notice.event.value))
        answer = self.script.pop(0) if self.script else Delivered()
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Delivered):
            self.confirmed.append((notice.incident, notice.event.value))
        return answer


@dataclass
class World:
    """A dispatcher over a real database."""

    writer: Writer
    dispatch: Dispatch

    async def happens(self, event: EventKind, incident: int, channels: list[str]) -> None:
        """One event is decided and committed; the dispatcher is woken."""

        def work(db: Any) -> None:
            if event is EventKind.OPENED:
                key = records.sync_probes(db, [records.ProbeRow("p", "p", "toy")], NIGHT)["p"]
                rows.open_incident(db, _new(key), instance="here")
            sequence = rows.next_sequence(db, incident)
            notice = opened(
                event=event, incident=incident, sequence=sequence, at=SystemClock().now()
            )
            rows.add_event(db, notice, why="", channels=channels)

        await self.writer.do(work)
        self.dispatch.wake()

    async def letters(self) -> list[dict[str, Any]]:
        return await self.writer.do(lambda db: list(db.query("SELECT * FROM outbox ORDER BY id")))

    async def settled(self) -> None:
        """Until nothing waits any more."""
        async with asyncio.timeout(30):
            while await self.writer.do(outbox.channels_waiting):
                await asyncio.sleep(GLANCE)


def _new(key: int) -> rows.NewIncident:
    return rows.NewIncident(
        probe=key,
        location="here",
        began_at=NIGHT,
        opened_at=NIGHT,
        reason="status",
        summary="500",
        failed_step="",
        failures=2,
    )


@asynccontextmanager
async def a_world(folder: Path, **fars: Far) -> AsyncIterator[World]:
    writer, reader = Writer(folder / "t.db"), Reader(folder / "t.db")
    async with httpx.AsyncClient() as client:
        dispatch = Dispatch((writer, reader), Outside(http=client), str)
        await dispatch.configure({name: far.channel(name) for name, far in fars.items()})
        try:
            yield World(writer, dispatch)
        finally:
            await dispatch.stop(timedelta(seconds=5))
            reader.close()
            writer.close()


OPENED, RESOLVED = EventKind.OPENED, EventKind.RESOLVED


async def test_each_event_is_told_once_on_each_channel(tmp_path: Path) -> None:
    one, two = Far(), Far()
    async with a_world(tmp_path, one=one, two=two) as world:
        await world.happens(OPENED, 1, ["one", "two"])
        await world.happens(RESOLVED, 1, ["one", "two"])
        await world.settled()
    assert one.heard == two.heard == [(1, "opened"), (1, "resolved")]


async def test_a_resolve_never_overtakes_its_opening(tmp_path: Path) -> None:
    far = Far([Retry("503"), Retry("503"), Retry("reset")])
    async with a_world(tmp_path, far=far) as world:
        await world.happens(OPENED, 1, ["far"])
        await world.happens(RESOLVED, 1, ["far"])
        await world.settled()
    assert far.heard == [(1, "opened")] * 4 + [(1, "resolved")]
    assert far.confirmed == [(1, "opened"), (1, "resolved")]


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


@pytest.mark.parametrize("attempts", [0, 30])
async def test_after_a_day_nobody_is_helped_by_the_news(tmp_path: Path, attempts: int) -> None:
    far = Far([Retry("still down")])
    async with a_world(tmp_path, far=far) as world:
        await world.dispatch.stop(timedelta(seconds=5))
        await world.happens(OPENED, 1, ["far"])
        old = SystemClock().now() - timedelta(hours=25)
        await world.writer.do(_aged(old, attempts))
    async with a_world(tmp_path, far=far) as world:
        await world.settled()
        [letter] = await world.letters()
    assert letter["gave_up_at"] is not None


def _aged(created_at: datetime, attempts: int) -> Callable[[Any], object]:
    us = int(created_at.timestamp() * 1_000_000)
    return lambda db: db.execute(
        "UPDATE outbox SET created_at = ?, next_at = ?, attempts = ?", (us, us, attempts)
    )
