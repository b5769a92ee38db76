"""Time goes by while something is broken: a recorder, and what attends to its incidents."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from monitor import attending
from monitor.channels import ChannelKind, ChannelSettings, Delivery
from monitor.clock import to_us
from monitor.config.model import Channel, Probe
from monitor.context import Context
from monitor.recorder import Recorder
from monitor.routing import Routing, everyone
from monitor.runner import Run
from monitor.store import Writer, records
from probes import Outcome, Reason, Result
from tests.support.clock import HandClock
from tests.support.configs import a_config, a_probe

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
ONCALL = everyone("oncall")
LETTERS = {
    "u": Result(outcome=Outcome.PASS, took=SECOND),
    "d": Result(outcome=Outcome.FAIL, reason=Reason.STATUS, summary="status 500", took=SECOND),
    "s": Result(outcome=Outcome.SLOW, reason=Reason.TOO_SLOW, summary="slow", took=SECOND),
}


@dataclass
class World:
    """A recorder and what attends to its incidents, over a real database and a hand clock."""

    recorder: Recorder
    writer: Writer
    clock: HandClock
    probes: Mapping[str, Probe]
    seen: int = 0
    story: list[str] = field(default_factory=list)

    async def runs(self, **outcomes: str) -> None:
        """One run of each probe named, all at this moment."""
        for probe, letter in outcomes.items():
            await self.recorder.record(self._run(probe.replace("_", "-"), letter))
            self.clock.wind(timedelta(milliseconds=1))

    async def runs_together(self, letter: str, probes: Iterable[str]) -> None:
        """One run of each, recorded in one transaction, as when very many end at once."""
        runs = [self._run(probe, letter) for probe in probes]
        troubles = [
            each for each in await self.recorder.record_all(runs) if isinstance(each, Exception)
        ]
        assert not troubles
        self.clock.wind(timedelta(milliseconds=1))

    def _run(self, probe: str, letter: str) -> Run:
        at = self.clock.now()
        return Run(
            probe=self.probes[probe],
            slot=at,
            started_at=at,
            lasted=SECOND,
            result=LETTERS[letter],
        )

    async def fails(self, *probes: str, times: int = 2) -> None:
        for _ in range(times):
            await self.runs(**dict.fromkeys(probes, "d"))

    async def mends(self, *probes: str) -> None:
        for _ in range(2):
            await self.runs(**dict.fromkeys(probes, "u"))

    async def waits(self, span: timedelta) -> list[str]:
        """Lets time go by, looking as often as the daemon would; what was told meanwhile."""
        until = self.clock.now() + span
        while self.clock.now() <= until:
            await self._look()
            self.clock.wind(min(max(span / 50, SECOND), until - self.clock.now() + SECOND))
        return await self.told()

    async def _look(self) -> None:
        work = partial(attending.attend, context=self.recorder.context, at=self.clock.now())
        await self.writer.do(work)

    async def looks(self, step: timedelta) -> None:
        """As the daemon does when it sees that the wall clock was set by so much."""
        at = self.clock.now()
        work = partial(attending.attend, context=self.recorder.context, at=at, step=step)
        await self.writer.do(work)

    async def silences(self, span: timedelta) -> None:
        """Everything, from now on."""
        at = self.clock.now()
        await self.writes(
            "INSERT INTO silence (probes, tags, reason, by, starts_at, ends_at, created_at)"
            " VALUES ('[]', '[]', 'moving', 'ops', ?, ?, 0)",
            to_us(at),
            to_us(at + span),
        )

    async def told(self) -> list[str]:
        """`channel event probe` of every letter since this was last asked."""
        rows = await self.rows("SELECT id, channel, body FROM outbox ORDER BY id")
        new, self.seen = rows[self.seen :], len(rows)
        bodies = [(row["channel"], json.loads(row["body"])) for row in new]
        return [f"{channel} {body['event']} {body['probe']}" for channel, body in bodies]

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        return await self.writer.do(lambda db: list(db.query(sql)))

    async def why(self) -> list[str]:
        """The named reason of every event so far."""
        return [row["why"] for row in await self.rows("SELECT why FROM event ORDER BY id")]

    async def bodies(self) -> list[dict[str, Any]]:
        rows = await self.rows("SELECT body FROM outbox ORDER BY id")
        return [json.loads(row["body"]) for row in rows]

    async def writes(self, sql: str, *values: object) -> None:
        await self.writer.do(lambda db: db.execute(sql, values))


@asynccontextmanager
async def a_world(folder: Path, *probes: Probe, **changes: Any) -> AsyncIterator[World]:
    clock, writer = HandClock(), Writer(folder / "t.db")
    names = {name for probe in probes for name in probe.routing.everybody}
    channels = tuple(a_channel(name) for name in sorted(names))
    config = a_config(*probes, **{"channels": channels} | changes)
    rows = [records.ProbeRow(probe.id, probe.name, "toy") for probe in probes]
    keys = await writer.do(lambda db: records.sync_probes(db, rows, clock.now()))
    recorder = Recorder(writer, clock, folder / "artefacts", Context(config, keys, "instance"))
    yield World(recorder, writer, clock, config.probes)
    writer.close()


async def _never(*_: object) -> Delivery:
    raise NotImplementedError


def a_channel(name: str) -> Channel:
    kind = ChannelKind("toy", ChannelSettings, _never)
    return Channel(id=name, kind=kind, settings=ChannelSettings())


def routed(probe_id: str = "signin", **routing: Any) -> Probe:
    return a_probe(probe_id, routing=Routing(**{"channels": ONCALL} | routing))


def several(count: int) -> list[Probe]:
    return [routed(f"p{number}") for number in range(count)]
