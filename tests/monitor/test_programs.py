"""Programs that are read from, by the loop that the daemon has and by the one that tests have."""

from __future__ import annotations

import asyncio
import os
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import uvloop

from monitor.programs import UNREAD_MAX, Running, surroundings

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=sorted(LOOPS))
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=LOOPS[request.param]) as running:
        yield running


async def whole(*argv: str) -> tuple[bytes, int | None]:
    running = await Running.start(argv, surroundings({}))
    said = b""
    try:
        while chunk := await running.read():
            said += chunk
        return said, running.status
    finally:
        await running.end()


def test_all_that_it_says_is_read_to_the_end_and_its_status(runner: asyncio.Runner) -> None:
    code = "import sys; sys.stdout.write('x' * 5_000_000); sys.exit(7)"
    said, status = runner.run(whole(sys.executable, "-c", code))
    assert (len(said), status) == (5_000_000, 7)


def test_a_program_that_nobody_reads_from_has_to_wait(runner: asyncio.Runner) -> None:
    async def is_left_alone() -> int:
        running = await Running.start(("yes",), surroundings({}))
        try:
            await running.read()
            await asyncio.sleep(0.3)
            return tracemalloc.get_traced_memory()[0]
        finally:
            await running.end()

    tracemalloc.start()
    try:
        assert runner.run(is_left_alone()) < 4 * UNREAD_MAX
    finally:
        tracemalloc.stop()


def test_one_that_is_broken_off_while_it_starts_is_ended(
    runner: asyncio.Runner, tmp_path: Path
) -> None:
    async def breaks_off() -> None:
        code = f"import os, time; open('{tmp_path}/' + str(os.getpid()), 'w'); time.sleep(60)"
        task = asyncio.create_task(whole(sys.executable, "-c", code))
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    runner.run(breaks_off())
    assert [file for file in tmp_path.iterdir() if _is_alive(int(file.name))] == []


def test_one_that_cannot_be_started_says_why(runner: asyncio.Runner) -> None:
    with pytest.raises(FileNotFoundError):
        runner.run(whole("no-such-program"))


def _is_alive(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1]
    return False
