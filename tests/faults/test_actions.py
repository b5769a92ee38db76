"""`kill -9` at any moment of an action: it is carried out once for a deploy, or not at all, and
what became of it is told.
"""

from __future__ import annotations

import asyncio
import random
import socket
import sqlite3  # noqa: TID251 - somebody else's lock on the database, and a look at its rows
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.support.acting import an_acting_world, an_action
from tests.support.checkout import ROOT
from tests.support.receivers import Receiver, Trouble, receiving
from tests.support.waiting import until

KEY = "idempotency-key"
KILLS = 5


async def _broken_release(folder: Path) -> None:
    """An incident that follows a deploy, in the store of a program that is not there any more."""
    async with an_acting_world(folder, an_action()) as one:
        await one.end()
        await one.deploy()
        await one.world.fails("signin")


@contextmanager
def acting_on(folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.support.acting", str(folder), url]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def connect(folder: Path) -> sqlite3.Connection:
    made = sqlite3.connect(folder / "t.db", isolation_level=None)
    made.row_factory = sqlite3.Row
    return made


def acts(folder: Path) -> list[dict[str, Any]]:
    with closing(connect(folder)) as db:
        rows = db.execute("SELECT * FROM action WHERE decision = 'act'").fetchall()
    return [dict(row) for row in rows]


def states(folder: Path) -> list[str]:
    return [row["state"] for row in acts(folder)]


def told(folder: Path) -> list[str]:
    with closing(connect(folder)) as db:
        rows = db.execute("SELECT why FROM event WHERE kind = 'acted'").fetchall()
    return [row[0] for row in rows]


def test_killed_before_it_was_begun_it_is_carried_out_by_the_next_one(tmp_path: Path) -> None:
    asyncio.run(_broken_release(tmp_path))
    with receiving() as far:
        with closing(connect(tmp_path)) as lock:
            lock.execute("BEGIN IMMEDIATE")  # so that nothing can be begun
            with acting_on(tmp_path, far.url) as process:
                time.sleep(1.0)  # any moment will do: that is the point
                process.kill()
                process.wait(20)
        assert (states(tmp_path), far.requests) == ([], [])
        with acting_on(tmp_path, far.url):
            until(lambda: states(tmp_path) == ["done"], "it is carried out")
    assert len(far.requests) == 1
    assert told(tmp_path) == ["acted"]


def test_killed_between_the_row_and_the_request_it_is_not_known_and_not_repeated(
    tmp_path: Path,
) -> None:
    asyncio.run(_broken_release(tmp_path))
    with unreachable() as url:
        with acting_on(tmp_path, url) as process:
            until(lambda: states(tmp_path) == ["started"], "it is begun")
            process.kill()
            process.wait(20)
        with receiving() as far:
            _next_one_only_tells(tmp_path, far)
            assert far.requests == []


@contextmanager
def unreachable() -> Iterator[str]:
    """Where nobody answers the door: connecting takes for ever."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        place = door.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(place)
        try:
            yield f"http://127.0.0.1:{place[1]}/"
        finally:
            for each in waiting:
                each.close()


def _next_one_only_tells(folder: Path, far: Receiver) -> None:
    with acting_on(folder, far.url):
        until(lambda: states(folder) == ["unknown"], "it is known that nothing is known")
        until(lambda: told(folder) == ["acted"], "and told")
        time.sleep(1.0)  # nothing comes after it


def test_killed_after_the_request_it_is_not_known_and_not_repeated(tmp_path: Path) -> None:
    asyncio.run(_broken_release(tmp_path))
    with receiving(Trouble.LATE) as far:
        with acting_on(tmp_path, far.url) as process:
            until(lambda: far.requests, "it is sent")
            process.kill()
            process.wait(20)
        _next_one_only_tells(tmp_path, far)
    assert len(far.requests) == 1


def test_killed_before_the_mark_it_is_not_known_and_not_repeated(tmp_path: Path) -> None:
    asyncio.run(_broken_release(tmp_path))
    with receiving(Trouble.LATE) as far:
        with acting_on(tmp_path, far.url) as process, closing(connect(tmp_path)) as lock:
            until(lambda: far.requests, "it is sent")
            lock.execute("BEGIN IMMEDIATE")  # so that no mark can be made
            far.go.set()
            until(lambda: far.answered, "it is answered")
            process.kill()
            process.wait(20)
        assert states(tmp_path) == ["started"]
        _next_one_only_tells(tmp_path, far)
    assert len(far.requests) == 1


def test_killed_over_and_over_at_any_moment_it_is_asked_for_at_most_once(tmp_path: Path) -> None:
    asyncio.run(_broken_release(tmp_path))
    dice = random.Random(20261121)
    with receiving() as far:
        for _ in range(KILLS):
            with acting_on(tmp_path, far.url) as process:
                time.sleep(dice.uniform(0.5, 1.2))
                process.kill()
                process.wait(20)
        with acting_on(tmp_path, far.url):
            until(lambda: states(tmp_path)[:1] in (["done"], ["unknown"]), "it has an end")
    assert max(Counter(request.headers[KEY] for request in far.requests).values(), default=0) <= 1
    assert len(far.requests) <= 1
    assert told(tmp_path) == ["acted"]
