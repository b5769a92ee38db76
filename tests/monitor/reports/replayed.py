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

from monitor import attending, burning
from monitor.acts import acting, planning
from monitor.acts.orders import Acknowledge, Order, Say
from monitor.config import Config
from monitor.config.changes import Action, Capture, Changes, Objective, Service, Span
from monitor.config.model import Component, PageSettings
from monitor.reports import facts
from monitor.reports.account import Account
from monitor.reports.timeline import Kind, timeline
from monitor.routing import Routing, Stage
from monitor.runner import Run
from monitor.store import actions, captures, deploys, outbox, public
from monitor.store.action_words import State
from monitor.store.deploys import Deploy
from probes import Outcome, Reason, Result
from status_page import Stage as Said
from tests.support.attending import LETTERS, ONCALL, SECOND, World, a_world
from tests.support.configs import a_probe

EVENING = datetime(2026, 8, 3, 20, 50, tzinfo=UTC)
HALF = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)
BROKE = EVENING + 13 * MINUTE + HALF
BROKEN = Result(
    outcome=Outcome.FAIL,
    reason=Reason.STATUS,
    summary="status 500 instead of 200",
    excerpt="<h1>Internal Server Error</h1>",
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

    async def until(
        self, at: datetime, letter: str = "u", result: Result | None = None, home: str = "u"
    ) -> None:
        """Runs of both probes every half a minute."""
        while self.at < at:
            for probe, found in (("shorten", result or LETTERS[letter]), ("home", LETTERS[home])):
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

    async def burns(self) -> None:
        """A look at how fast the budgets burn."""
        context = self.world.recorder.context
        await self.does(partial(burning.attend, context=context, at=self.at))

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
        deploy = Deploy(**given | about, version=version, key=f"{version} {at}", at=at)
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

    async def would_roll_back(self, number: int, deploy: int, to: str) -> None:
        """The action is a dry run."""
        entry = self._entry(number, deploy, "dry-run")
        await self.does(lambda db: actions.begin(db, entry, target=to))

    async def rolls_back(self, number: int, deploy: int, to: str) -> None:
        """The other side says that it will."""
        at, entry = self.at, self._entry(number, deploy, "live")

        def work(db: Database) -> None:
            row = actions.begin(db, entry, target=to)
            assert row
            ending = actions.Ending(
                state=State.DONE,
                answer="status 201",
                at=at + 2 * SECOND,
                verify_until=at + 10 * MINUTE,
            )
            actions.ended(db, row, ending)

        await self.does(work)

    def _entry(self, number: int, deploy: int, mode: str) -> actions.Entry:
        return actions.Entry(
            name="rollback",
            mode=mode,
            service="api",
            incident=number,
            deploy=deploy,
            at=self.at,
            why="follows_deploy",
        )

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
async def a_replay(
    folder: Path, begins: datetime | None = None, **changes: Any
) -> AsyncIterator[Replay]:
    """A little before it breaks, unless it *begins* sooner."""
    stage = Stage(after=10 * MINUTE, to=("boss",), repeat=timedelta(hours=9))
    routing = Routing(channels=ONCALL, escalation=(stage,))
    probes = [
        a_probe("shorten", every=HALF, routing=routing),
        a_probe("home", every=HALF, routing=Routing(channels=ONCALL)),
    ]
    given: dict[str, Any] = {
        "components": {"links": SHORTEN, "home": HOME},
        "page": PageSettings(url="https://status.example.org/"),
        "changes": CHANGES,
    }
    async with a_world(folder, *probes, **given | changes) as world:
        world.clock.wind((begins or BROKE - 2 * HALF) - world.clock.now())
        yield Replay(world)


LOG = """\
2026-08-03 21:03:31 ERROR api POST /shorten request=4f1c9e2d7b30
Traceback (most recent call last):
AttributeError: 'BufferedReader' object has no attribute 'encode'
(the same 3 lines 57 more times)"""


async def the_shortener(folder: Path) -> None:
    """23 minutes, from a deploy to the one that put the old version back; leaves `t.db`."""
    async with a_replay(folder, EVENING) as replay:
        await replay.deploys("1.4.1", EVENING - timedelta(days=3))
        await replay.until(BROKE)
        url = "https://ci.example.org/builds/812"
        await replay.deploys("1.4.2", BROKE - 10 * SECOND, url=url)
        await replay.until(BROKE + 2 * HALF, result=BROKEN)
        await replay.fetches(1, LOG)
        await replay.delivers()
        await replay.would_roll_back(1, 2, "1.4.1")
        await replay.until(BROKE + 12 * MINUTE, result=BROKEN)
        await replay.delivers()
        await replay.orders(Acknowledge(incident=1, by="ana"))
        words = "A new release cannot **shorten** links. We are putting the old one back."
        await replay.orders(Say(incident=1, status=Said.IDENTIFIED, words=words, by="ana"))
        await replay.until(BROKE + 23 * MINUTE, result=BROKEN)
        await replay.deploys("1.4.1", replay.at - 20 * SECOND, by="ana")
        await replay.until(BROKE + 25 * MINUTE)
        await replay.delivers()


async def broken(replay: Replay, minutes: int = 3) -> None:
    """For so long, and told at once."""
    await replay.until(BROKE)
    await replay.until(BROKE + 2 * HALF, result=BROKEN)
    await replay.delivers()
    await replay.until(BROKE + minutes * MINUTE, result=BROKEN)


def words(found: Account, kind: Kind) -> list[str]:
    """Of the moments of a kind."""
    return [each.words for each in timeline(found) if each.kind is kind]
