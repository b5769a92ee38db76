"""The disk is full, or another program holds the database: nothing that was seen is lost."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import keeping, waiting
from monitor.clock import to_us
from monitor.config.model import Probe, Retention
from monitor.context import Context
from monitor.housekeeping import Housekeeping
from monitor.incidents import Event
from monitor.keeping import Keeper
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import StoreTrouble, Writer, records
from monitor.store.reserve import Reserve
from probes import Outcome, Reason, Result
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe
from tests.support.waiting import until_async

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MIB = 1024 * 1024
PATIENCE = timedelta(seconds=60)
QUICK = "PRAGMA busy_timeout = 100"  # instead of five seconds


@dataclass
class Pager:
    """What the operator and the daemon hear."""

    own: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    async def begins(self, name: str, says: str) -> None:
        self.own.append(f"{name}: {says}")

    async def ends(self, name: str) -> None:
        self.own.append(f"{name}: over")

    def after(self, _: Run, events: Sequence[Event]) -> None:
        self.events += [type(event).__name__ for event in events]


@dataclass
class Watching:
    """Everything between a run and the disk."""

    folder: Path
    writer: Writer
    keeper: Keeper
    pager: Pager
    probe: Probe
    reserve: Reserve
    minute: int = 0
    words: int = 30

    def sees(self, outcomes: str) -> None:
        """One letter a minute: `u` up, `d` down."""
        for letter in outcomes:
            at = NIGHT + self.minute * MINUTE
            bad = letter == "d"
            result = Result(
                outcome=Outcome.FAIL if bad else Outcome.PASS,
                took=timedelta(milliseconds=90),
                reason=Reason.STATUS if bad else None,
                summary="status 503 " * self.words if bad else "",
            )
            run = Run(probe=self.probe, slot=at, started_at=at, lasted=MINUTE, result=result)
            self.keeper.keep(run)
            self.minute += 1

    async def count(self) -> int:
        return int(await self.ask("SELECT count(*) FROM run"))

    async def ask(self, sql: str) -> int:
        rows = await self.writer.do(lambda db: db.execute(sql).fetchone())
        return int(rows[0]) if rows else 0

    async def insist(self, sql: str) -> int:
        """Again, where it shared a commit with a run that did not fit."""
        async with asyncio.timeout(5):
            while True:
                with contextlib.suppress(StoreTrouble):
                    return await self.ask(sql)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AGAIN", timedelta(milliseconds=50))
    monkeypatch.setattr(keeping, "AWAY", timedelta(milliseconds=500))


async def watching(folder: Path, spare: int = MIB) -> Watching:
    reserve = Reserve(folder, spare)
    reserve.make()
    clock, pager, probe = HandClock(NIGHT), Pager(), a_probe("web", channels=("oncall",))
    writer = Writer(folder / "t.db", clock, reserve)
    rows = [records.ProbeRow("web", "web", "toy")]
    keys = await writer.do(lambda db: records.sync_probes(db, rows, NIGHT))
    context = Context(a_config(probe), keys, "one")
    recorder = Recorder(writer, clock, folder / "artefacts", context)
    keeper = Keeper(recorder, pager.after, writer=writer, operator=pager)
    return Watching(folder, writer, keeper, pager, probe, reserve)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Watching]:
    found = await watching(tmp_path)
    yield found
    await found.keeper.drain(PATIENCE)
    found.writer.close()


@pytest.fixture(params=["12m"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A filesystem of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(options, capture_output=True, check=False)
    except OSError as trouble:
        pytest.skip(f"no mount here: {trouble}")
    if done.returncode:
        pytest.skip(f"may not mount: {done.stderr.decode()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(folder: Path) -> Path:
    """Somebody's log takes all there is."""
    path = folder / "filler"
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            if file.write(b"x" * 65536) < 4096:
                file.write(b"x")
    return path


