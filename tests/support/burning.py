"""A component of which something was promised, and runs of it that go by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitor import burning
from monitor.config.changes import Changes, Objective
from monitor.config.model import Probe
from tests.support.attending import MINUTE, World, a_world, routed

HOUR = timedelta(hours=1)
PROMISE = Objective(
    id="uploads",
    component="upload",
    share=0.001,
    window=timedelta(days=30),
    zone=ZoneInfo("UTC"),
    written="99.9 %",
)


@asynccontextmanager
async def a_promise(
    folder: Path, *probes: Probe, promise: Objective = PROMISE, **changes: Any
) -> AsyncIterator[World]:
    promised = Changes(objectives={promise.id: promise})
    async with a_world(folder, *(probes or (routed("upload"),)), changes=promised, **changes) as w:
        yield w


async def looks(world: World) -> bool:
    work = partial(burning.attend, context=world.recorder.context, at=world.clock.now())
    return await world.writer.do(work)


async def goes_by(world: World, letters: str, probe: str = "upload", look_every: int = 1) -> None:
    """One run a minute, and a look after each *look_every*."""
    for number, letter in enumerate(letters, 1):
        await world.runs(**{probe: letter})
        world.clock.wind(MINUTE - timedelta(milliseconds=1))
        if number % look_every == 0:
            await looks(world)


async def open_incidents(world: World) -> list[tuple[str, str, str]]:
    rows = await world.rows(
        "SELECT probe.id, severity, withheld FROM incident JOIN probe ON probe.key = probe"
        " WHERE resolved_at IS NULL ORDER BY incident.id"
    )
    return [(row["id"], row["severity"], row["withheld"]) for row in rows]


ONE_IN_TWENTY = "u" * 10 + "d" + "u" * 9
