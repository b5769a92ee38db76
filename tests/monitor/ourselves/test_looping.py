"""When our own event loop stands still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from monitor.clock import SystemClock
from monitor.ourselves.looping import TICK, LoopWatch
from tests.support.waiting import until_async

BLOCK = timedelta(seconds=0.6)


@pytest.fixture
async def watch() -> AsyncIterator[LoopWatch]:
    watch = LoopWatch(SystemClock().monotonic)
    serve = asyncio.create_task(watch.serve())
    await asyncio.sleep(0)
    yield watch
    serve.cancel()


def stand_still() -> None:
    time.sleep(BLOCK.total_seconds())


async def test_a_loop_that_runs_is_not_said_to_stand_still(watch: LoopWatch) -> None:
    began = time.monotonic()
    await asyncio.sleep(0.05)
    stood = watch.stood_still(began)
    passed = timedelta(seconds=time.monotonic() - began)
    assert stood <= max(timedelta(), passed - TICK), "nothing, but on a machine that did itself"


async def test_a_stillstand_is_known_even_before_the_watch_is_woken(watch: LoopWatch) -> None:
    began = time.monotonic()
    stand_still()
    assert watch.stood_still(began) >= BLOCK - timedelta(seconds=0.3)


async def test_a_stillstand_is_remembered_and_charged_to_its_time_only(watch: LoopWatch) -> None:
    began = time.monotonic()
    stand_still()
    await until_async(lambda: watch.longest, "the watch is woken")
    after = time.monotonic()
    assert timedelta(seconds=0.3) <= watch.stood_still(began) <= timedelta(seconds=5)
    assert watch.stood_still(after) == timedelta()
    assert watch.longest >= timedelta(seconds=0.3)