async def test_a_full_disk_uses_what_was_kept_in_reserve_then_waits_and_recovers(
    small_disk: Path,
) -> None:
    world = await watching(small_disk)
    world.sees("uu")
    await until_async(lambda: world.keeper.waiting == 0, "all is well")
    assert (small_disk / "reserve").exists()
    filler = fill_up(small_disk)
    world.sees("dd")
    await until_async(lambda: world.keeper.waiting == 0, "there was room in reserve")
    assert world.pager.events == ["Opened"]
    assert not (small_disk / "reserve").exists()
    assert world.pager.own == []
    while not world.pager.own:  # until that is used up too
        fill_up(small_disk)
        world.sees("d" * 20)
        await asyncio.sleep(0.05)
        assert world.minute < 20_000
    assert "database or disk is full" in world.pager.own[0]
    filler.unlink()
    world.sees("uu")
    await world.keeper.drain(PATIENCE)
    await until_async(lambda: len(world.pager.own) > 1, "the operator hears that it is over")
    assert await world.count() == world.minute
    assert world.pager.events == ["Opened", "Resolved"]
    world.writer.close()
    assert Reserve(small_disk, MIB // 2).make()


@pytest.mark.parametrize("small_disk", ["96m"], indirect=True)
async def test_on_a_full_disk_old_runs_make_room_for_new_ones_as_long_as_it_takes(
    small_disk: Path,
) -> None:
    world = await watching(small_disk, spare=8 * MIB)
    world.sees("u")
    await until_async(lambda: world.keeper.waiting == 0, "the place is known")
    for day in range(1, 21):
        old = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
            " INSERT INTO run (slot, probe, location, lag_us, outcome, took_us, tries, note)"
            f" SELECT {to_us(NIGHT - day * DAY)} - i, 1, 1, 0, 1, 1, 1, hex(randomblob(1000))"
            " FROM n"
        )
        await world.ask(old)
    house = Housekeeping(
        small_disk / "t.db", world.writer, HandClock(NIGHT), world.pager, world.reserve
    )
    house.configure(Retention(backups=0))
    fill_up(small_disk)
    world.words = 600
    for _ in range(20):
        world.sees("d" * 100)
        await until_async(lambda: world.keeper.waiting == 0, "they are recorded")
        await house.tick()
    assert world.pager.own == []
    assert world.reserve.given_up
    assert await world.ask("SELECT count(*) FROM run WHERE outcome = 3") == 2000
    assert await world.ask("SELECT count(*) FROM run WHERE outcome = 1") < 10_001
    (small_disk / "filler").unlink()
    world.writer.close()


async def test_a_database_that_may_not_grow_keeps_runs_waiting_in_order(world: Watching) -> None:
    world.sees("u")
    await until_async(lambda: world.keeper.waiting == 0, "all is well")
    pages = await world.ask("PRAGMA page_count")
    await world.insist(f"PRAGMA max_page_count = {pages}")
    world.sees("d" * 100)
    await until_async(lambda: world.pager.own, "the operator hears")
    assert await world.insist("SELECT count(*) FROM run") < 101
    world.sees("uu")
    await world.insist("PRAGMA max_page_count = 1000000")
    await until_async(lambda: world.keeper.waiting == 0, "all is recorded")
    assert await world.count() == 103
    assert world.pager.events == ["Opened", "Resolved"]


HOLDS = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def held(path: Path) -> AsyncIterator[None]:
    """By another program, for itself alone."""
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDS, str(path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdin
    assert other.stdout
    await other.stdout.readline()
    yield
    other.stdin.close()
    await other.wait()


async def test_a_database_that_another_program_holds_loses_nothing(
    world: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 20)
    world.sees("u")
    await until_async(lambda: world.keeper.waiting == 0, "all is well")
    await world.writer.do(lambda db: db.execute(QUICK))
    async with held(world.folder / "t.db"):
        for _ in range(35):
            world.sees("d")
            await asyncio.sleep(0.01)
        await until_async(lambda: world.pager.own, "the operator hears, once")
        with pytest.raises(StoreTrouble, match="locked"):
            await world.count()
        assert (world.keeper.waiting, world.keeper.dropped) == (20, 15)
    await until_async(lambda: world.keeper.waiting == 0, "all is recorded")
    await until_async(lambda: len(world.pager.own) == 2, "and that it is over")
    assert await world.count() == 1 + 20
    assert await world.ask("SELECT fail FROM rollup_1d") == 35
    assert world.pager.events == ["Opened"]
