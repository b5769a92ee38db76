"""Everything between a run and the far end, and a store whose door can be shut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.attending import Attending
from monitor.channels import reaching_out
from monitor.clock import SystemClock
from monitor.context import Context
from monitor.dispatch import Dispatch
from monitor.keeping import Keeper
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.standby import Standby
from monitor.store import Reader, StoreTrouble, Writer, records, tail
from tests.support.attending import LETTERS, SECOND, routed
from tests.support.clock import NIGHT
from tests.support.configs import a_config
from tests.support.telling import Far
from tests.support.waiting import GLANCE, until_async

T = TypeVar("T")
PATIENCE = timedelta(seconds=10)
WAITS = "delivered_at IS NULL AND gave_up_at IS NULL"
PROBES = [routed(name) for name in ("web", "mail", "shop", "blog")]


class Door(Writer):
    """A real store whose door can be shut."""

    shut = False
    slams = False
    """Shuts in the face of the next who wants to write down what was told."""

    async def do(self, work: Callable[[Database], T]) -> T:
        if self.slams and "meanwhile" in getattr(getattr(work, "func", None), "__module__", ""):
            self.shut, self.slams = True, False
        if self.shut:
            raise StoreTrouble("the database is locked")
        return await super().do(work)


class Window(Reader):
    """One that can be shut too."""

    shut = False

    async def ask(self, question: Callable[[Database], T]) -> T:
        if self.shut:
            raise StoreTrouble("the database cannot be read")
        return await super().ask(question)


@dataclass
class World:
    """Everything between a run and the far end."""

    folder: Path
    writer: Door
    reader: Window
    keeper: Keeper
    standby: Standby
    attending: Attending
    far: Far
    undecided: list[str]
    began_at: datetime
    seen: int = 0

    def run(self, letter: str, probe: str = "web") -> Run:
        at = self.began_at + self.seen * SECOND
        [known] = [one for one in PROBES if one.id == probe]
        return Run(probe=known, slot=at, started_at=at, lasted=SECOND, result=LETTERS[letter])

    def sees(self, letters: str, *probes: str) -> None:
        """One letter a second: `u` up, `d` down."""
        for letter in letters:
            for probe in probes or ("web",):
                self.keeper.keep(self.run(letter, probe))
            self.seen += 1

    def shows(self, letters: str) -> None:
        """To the one who stands by, and not to the store."""
        for letter in letters:
            self.standby.saw(self.run(letter))
            self.seen += 1

    async def recorded(self) -> None:
        await until_async(lambda: self.keeper.waiting == 0, "all is recorded")

    async def goes(self, letters: str = "", *probes: str) -> None:
        """The store takes nothing any more; what is seen then brings somebody else to work."""
        self.writer.shut = True
        self.sees(letters or "u", *probes)
        await until_async(lambda: self.standby.at_work, "somebody stands by")

    async def returns(self) -> None:
        self.writer.shut = False
        await until_async(lambda: not self.standby.at_work, "the store took over again")
        await self.recorded()
        self.attending.wake()

    async def hears(self, *events: str) -> None:
        """Exactly that, of whatever incidents."""
        await until_async(lambda: len(self.told) >= len(events), f"{events}, not {self.told}")
        assert self.told == list(events)

    @property
    def told(self) -> list[str]:
        return [notice.event.value for notice in self.far.notices]

    @property
    def keys(self) -> set[str]:
        return {notice.dedup_key for notice in self.far.notices}

    async def nothing_waits(self) -> None:
        async with asyncio.timeout(20):
            while await self.rows(f"SELECT 1 FROM outbox WHERE {WAITS}"):
                await asyncio.sleep(GLANCE)

    async def is_beside(self, event: str) -> None:
        """The small file beside the database, up to a second behind it, says that it was told."""
        await until_async(lambda: event in self._told_beside(), f"{event} is known beside it")

    def _told_beside(self) -> list[str]:
        found = json.loads((self.folder / tail.NAME).read_text(encoding="utf-8"))
        told = {row["event"] for row in found["outbox"] if row["delivered_at"]}
        return [row["kind"] for row in found["event"] if row["id"] in told]

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        return await self.writer.do(lambda db: list(db.query(sql)))


@asynccontextmanager
async def a_world(folder: Path, **changes: Any) -> AsyncIterator[World]:
    clock, far = SystemClock(), Far()
    writer, reader = Door(folder / "trueup.db", clock), Window(folder / "trueup.db")
    rows = [records.ProbeRow(probe.id, probe.name, "toy") for probe in PROBES]
    keys = await writer.do(lambda db: records.sync_probes(db, rows, NIGHT))
    config = a_config(*PROBES, channels=(far.channel("oncall"),), **changes)
    recorder = Recorder(writer, clock, folder / "artefacts", Context(config, keys, "instance"))
    undecided: list[str] = []
    async with reaching_out(clock) as outside:
        dispatch = Dispatch((writer, reader), outside, str)
        attending = Attending(writer, clock, lambda: recorder.context, dispatch.wake)
        standby = Standby(
            folder,
            clock,
            (writer, reader),
            lambda: recorder.context,
            (dispatch, lambda memory: Dispatch((memory, memory), outside, str)),
            undecided=lambda run: undecided.append(run.probe.id),
        )
        await standby.take_up()
        await dispatch.configure(config.channels)
        keeper = Keeper(recorder, lambda *_: dispatch.wake(), writer=writer, standby=standby)
        attends = asyncio.create_task(attending.serve())
        try:
            began_at = clock.now().replace(microsecond=0)
            yield World(
                folder, writer, reader, keeper, standby, attending, far, undecided, began_at
            )
        finally:
            await keeper.drain(timedelta(milliseconds=200) if writer.shut else PATIENCE)
            attends.cancel()
            await dispatch.stop(PATIENCE)
            reader.close()
            writer.close()
