"""A dispatcher over a real database; only the far end of its channels is ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from monitor.channels import ChannelKind, ChannelSettings, Delivered, Delivery, Outside
from monitor.clock import Clock, SystemClock
from monitor.config.model import Channel
from monitor.dispatch import Dispatch
from monitor.notices import EventKind, Notice
from monitor.store import Reader, Writer, outbox, records
from monitor.store import incidents as rows
from tests.support.clock import NIGHT
from tests.support.notices import opened
from tests.support.waiting import GLANCE


@dataclass
class Far:
    """The far end of a channel: answers from a script, then confirms everything."""

    script: list[Delivery | Exception] = field(default_factory=list)
    heard: list[tuple[int, str]] = field(default_factory=list)
    confirmed: list[tuple[int, str]] = field(default_factory=list)
    hangs: bool = False

    def channel(self, name: str) -> Channel:
        kind = ChannelKind("toy", ChannelSettings, self.send)
        return Channel(id=name, kind=kind, settings=ChannelSettings())

    async def send(self, _: ChannelSettings, notice: Notice, body: str, __: Outside) -> Delivery:
        assert json.loads(body)["incident"] == notice.incident
        self.heard.append((notice.incident, notice.event.value))
        if self.hangs:
            await asyncio.Event().wait()
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
    clock: Clock

    async def happens(
        self, event: EventKind, incident: int, channels: list[str], *, wake: bool = True
    ) -> None:
        """One event is decided and committed; the dispatcher is woken, unless told otherwise."""

        def work(db: Any) -> None:
            if event is EventKind.OPENED:
                key = records.sync_probes(db, [records.ProbeRow("p", "p", "toy")], NIGHT)["p"]
                rows.open_incident(db, _new(key), instance="here")
            sequence = rows.next_sequence(db, incident)
            notice = opened(event=event, incident=incident, sequence=sequence, at=self.clock.now())
            rows.add_event(db, notice, why="", channels=channels)

        await self.writer.do(work)
        if wake:
            self.dispatch.wake()

    async def dies(self) -> None:
        """Every task of the dispatcher ends, as nothing of ours should make it."""
        tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith("channel ")]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

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
async def a_world(
    folder: Path, clock: Clock | None = None, *, wake_first: bool = False, **fars: Far
) -> AsyncIterator[World]:
    clock = clock or SystemClock()
    writer, reader = Writer(folder / "t.db"), Reader(folder / "t.db")
    async with httpx.AsyncClient() as client:
        dispatch = Dispatch((writer, reader), Outside(client, clock), str)
        if wake_first:
            dispatch.wake()
            await asyncio.sleep(GLANCE)
        await dispatch.configure({name: far.channel(name) for name, far in fars.items()})
        try:
            yield World(writer, dispatch, clock)
        finally:
            await dispatch.stop(timedelta(seconds=5))
            reader.close()
            writer.close()
