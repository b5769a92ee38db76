"""The loop that brings pages to their places: each place on its own, the newest page always."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor import parts
from monitor.clock import Clock
from monitor.places.assigning import Assigned
from monitor.places.lane import Lane, Teller


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one place. `behind` is since when it does not have what it should, and `why`."""

    id: str
    to: str
    age: timedelta | None
    """Of what it has; None: it was given nothing since the daemon started."""
    behind: timedelta
    why: str


class Placing:
    """Given pages, it sees to it that they get where they belong."""

    def __init__(self, state: Path, clock: Clock, operator: Teller) -> None:
        """*state* is the state folder."""
        self._state = state
        self._clock = clock
        self._operator = operator
        self._lanes: dict[str, Lane] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._offered: dict[str, Mapping[str, bytes]] = {}

    def configure(self, assigned: Iterable[Assigned]) -> None:
        """From now on these. A place that stays as it was goes on undisturbed."""
        wanted = {each.id: each for each in assigned}
        known = {n: lane for n, lane in self._lanes.items() if lane.assigned == wanted.get(n)}
        self._lanes = {name: known.get(name) or self._new(each) for name, each in wanted.items()}
        self._changed.set()

    def _new(self, assigned: Assigned) -> Lane:
        lane = Lane(assigned, self._state, self._clock, self._operator)
        if (files := self._offered.get(assigned.page)) is not None:
            lane.offer(files)
        return lane

    def offer(self, page: str, files: Mapping[str, bytes]) -> None:
        """The *files* of a *page*, all of them, as they are now."""
        self._offered[page] = files
        for lane in self._lanes.values():
            if lane.assigned.page == page:
                lane.offer(files)

    async def serve(self) -> None:
        """Until cancelled. A place that fails holds up no other."""
        try:
            while True:
                await self._settle()
                await self._changed.wait()
        finally:
            await self._end(list(self._tasks))

    async def _settle(self) -> None:
        self._changed.clear()
        gone = [name for name in self._tasks if name not in self._lanes]
        changed = [n for n, lane in self._lanes.items() if n in self._tasks and not lane.begun]
        await self._end([*gone, *changed])
        for name in gone:
            await self._well(name)
        for name, lane in self._lanes.items():
            if name not in self._tasks:
                lane.begun = True
                self._tasks[name] = asyncio.create_task(lane.serve(), name=f"place {name}")

    async def _well(self, name: str) -> None:
        with suppress(Exception):  # the store's trouble is told elsewhere
            await self._operator.ends(f"publish-{name}")

    async def _end(self, names: Iterable[str]) -> None:
        tasks = [self._tasks.pop(name) for name in names if name in self._tasks]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def last(self, patience: timedelta) -> None:
        """Once more what has not got there yet, for as long as *patience*."""
        lanes = [lane.last() for lane in self._lanes.values() if lane.is_behind]
        await parts.finish([asyncio.create_task(each) for each in lanes], patience)

    @property
    def standing(self) -> tuple[Standing, ...]:
        now = self._clock.monotonic()
        return tuple(
            Standing(
                lane.assigned.id,
                lane.assigned.target.to,
                None if lane.brought_at is None else timedelta(seconds=now - lane.brought_at),
                lane.behind(now),
                lane.why,
            )
            for lane in self._lanes.values()
        )
