"""Targets that show what they are, run after run, and what learns of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from monitor.attending import attend
from monitor.config.model import Probe
from monitor.fingerprints import Fingerprints
from monitor.runner import Run
from monitor.store import Writer
from probes import Outcome, Settings
from probes.result import Facts
from probes.traits import Trait
from tests.support.attending import LETTERS, MINUTE, SECOND, World, a_world, routed

OLD = {Trait.RUNTIME: "Quill/5.6.40", Trait.VERSION: "1.4.2", Trait.SERVER: "Inkwell/2"}
NEW = {**OLD, Trait.RUNTIME: "Quill/8.0.2"}
TARGET = "https://web.example.org"


class Asks(Settings):
    """As much of a probe of the web as its target is known by."""

    url: str = f"{TARGET}/"


def asking(probe_id: str = "home", url: str = f"{TARGET}/", **changes: Any) -> Probe:
    return replace(routed(probe_id), settings=Asks(url=url), **changes)


@dataclass
class Targets:
    """What is asked, and the part that learns of it; `restarted` is another one over the same
    database, as after a kill.
    """

    world: World
    told: int = 0
    part: Fingerprints = field(init=False)

    def __post_init__(self) -> None:
        self.part = self._part(self.world.writer)

    def _part(self, writer: Writer) -> Fingerprints:
        return Fingerprints(
            writer, self.world.clock, lambda: self.world.recorder.context, self._count
        )

    def _count(self) -> None:
        self.told += 1

    async def restarted(self) -> None:
        self.part = self._part(self.world.writer)
        await self.part.look()

    async def show(
        self,
        traits: Mapping[Trait, str],
        probe: str = "home",
        *,
        times: int = 1,
        letter: str = "u",
        every: timedelta = 30 * SECOND,
        look: bool = True,
    ) -> None:
        """That many runs that see these, each recorded, and a look after each."""
        for _ in range(times):
            self.part.saw(self.run(traits, probe, letter))
            await self.world.runs(**{probe: letter})
            if look:
                await self.part.look()
            self.world.clock.wind(every)

    def run(self, traits: Mapping[Trait, str], probe: str, letter: str) -> Run:
        result = replace(LETTERS[letter], facts=Facts(traits=traits))
        if letter == "d":
            assert result.outcome is Outcome.FAIL
        at = self.world.clock.now()
        return Run(
            probe=self.world.probes[probe], slot=at, started_at=at, lasted=SECOND, result=result
        )

    async def waits(self, span: timedelta = 3 * MINUTE) -> list[str]:
        """Lets time go by without a run; what was told meanwhile."""
        for _ in range(10):
            self.world.clock.wind(span / 10)
            await self.part.look()
            context, at = self.world.recorder.context, self.world.clock.now()
            await self.world.writer.do(partial(attend, context=context, at=at))
        return await self.world.told()

    async def changes(self) -> list[tuple[str, str, str, str]]:
        rows = await self.world.rows("SELECT name, was, became, state FROM change ORDER BY id")
        return [(row["name"], row["was"], row["became"], row["state"]) for row in rows]

    async def states(self) -> dict[tuple[str, str], str]:
        rows = await self.world.rows("SELECT target, name, state FROM fingerprint")
        return {(row["target"], row["name"]): row["state"] for row in rows}


@asynccontextmanager
async def targets(folder: Path, *probes: Probe, **changes: Any) -> AsyncIterator[Targets]:
    async with a_world(folder, *(probes or (asking(),)), **changes) as world:
        found = Targets(world)
        await found.part.look()
        yield found
