"""A deploy that breaks something, and what may be done about it: a store, a recorder, an action."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.actions import Actions
from monitor.channels import reaching_out
from monitor.config.changes import Action, ActionFormat, ActionMode, Changes, Service
from monitor.config.model import Probe
from monitor.store import Reader, deploys
from monitor.store.deploys import Deploy
from tests.support.attending import World, a_world, routed
from tests.support.clock import HandClock

SECOND = timedelta(seconds=1)


def an_action(**changes: Any) -> Action:
    """One that is live, and rolls back through a web address that nobody listens at."""
    given: dict[str, Any] = {
        "id": "rollback",
        "service": "api",
        "mode": ActionMode.LIVE,
        "url": "http://127.0.0.1:9/rollback",
        "timeout": timedelta(seconds=5),
    }
    if "command" in changes:
        del given["url"]
    return Action(**given | changes)


def jenkins(url: str, **changes: Any) -> Action:
    return an_action(
        url=f"{url}/job/rollback/buildWithParameters", format=ActionFormat.JENKINS, **changes
    )


@dataclass
class Acting:
    """The world, and what acts in it."""

    world: World
    actions: Actions
    reader: Reader
    hurried: list[tuple[tuple[str, ...], datetime, timedelta]] = field(default_factory=list)
    told: int = 0
    serving: asyncio.Task[None] | None = None

    @property
    def clock(self) -> HandClock:
        return self.world.clock

    async def deploy(self, version: str = "1.4.2", previous: str = "1.4.1", **more: Any) -> int:
        at = self.clock.now()
        given: dict[str, Any] = {"service": "api", "source": "cli", "at": at, "recorded_at": at}
        key = f"{version} {at}"
        row = Deploy(version=version, previous=previous, **given | {"key": key} | more)
        kept, _ = await self.world.writer.do(lambda db: deploys.add(db, row))
        self.clock.wind(SECOND)
        return kept.id

    async def breaks(self, *probes: str) -> None:
        """Each fails until its incident is open."""
        await self.world.fails(*(probes or ("signin",)))
        self.actions.wake()

    async def mends(self, *probes: str) -> None:
        await self.world.mends(*(probes or ("signin",)))
        self.actions.wake()

    async def rows(self, where: str = "1") -> list[dict[str, Any]]:
        return await self.world.rows(f"SELECT * FROM action WHERE {where} ORDER BY id")

    async def settled(self, where: str = "decision = 'act' AND state <> 'started'") -> list[Any]:
        """The rows that came to such an end."""
        found: list[Any] = []
        for _ in range(1_500):
            found = await self.rows(where)
            if found:
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"no row where {where}: {await self.rows()}")

    async def reasons(self) -> list[str]:
        """Why nothing was done, each once, after a look."""
        self.actions.wake()
        await self.looked()
        return [row["why"] for row in await self.rows("decision = 'not'")]

    async def looked(self) -> None:
        """Once more, whatever it sees."""
        await self.actions._look()

    async def bodies(self, event: str) -> list[dict[str, Any]]:
        return [body for body in await self.world.bodies() if body["event"] == event]

    def begin(self) -> None:
        self.serving = asyncio.create_task(self.actions.serve())

    async def end(self) -> None:
        if self.serving is not None:
            self.serving.cancel()
            await asyncio.wait([self.serving])
            self.serving = None


def the_changes(*actions: Action, probes: Iterable[str] = ("signin",), **service: Any) -> Changes:
    api = Service(id="api", name="API", probes=tuple(probes), **service)
    return Changes(services={"api": api}, actions={each.id: each for each in actions})


async def announced(one: Acting, table: str) -> None:
    """Work, or a silence, on everything and for ever."""
    words = {"maintenance": "title", "silence": "reason"}[table]
    await one.world.writes(
        f"INSERT INTO {table} (probes, tags, {words}, by, starts_at, ends_at, created_at)"
        " VALUES ('[]', '[]', 'moving', 'ops', 0, 9000000000000000, 0)"
    )


@asynccontextmanager
async def an_acting_world(
    folder: Path, *actions: Action, probes: Iterable[Probe] = (), **changes: Any
) -> AsyncIterator[Acting]:
    """One probe unless others are given; all of them watch the service."""
    watched = tuple(probes) or (routed(),)
    given = {"changes": the_changes(*actions, probes=[probe.id for probe in watched])}
    async with (
        a_world(folder, *watched, **given | changes) as world,
        reaching_out(world.clock) as outside,
    ):
        reader = Reader(folder / "t.db")
        made: list[Acting] = []
        made.append(
            Acting(
                world,
                Actions(
                    (world.writer, reader),
                    world.clock,
                    outside,
                    lambda: world.recorder.context,
                    lambda text: text.replace("s3cret", "***"),
                    lambda: _count(made[0]),
                    lambda p, until, every: made[0].hurried.append((tuple(p), until, every)),
                ),
                reader,
            )
        )
        made[0].begin()
        try:
            yield made[0]
        finally:
            await made[0].end()
            reader.close()


def _count(one: Acting) -> None:
    one.told += 1


async def _alone(folder: Path, url: str) -> None:
    """As a daemon would that finds the incident in its store, until it is killed."""
    async with an_acting_world(folder, an_action(url=url, timeout=timedelta(seconds=30))) as one:
        one.clock.wind(5 * SECOND)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_alone(Path(sys.argv[1]), sys.argv[2]))
