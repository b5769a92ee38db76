"""After a deploy somebody looks closely for a while, and then no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it
from structlog.testing import capture_logs

from monitor.config.changes import Changes, Service
from monitor.config.model import Config
from monitor.deploys.vigil import Vigil
from monitor.incidents import Evidence, Opened, Reading, Track, step
from monitor.policy import OutOf, Policy
from monitor.runner import Run
from monitor.store import Reader, StoreTrouble, Writer, deploys
from monitor.store.deploys import Deploy
from tests.support.attending import LETTERS
from tests.support.clock import HandClock
from tests.support.computing import computed
from tests.support.configs import a_config, a_probe
from tests.support.waiting import until_async

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
KEYS = count(1)
SIGNIN = a_probe("signin", confirm=(SECOND,))
UPLOAD = a_probe("upload", policy=Policy(opening=OutOf(3, 10), close_after=4))
SEARCH = a_probe("search")
OFTEN = a_probe("often", every=5 * SECOND)
API = Service(id="api", name="API", also=("shop/api",), probes=("signin", "upload", "often"))
CONFIG = a_config(SIGNIN, UPLOAD, SEARCH, OFTEN, changes=Changes(services={"api": API}))


def with_many(count: int) -> Config:
    probes = [a_probe(f"p{number}") for number in range(count)]
    service = replace(API, probes=tuple(probe.id for probe in probes))
    return a_config(*probes, changes=Changes(services={"api": service}))


@dataclass
class Watching:
    """A vigil over a real database, and whom it asked again, after how long."""

    vigil: Vigil
    writer: Writer
    clock: HandClock
    asked: list[tuple[str, timedelta]] = field(default_factory=list)
    lately: set[str] = field(default_factory=set)
    """Those of which a run began within the last ten seconds."""

    async def deploy(self, ago: timedelta = timedelta(), **changes: Any) -> None:
        now = self.clock.now()
        given: dict[str, Any] = {"service": "api", "version": "1.4.2", "at": now - ago} | changes
        made = Deploy(source="cli", key=f"key-{next(KEYS)}", recorded_at=now, **given)
        await self.writer.do(partial(deploys.add, deploy=made))

    async def looks(self, *, sees: int) -> None:
        """Until it asked so many in all."""
        self.vigil.wake()
        await until_async(lambda: len(self.asked) >= sees, f"{sees} asked")

    @property
    def probes(self) -> list[str]:
        return [probe for probe, _ in self.asked]

    def ran(self, probe_id: str, lasted: timedelta = SECOND) -> list[timedelta]:
        """After how long it is asked again because of a run that lasted so long."""
        self.asked.clear()
        now, probe = self.clock.now(), CONFIG.probes[probe_id]
        result = LETTERS["u"]
        run = Run(probe=probe, slot=now, started_at=now, lasted=lasted, result=result)
        self.vigil.saw(run)
        return [after for _, after in self.asked]


@asynccontextmanager
async def watching(folder: Path, config: Config = CONFIG) -> AsyncIterator[Watching]:
    clock, writer = HandClock(), Writer(folder / "t.db")
    reader = Reader(folder / "t.db")
    asked: list[tuple[str, timedelta]] = []
    lately = set[str]()
    vigil = Vigil(
        reader,
        clock,
        lambda probe, after: asked.append((probe, after)),
        lambda probe, within: probe in lately and within == 10 * SECOND,
    )
    vigil.configure(config)
    task = asyncio.create_task(vigil.serve())
    try:
        yield Watching(vigil, writer, clock, asked, lately)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        reader.close()
        writer.close()


async def test_all_probes_of_the_service_are_asked_at_once_and_one_after_the_other(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as world:
        await world.deploy()
        await world.looks(sees=3)
        assert world.probes == ["signin", "upload", "often"]
        waits = [after for _, after in world.asked]
        assert waits == sorted(set(waits))
        assert waits[-1] <= 2 * SECOND


async def test_a_thousand_probes_have_all_begun_after_two_seconds(tmp_path: Path) -> None:
    async with watching(tmp_path, with_many(1000)) as world:
        await world.deploy()
        await world.looks(sees=1000)
        assert max(after for _, after in world.asked) <= 2 * SECOND


async def test_while_it_is_watched_one_failing_run_is_enough_and_everything_else_is_the_same(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as world:
        assert world.vigil.strictly(UPLOAD) is UPLOAD
        await world.deploy(service="shop/api")
        await world.looks(sees=3)
        strict = world.vigil.strictly(SIGNIN)
        assert strict == replace(SIGNIN, policy=replace(SIGNIN.policy, at_once=True))
        assert world.vigil.strictly(SEARCH) is SEARCH
        world.clock.wind(10 * MINUTE)
        assert world.vigil.strictly(UPLOAD) is UPLOAD


async def test_what_failed_long_before_the_deploy_is_not_when_it_began(tmp_path: Path) -> None:
    async with watching(tmp_path) as world:
        track = Track()
        start = world.clock.now()
        for minute, evidence in enumerate((Evidence.BAD, Evidence.GOOD, Evidence.GOOD)):
            at = start + minute * MINUTE
            track, _ = step(track, Reading(at, at, evidence), UPLOAD.policy)
        await world.deploy()
        await world.looks(sees=3)
        at = start + 3 * MINUTE
        policy = world.vigil.strictly(UPLOAD).policy
        _, [opened] = step(track, Reading(at, at, Evidence.BAD), policy)
    assert isinstance(opened, Opened)
    assert (opened.began_at, opened.failures) == (at, 1)


async def test_it_is_asked_again_every_ten_seconds_and_never_faster_than_it_runs(
    tmp_path: Path,
) -> None:
    async with watching(tmp_path) as world:
        assert world.ran("signin") == []
        await world.deploy()
        await world.looks(sees=3)
        assert world.ran("signin") == [9 * SECOND]
        assert world.ran("signin", lasted=8 * SECOND) == [8 * SECOND]
        assert world.ran("signin", lasted=40 * SECOND) == [40 * SECOND]
        assert world.ran("often") == []  # its own interval is shorter
        assert world.ran("search") == []
        world.clock.wind(10 * MINUTE)
        assert world.ran("signin") == []


@pytest.mark.parametrize(
    "deploy",
    [
        {"environment": "staging"},
        {"service": "web"},
        {"ago": 10 * MINUTE},
        {"ago": -30 * MINUTE},
    ],
    ids=str,
)
async def test_what_is_no_deploy_of_ours_just_now_does_nothing(
    tmp_path: Path, deploy: dict[str, Any]
) -> None:
    async with watching(tmp_path) as world:
        await world.deploy(**deploy)
        await world.deploy(service="api", ago=9 * MINUTE, environment="production")
        await world.looks(sees=3)
        assert world.vigil.watched_until("signin") == world.clock.now() + MINUTE


async def test_a_service_that_is_not_to_be_watched_is_not(tmp_path: Path) -> None:
    web = Service(id="web", name="Web", probes=("search",))
    changes = Changes(services={"api": replace(API, watch_for=timedelta()), "web": web})
    async with watching(
        tmp_path, a_config(SIGNIN, UPLOAD, SEARCH, OFTEN, changes=changes)
    ) as world:
        await world.deploy()
        await world.deploy(service="web")
        await world.looks(sees=1)
        assert world.probes == ["search"]


async def test_a_watch_that_was_cut_off_by_the_end_of_the_daemon_goes_on(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "t.db")
    clock = HandClock()
    at = clock.now() - 4 * MINUTE
    made = Deploy(service="api", version="1", source="cli", key="k", at=at, recorded_at=at)
    await writer.do(partial(deploys.add, deploy=made))
    writer.close()
    async with watching(tmp_path) as world:
        await until_async(lambda: len(world.asked) == 3, "all are asked")
        assert world.vigil.watched_until("signin") == world.clock.now() + 6 * MINUTE


async def test_one_deploy_is_begun_once_and_the_next_one_anew(tmp_path: Path) -> None:
    async with watching(tmp_path) as world:
        await world.deploy()
        await world.looks(sees=3)
        world.clock.wind(MINUTE)
        await world.deploy()
        await world.looks(sees=6)
        world.vigil.wake()
        await world.deploy()
        await world.looks(sees=9)
        assert len(world.asked) == 9
        assert world.vigil.watched_until("signin") == world.clock.now() + 10 * MINUTE


async def test_a_storm_of_deploys_asks_nobody_more_often_than_one(tmp_path: Path) -> None:
    async with watching(tmp_path) as world:
        world.lately |= {"signin", "upload"}
        await world.deploy()
        await world.looks(sees=3)
        assert all(after <= 2 * SECOND for _, after in world.asked)
        world.asked.clear()
        for _ in range(20):
            await world.deploy()
        await world.looks(sees=3)
        later = [probe for probe, after in world.asked if 10 * SECOND <= after <= 12 * SECOND]
        assert (world.probes, later) == (["signin", "upload", "often"], ["signin", "upload"])


async def test_to_look_after_a_storm_of_deploys_holds_up_nobody(tmp_path: Path) -> None:
    def record(db: Database) -> None:
        for number in range(1000):
            deploys.add(db, replace(made, key=f"key-{number}"))

    async with watching(tmp_path, with_many(2000)) as world:
        at = world.clock.now()
        made = Deploy(service="api", version="1", source="cli", key="", at=at, recorded_at=at)
        await world.writer.do(record)
        with computed() as spent:
            await world.looks(sees=2000)
        assert spent.seconds < 1


async def test_a_reload_takes_over_what_is_watched(tmp_path: Path) -> None:
    async with watching(tmp_path) as world:
        await world.deploy()
        await world.looks(sees=3)
        shorter = Changes(services={"api": replace(API, probes=("search",))})
        world.vigil.configure(a_config(SIGNIN, SEARCH, changes=shorter))
        await until_async(lambda: world.vigil.watched_until("search"), "search is watched")
        assert world.vigil.strictly(SIGNIN) is SIGNIN


async def test_what_was_acted_on_is_asked_often_and_judged_as_ever(tmp_path: Path) -> None:
    async with watching(tmp_path) as world:
        until = world.clock.now() + 5 * MINUTE
        world.vigil.hurry(["signin", "search", "signin"], until, 10 * SECOND)
        assert world.probes == ["signin", "search"]
        assert world.ran("search") == [9 * SECOND]
        assert world.vigil.strictly(SEARCH) is SEARCH
        world.clock.wind(5 * MINUTE)
        assert world.ran("search") == []


async def test_a_store_that_cannot_be_read_ends_no_vigil(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.deploys.vigil.AFTER_TROUBLE", timedelta(milliseconds=10))
    broken = [StoreTrouble("locked"), ZeroDivisionError()]
    real = Reader.ask

    async def ask(self: Reader, question: Any) -> Any:
        if broken:
            raise broken.pop()
        return await real(self, question)

    monkeypatch.setattr(Reader, "ask", ask)
    with capture_logs() as logs:
        async with watching(tmp_path) as world:
            await world.deploy()
            await until_async(lambda: not broken, "both troubles")
            await world.looks(sees=3)
    assert len([log for log in logs if log["log_level"] == "error"]) == 2
