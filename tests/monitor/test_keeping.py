"""Runs on their way into the store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import pytest

from monitor import keeping
from monitor.incidents import Event
from monitor.keeping import Keeper
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import StoreTrouble
from probes import Outcome, Result
from tests.support.clock import NIGHT
from tests.support.configs import a_probe
from tests.support.waiting import until_async

MINUTE = timedelta(minutes=1)


class Reluctant:
    """A recorder whose store cannot take anything for a while."""

    def __init__(self) -> None:
        self.willing = asyncio.Event()
        self.tried: list[str] = []
        self.recorded: list[tuple[str, int]] = []

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


async def test_what_waits_is_bounded_and_what_is_lost_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "WAITING_MAX", 3)
    store = Reluctant()
    keeper = Keeper(cast("Recorder", store), lambda *_: None)
    for minute in range(5):
        keeper.keep(a_run("one", minute))
    assert keeper.dropped == 2
    store.willing.set()
    await keeper.drain(timedelta(seconds=10))
    assert [m for _, m in store.recorded] == [0, 1, 2]


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
