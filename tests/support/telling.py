"""A dispatcher over a real database; only the far end of its channels is ours."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.channels import (
    CHANNELS,
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    reaching_out,
)
from monitor.clock import Clock, SystemClock
from monitor.config.model import Channel
from monitor.dispatch import Dispatch
from monitor.notices import EventKind, Notice, from_json
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
    fallback: str = ""
    bodies: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """Happens once, while the first notice is on its way."""

    @property
    def notices(self) -> list[Notice]:
        """Every one that was heard, confirmed or not."""
        return [from_json(body) for body in self.bodies]

    def channel(self, name: str) -> Channel:
        kind = ChannelKind("toy", ChannelSettings, self.send)
        return Channel(id=name, kind=kind, settings=ChannelSettings(), fallback=self.fallback)

    async def send(self, _: ChannelSettings, notice: Notice, body: str, __: Outside) -> Delivery:
        assert from_json(body) == notice
        self.bodies.append(body)
        self.heard.append((notice.incident, notice.event.value))
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
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
    said: list[tuple[str, str]] = field(default_factory=list)
    """What the dispatcher reported of channels: the channel, and its trouble or "well"."""

    async def happens(
        self,
        event: EventKind,
        incident: int,
        channels: list[str],
        *,
        wake: bool = True,
        probe: str = "p",
        hold: timedelta = timedelta(),
    ) -> None:
        """One event is decided and committed; the dispatcher is woken, unless told otherwise. Its
        letters may go once *hold* is over.
        """

        def work(db: Any) -> None:
            if event is EventKind.OPENED:
                key = records.sync_probes(db, [records.ProbeRow(probe, "p", "toy")], NIGHT)[probe]
                rows.open_incident(db, _new(key), instance="here")
            sequence = rows.next_sequence(db, incident)
            notice = opened(event=event, incident=incident, sequence=sequence, at=self.clock.now())
            rows.add_event(db, notice, why="", channels=channels, held_until=notice.at + hold)

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

    async def tried(self, attempts: int = 1) -> None:
        """Until the first letter was tried that often, and it is written down."""
        async with asyncio.timeout(30):
            while (await self.letters())[0]["attempts"] < attempts:
                await asyncio.sleep(GLANCE)

    async def whys(self) -> list[tuple[str, str, str]]:
        """(channel, event, why) of every letter that was given up."""
        question = (
            "SELECT channel, kind, outbox.why FROM outbox JOIN event ON event.id = outbox.event"
            " WHERE gave_up_at IS NOT NULL ORDER BY outbox.id"
        )
        return await self.writer.do(lambda db: [tuple(row) for row in db.execute(question)])

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
    folder: Path,
    clock: Clock | None = None,
    *,
    wake_first: bool = False,
    acknowledge: Callable[[Notice], str] | None = None,
    **channels: Far | Channel,
) -> AsyncIterator[World]:
    clock = clock or SystemClock()
    writer, reader = Writer(folder / "t.db"), Reader(folder / "t.db")
    async with reaching_out(clock) as outside:
        said: list[tuple[str, str]] = []
        dispatch = Dispatch(
            (writer, reader),
            outside,
            str,
            acknowledge=acknowledge,
            troubled=lambda channel, why: said.append((channel, why)),
            well=lambda channel: said.append((channel, "well")),
        )
        if wake_first:
            dispatch.wake()
            await asyncio.sleep(GLANCE)
        await dispatch.configure(
            {name: c.channel(name) if isinstance(c, Far) else c for name, c in channels.items()}
        )
        try:
            yield World(writer, dispatch, clock, said)
        finally:
            await dispatch.stop(timedelta(seconds=5))
            reader.close()
            writer.close()


def webhook_to(url: str, name: str = "pager", timeout: float = 10, fallback: str = "") -> Channel:
    """A real channel to a real receiver."""
    kind = CHANNELS["webhook"]
    settings = kind.settings.model_validate({"url": url, "timeout": f"{timeout}s"})
    return Channel(id=name, kind=kind, settings=settings, fallback=fallback)


async def _deliver_for_ever(folder: Path, url: str) -> None:
    async with a_world(folder, pager=webhook_to(url)):
        await asyncio.Event().wait()


if __name__ == "__main__":  # a dispatcher to be killed
    asyncio.run(_deliver_for_ever(Path(sys.argv[1]), sys.argv[2]))
