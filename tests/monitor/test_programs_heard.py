"""Programs of which only the end is kept, by both loops."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import uvloop

from monitor.programs import Running, Tail, ended, surroundings

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
AT_ONCE = timedelta(0)


@pytest.fixture(params=sorted(LOOPS))
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=LOOPS[request.param]) as running:
        yield running


async def heard(
    script: str, patience: float | None = None, told: bytes | None = None
) -> tuple[bool, int | None, str]:
    running = await Running.start(("/bin/sh", "-c", script), surroundings({}), told=told)
    tail = Tail()
    try:
        in_time = await tail.follow(
            running, timedelta(seconds=patience) if patience is not None else None
        )
    finally:
        await running.end(AT_ONCE)
    return in_time, running.status, tail.last_line(40)


def test_it_reads_what_it_is_told_and_nothing_else(runner: asyncio.Runner) -> None:
    assert runner.run(heard("cat", told=b"one\ntwo\n")) == (True, 0, "two")
    assert runner.run(heard("cat; echo nothing")) == (True, 0, "nothing")


def test_one_that_shouts_for_ever_is_followed_no_longer_than_it_may(
    runner: asyncio.Runner,
) -> None:
    began = time.monotonic()
    in_time, status, last = runner.run(heard("yes", patience=0.3))
    assert (in_time, status, last) == (False, -signal.SIGKILL, "y")
    assert time.monotonic() - began < 5


def test_what_it_leaves_shouting_does_not_hold_up_its_end(runner: asyncio.Runner) -> None:
    assert runner.run(heard("yes & sleep 0.2; exit 3", patience=10)) == (True, 3, "y")


def test_what_fled_and_goes_on_shouting_does_not_either(
    runner: asyncio.Runner, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    flees = f"setsid sh -c 'echo $$ > {pid}.new; mv {pid}.new {pid}; exec yes' &"
    waits = f"while [ ! -e {pid} ]; do sleep 0.02; done; exit 3"
    try:
        in_time, status, _ = runner.run(heard(f"{flees} {waits}", patience=10))
    finally:
        with suppress(OSError):  # its output is gone: it has ended by itself
            os.kill(int(pid.read_text()), signal.SIGKILL)
    assert (in_time, status) == (True, 3)


def test_what_it_leaves_running_in_silence_is_ended_with_it(
    runner: asyncio.Runner,
) -> None:
    in_time, status, last = runner.run(heard("sleep 60 & echo busy; exit 75", patience=5))
    assert (in_time, ended(status), last) == (True, "the program ended with status 75", "busy")
