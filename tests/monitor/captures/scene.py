"""A recorder with a real store, and beside it what fetches logs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from monitor.captures.capturing import Capturing
from monitor.channels.channel import reaching_out
from monitor.config.changes import Capture, Changes
from monitor.config.model import Config, Probe
from monitor.store import Reader, outbox
from monitor.store.outbox import Letter
from tests.support.attending import World, a_channel, a_world, routed
from tests.support.configs import a_config

WAIT = timedelta(seconds=5)
SECOND = timedelta(seconds=1)
ENDED = "SELECT count(*) AS n FROM capture WHERE state NOT IN ('due', 'started')"


@dataclass
class Scene:
    """A recorder with a real store, and beside it what fetches logs."""

    world: World
    reader: Reader
    config: Config
    capturing: Capturing
    told: list[int]
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "app.log"

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        self.capturing.configure(self.config)
        task = asyncio.create_task(self.capturing.serve())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def until_ended(self, count: int = 1) -> None:
        self.capturing.wake()
        async with asyncio.timeout(20):
            while (await self.world.rows(ENDED))[0]["n"] < count:
                await asyncio.sleep(0.01)

    async def next_letter(self, *, hurry: bool = False) -> Letter | None:
        at = self.world.clock.now()
        ask = partial(outbox.next_letter, channel="oncall", at=at, hurry=hurry)
        return await self.reader.ask(ask)

    async def waits(self) -> timedelta:
        """Until the next letter may go."""
        letter = await self.next_letter()
        assert letter
        return letter.due_at - self.world.clock.now()


def a_capture(name: str = "log", **changes: Any) -> Capture:
    given: dict[str, Any] = {"probes": ("signin",), "wait": WAIT, "timeout": 20 * SECOND}
    return Capture(id=name, **given | changes)


@asynccontextmanager
async def a_scene(
    folder: Path, *wanted: Capture, probes: tuple[Probe, ...] = (routed(),)
) -> AsyncIterator[Scene]:
    changes = Changes(captures={each.id: each for each in wanted})
    config = a_config(*probes, changes=changes, channels=(a_channel("oncall"),))
    async with a_world(folder, *probes, changes=changes) as world, reaching_out(world.clock) as out:
        reader = Reader(folder / "t.db")
        told: list[int] = []
        store = world.writer, reader
        capturing = Capturing(store, world.clock, out, str, lambda: told.append(1))
        yield Scene(world, reader, config, capturing, told, folder)
        reader.close()


def played(folder: Path, *wanted: Capture, play: Callable[[Scene], Any], **more: Any) -> None:
    async def plays() -> None:
        async with a_scene(folder, *wanted, **more) as scene:
            await play(scene)

    asyncio.run(plays())
