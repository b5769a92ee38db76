"""The second outage replayed in time, by the recorder: a release that cannot shorten an address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database  # noqa: TID251 - a test of what is read from the store

from monitor import attending
from monitor.acts import acting, planning
from monitor.acts.orders import Order
from monitor.config import Config
from monitor.config.changes import Action, Capture, Changes, Objective, Service, Span
from monitor.config.model import Component, PageSettings
from monitor.reports import facts
from monitor.reports.account import Account
from monitor.routing import Stage
from monitor.runner import Run
from monitor.store import captures, deploys, outbox, public
from monitor.store.deploys import Deploy
from probes import Outcome, Reason, Result
from tests.support.attending import LETTERS, ONCALL, SECOND, World, a_world, routed

EVENING = datetime(2026, 8, 3, 20, 50, tzinfo=UTC)
HALF = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)
BROKEN = Result(
    outcome=Outcome.FAIL,
    reason=Reason.STATUS,
    summary="status 500 instead of 200",
    excerpt="AttributeError: 'BufferedReader' object has no attribute 'loads'",
    took=SECOND,
)
SHORTEN = Component(
    id="links",
    name="Short links",
    probes=("shorten",),
    says="Links cannot be shortened.",
    audience="everyone who shortens links",
    people=400,
)
HOME = Component(id="home", name="Home page", probes=("home",))
CHANGES = Changes(
    services={"api": Service(id="api", name="API", also=(), probes=("shorten",))},
    captures={"logs": Capture(id="logs", probes=("shorten",), command=("/bin/true",))},
    actions={"rollback": Action(id="rollback", service="api", command=("/bin/true",))},
    objectives={
        "links": Objective(
            id="links",
            component="links",
            share=15 / (365 * 24 * 60),
            window=Span.YEAR,
            zone=ZoneInfo("UTC"),
            written="15m per year",
        )
    },
)


@dataclass
class Replay:
    """A world whose time is told by runs."""

    world: World

    @property
    def config(self) -> Config:
        return self.world.recorder.context.config

    @property
    def at(self) -> datetime:
        return self.world.clock.now()

    async def until(self, at: datetime, letter: str = "u", result: Result | None = None) -> None:
        """Runs of both probes every half a minute, that of `home` always good."""
        while self.at < at:
            for probe, found in (("shorten", result or LETTERS[letter]), ("home", LETTERS["u"])):
                started = self.at
                run = Run(
                    probe=self.world.probes[probe],
                    slot=started,
                    started_at=started,
                    lasted=SECOND,
                    result=found,
                )
                await self.world.recorder.record(run)
            await self.attends()
            self.world.clock.wind(HALF)

    async def attends(self) -> None:
        context = self.world.recorder.context
        await self.does(partial(attending.attend, context=context, at=self.at))

    async def delivers(self, after: timedelta = timedelta(seconds=2), **refused: str) -> None:
        """Every letter that waits, *after* it was queued; but those to the channels *refused*."""

        def work(db: Database) -> None:
            rows = db.execute(
                "SELECT id, channel, created_at FROM outbox"
                " WHERE delivered_at IS NULL AND gave_up_at IS NULL ORDER BY id"
            ).fetchall()
            for letter, channel, queued in rows:
                at = datetime.fromtimestamp(queued / 1e6, UTC) + after
                if channel in refused:
                    outbox.mark_given_up(db, letter, at=at, why=refused[channel])
                else:
                    outbox.mark_delivered(db, letter, at=at)

        await self.does(work)

    async def orders(self, order: Order) -> None:
        known = planning.known(self.config)
        await self.does(partial(acting.carry_out, order=order, config=known, at=self.at))

    async def deploys(self, version: str, at: datetime, **about: Any) -> None:
        given: dict[str, Any] = {"service": "api", "by": "ci", "source": "cli", "recorded_at": at}
        deploy = Deploy(**given | about, version=version, key=version, at=at)
        await self.does(lambda db: deploys.add(db, deploy))

    async def fetches(self, number: int, text: str, after: timedelta = 4 * SECOND) -> None:
        """The log, as it was fetched when it opened."""
        capture = self.config.changes.captures["logs"]

        def work(db: Database) -> None:
            captures.plan(db, number, [capture], self.at - MINUTE, self.at)
            [due] = captures.due(db)
            found = captures.Fetched(text=text, lines=len(text.splitlines()))
            captures.ended(db, captures.take(db, [due.id], self.at), found, self.at + after)

        await self.does(work)

    async def does(self, work: Any) -> Any:
        return await self.world.writer.do(work)

    async def account(self, number: int = 1, at: datetime | None = None) -> Account:
        def work(db: Database) -> Account:
            told = public.one(db, incident=number, entry=None)
            assert told
            return facts.account(db, self.config, told, at or self.at)

        found: Account = await self.does(work)
        return found


@asynccontextmanager
async def a_replay(folder: Path, **changes: Any) -> AsyncIterator[Replay]:
    probes = [
        routed("shorten", escalation=(Stage(after=10 * MINUTE, to=("boss",), repeat=timedelta(hours=9)),)),
        routed("home"),
    ]
    given: dict[str, Any] = {
        "components": {"links": SHORTEN, "home": HOME},
        "page": PageSettings(url="https://status.example.org/"),
        "changes": CHANGES,
    }
    async with a_world(folder, *probes, **given | changes) as world:
        world.clock.wind(EVENING - world.clock.now())
        yield Replay(world)


__all__ = ["BROKEN", "EVENING", "HALF", "MINUTE", "ONCALL", "SECOND", "Replay", "a_replay"]
