"""Runs on their way into the store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from monitor import keeping
from monitor.context import Context
from monitor.incidents import Event
from monitor.keeping import Keeper
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import StoreTrouble, Writer
from monitor.store.records import ProbeRow, sync_probes
from probes import Outcome, Result
from tests.support.clock import NIGHT
from tests.support.configs import a_config, a_probe
from tests.support.waiting import until_async

MINUTE = timedelta(minutes=1)


class Reluctant:
    """A recorder whose store cannot take anything for a while."""

    def __init__(self) -> None:
        self.willing = asyncio.Event()
        self.tried: list[str] = []
        self.recorded: list[tuple[str, int]] = []
        self.context: Context | None = None

    async def record(self, run: Run) -> Sequence[Event]:
        self.tried.append(run.probe.id)
        await asyncio.sleep(0)
        if not self.willing.is_set():
            raise StoreTrouble("disk full")
        self.recorded.append((run.probe.id, (run.slot - NIGHT) // MINUTE))
        return ()


def a_run(probe: str, minute: int) -> Run:
    at = NIGHT + minute * MINUTE
    result = Result(outcome=Outcome.PASS, took=MINUTE)
    return Run(probe=a_probe(probe), slot=at, started_at=at, lasted=MINUTE, result=result)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AGAIN", timedelta(milliseconds=20))


async def test_what_the_store_cannot_take_waits_and_is_recorded_in_order() -> None:
    store, after = Reluctant(), list[str]()
    keeper = Keeper(cast("Recorder", store), lambda run, _: after.append(run.probe.id))
    for minute in range(5):
        keeper.keep(a_run("one", minute))
        keeper.keep(a_run("two", minute))
    await until_async(lambda: len(store.tried) >= 6, "it insists")
    assert after == []
    store.willing.set()
    await keeper.drain(timedelta(seconds=10))
    for probe in ("one", "two"):
        assert [m for name, m in store.recorded if name == probe] == list(range(5))
    assert len(after) == 10


async def test_what_waits_is_bounded_and_the_oldest_are_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(keeping, "WAITING_MAX", 3)
    store, probe = Reluctant(), a_probe("one")
    with closing(Writer(tmp_path / "t.db")) as writer:
        rows = [ProbeRow("one", "one", "toy")]
        keys = await writer.do(lambda db: sync_probes(db, rows, NIGHT))
        store.context = Context(a_config(probe), keys, "one")
        keeper = Keeper(cast("Recorder", store), lambda *_: None, writer=writer)
        for minute in range(8):
            keeper.keep(a_run("one", minute))
            await asyncio.sleep(0)
        assert (keeper.waiting, keeper.dropped) == (3, 5)
        store.willing.set()
        await keeper.drain(timedelta(seconds=10))
        counted = await writer.do(
            lambda db: db.execute("SELECT pass, known_us FROM rollup_1d").fetchone()
        )
    assert [m for _, m in store.recorded] == [0, 6, 7]
    assert counted == (5, 5 * MINUTE // timedelta(microseconds=1))


async def test_when_every_run_is_on_its_way_the_new_one_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "WAITING_MAX", 2)
    store = Reluctant()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    for probe in ("one", "two", "three"):
        keeper.keep(a_run(probe, 0))
        await asyncio.sleep(0)
    assert (keeper.waiting, keeper.dropped) == (2, 1)
    await keeper.drain(timedelta())


class Heard:
    """An operator who takes notes."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []

    async def begins(self, name: str, says: str) -> None:
        self.notes.append((name, says))

    async def ends(self, name: str) -> None:
        self.notes.append((name, "over"))


async def test_the_operator_hears_once_that_the_store_is_away_and_once_that_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "AWAY", timedelta(milliseconds=100))
    store, heard = Reluctant(), Heard()
    keeper = Keeper(cast("Recorder", store), lambda *_: None, operator=heard)
    for minute in range(5):
        keeper.keep(a_run("one", minute))
    await until_async(lambda: heard.notes, "it is told")
    tried = len(store.tried)
    await until_async(lambda: len(store.tried) > tried + 5, "it goes on trying")
    assert heard.notes == [("storage", "nothing can be written to the database: disk full")]
    store.willing.set()
    await until_async(lambda: len(heard.notes) > 1, "and that it is over")
    assert heard.notes[1:] == [("storage", "over")]
    assert keeper.waits_since() == timedelta()


async def test_an_end_does_not_wait_for_ever() -> None:
    store = Reluctant()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    keeper.keep(a_run("one", 0))
    await asyncio.wait_for(keeper.drain(timedelta(milliseconds=50)), 10)
    assert store.recorded == []


async def test_a_bug_while_recording_is_not_repeated_for_ever() -> None:
    class Broken(Reluctant):
        async def record(self, run: Run) -> Sequence[Event]:
            self.tried.append(run.probe.id)
            raise ZeroDivisionError

    store = Broken()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    keeper.keep(a_run("one", 0))
    await keeper.drain(timedelta(seconds=10))
    assert store.tried == ["one"]
