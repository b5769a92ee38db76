"""Runs on their way into the store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from monitor import keeping, waiting
from monitor.context import Context
from monitor.keeping import Keeper
from monitor.recorder import Followed, Recorder
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
        self.unsettled: set[str] = set()

    async def record_all(self, runs: Sequence[Run]) -> list[Followed]:
        self.tried += [run.probe.id for run in runs]
        await asyncio.sleep(0)
        if not self.willing.is_set():
            raise StoreTrouble("disk full")
        self.recorded += [(run.probe.id, (run.slot - NIGHT) // MINUTE) for run in runs]
        return [()] * len(runs)


def a_run(probe: str, minute: int, outcome: Outcome = Outcome.PASS) -> Run:
    at = NIGHT + minute * MINUTE
    result = Result(outcome=outcome, took=MINUTE)
    return Run(probe=a_probe(probe), slot=at, started_at=at, lasted=MINUTE, result=result)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "AGAIN", timedelta(milliseconds=20))
    monkeypatch.setattr(keeping, "GATHER", timedelta(milliseconds=20))


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
    monkeypatch.setattr(waiting, "WAITING_MAX", 3)
    store, probe = Reluctant(), a_probe("one")
    with closing(Writer(tmp_path / "t.db")) as writer:
        rows = [ProbeRow("one", "one", "toy")]
        keys = await writer.do(lambda db: sync_probes(db, rows, NIGHT))
        store.context = Context(a_config(probe), keys, "one")
        keeper = Keeper(cast("Recorder", store), lambda *_: None, writer=writer)
        keeper.keep(a_run("one", 0))
        await until_async(lambda: store.tried, "the store was asked for it")
        for minute in range(1, 8):
            keeper.keep(a_run("one", minute))
        assert (keeper.waiting, keeper.dropped) == (3, 5)
        store.willing.set()
        await keeper.drain(timedelta(seconds=10))
        counted = await writer.do(
            lambda db: db.execute("SELECT pass, known_us FROM rollup_1d").fetchone()
        )
    assert [m for _, m in store.recorded] == [0, 6, 7]
    assert counted == (5, 5 * MINUTE // timedelta(microseconds=1))


def test_what_tells_of_an_outage_is_kept_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 30)
    line = waiting.Line()
    for minute in range(3):
        line.add(a_run("down", minute, Outcome.FAIL))
    for minute in range(3, 10):
        line.add(a_run("down", minute))
    for minute in range(100):
        line.add(a_run("well", minute))
    kept = [(each.run.slot - NIGHT) // MINUTE for each in line if each.run.probe.id == "down"]
    assert kept == list(range(6)), "the failures, and the passes that say that it is over"
    assert len(line) == 30
    for minute in range(100, 140):
        line.add(a_run("down", minute, Outcome.FAIL))
    assert (len(line), line.dropped) == (30, 120)
    assert [(each.run.slot - NIGHT) // MINUTE for each in line] == list(range(110, 140))


async def test_when_every_run_is_on_its_way_the_new_one_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "WAITING_MAX", 2)
    store = Reluctant()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    for probe in ("one", "two"):
        keeper.keep(a_run(probe, 0))
    await until_async(lambda: store.tried, "the store was asked for both")
    keeper.keep(a_run("three", 0))
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
        async def record_all(self, runs: Sequence[Run]) -> list[Followed]:
            self.tried += [run.probe.id for run in runs]
            raise ZeroDivisionError

    store = Broken()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    keeper.keep(a_run("one", 0))
    await keeper.drain(timedelta(seconds=10))
    assert store.tried == ["one"]


async def test_what_changes_nothing_is_recorded_together_and_a_failure_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "GATHER", timedelta(minutes=5))
    store = Willing()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    for minute in range(200):
        keeper.keep(a_run("one", minute))
    await asyncio.sleep(0)
    assert store.asked == []
    keeper.keep(a_run("two", 0, Outcome.FAIL))
    await until_async(lambda: store.asked, "it does not wait for others")
    assert store.asked == [201]
    store.unsettled.add("two")
    keeper.keep(a_run("two", 1))
    await until_async(lambda: store.asked[1:], "what a probe in trouble says is wanted at once too")
    assert store.asked == [201, 1]
    keeper.keep(a_run("one", 200))
    await asyncio.wait_for(keeper.drain(timedelta(seconds=10)), 20)
    assert store.asked == [201, 1, 1]


class Willing(Reluctant):
    """One that takes what it is given, and notes how many it was given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.willing.set()
        self.asked: list[int] = []

    async def record_all(self, runs: Sequence[Run]) -> list[Followed]:
        self.asked.append(len(runs))
        return await super().record_all(runs)


async def test_a_store_that_takes_only_a_few_is_given_fewer_until_it_takes_all() -> None:
    class Narrow(Willing):
        async def record_all(self, runs: Sequence[Run]) -> list[Followed]:
            if len(runs) > 6:
                self.asked.append(-len(runs))
                raise StoreTrouble("disk full")
            return await super().record_all(runs)

    store = Narrow()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    for minute in range(40):
        keeper.keep(a_run("one", minute))
    await keeper.drain(timedelta(seconds=20))
    assert store.asked[:3] == [-40, -20, -10]
    assert [m for _, m in store.recorded] == list(range(40))


async def test_a_probe_whose_run_is_not_taken_holds_up_no_other() -> None:
    class Partial(Willing):
        stubborn = True

        async def record_all(self, runs: Sequence[Run]) -> list[Followed]:
            found = await super().record_all(runs)
            if not self.stubborn:
                return found
            refused = StoreTrouble("no such probe")
            return [refused if run.probe.id == "two" else () for run in runs]

    store, after = Partial(), list[str]()
    keeper = Keeper(cast("Recorder", store), lambda run, _: after.append(run.probe.id))
    for minute in range(3):
        for probe in ("two", "one"):
            keeper.keep(a_run(probe, minute))
    await until_async(lambda: after.count("one") == 3, "the others are recorded")
    assert keeper.waiting == 3
    store.stubborn = False
    await keeper.drain(timedelta(seconds=10))
    assert after.count("two") == 3


async def test_a_run_that_fails_the_whole_transaction_holds_up_no_other_probe() -> None:
    class Torn(Willing):
        torn = True

        async def record_all(self, runs: Sequence[Run]) -> list[Followed]:
            if self.torn and any(run.probe.id == "two" for run in runs):
                raise StoreTrouble("disk I/O error")
            return await super().record_all(runs)

    store = Torn()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    for minute in range(2):
        for probe in ("two", "one", "three", "four"):
            keeper.keep(a_run(probe, minute))
    await until_async(lambda: len(store.recorded) == 6, "the others are recorded")
    keeper.keep(a_run("one", 2))
    await until_async(lambda: len(store.recorded) == 7, "and what comes later")
    store.torn = False
    await keeper.drain(timedelta(seconds=10))
    for probe, count in (("one", 3), ("two", 2)):
        assert [m for name, m in store.recorded if name == probe] == list(range(count))


async def test_one_that_cannot_be_recorded_for_our_own_fault_costs_no_other() -> None:
    class Poisoned(Willing):
        async def record_all(self, runs: Sequence[Run]) -> list[Followed]:
            if any(run.probe.id == "two" for run in runs):
                raise ZeroDivisionError
            return await super().record_all(runs)

    store = Poisoned()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    for probe in ("one", "two", "three"):
        keeper.keep(a_run(probe, 0))
    await keeper.drain(timedelta(seconds=10))
    assert [probe for probe, _ in store.recorded] == ["one", "three"]
