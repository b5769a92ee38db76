"""When the database cannot be written: probing goes on, and nothing that was seen is lost."""

from __future__ import annotations

import signal
import sqlite3  # noqa: TID251 - another program that holds the database
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.test_kill import CONFIG
from tests.support.world import World, a_world

LOCKED_FOR = 8.0  # seconds; longer than one wait of the writer for the lock
EVERY = 1.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, CONFIG) as running:
        running.wait(lambda: running.conditions() == {"uploads": "up"}, "all is up")
        yield running


@contextmanager
def locked(world: World) -> Iterator[None]:
    """Somebody else's tool has the database for itself."""
    path = world.folder / "var" / "trueup.db"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def _runs(world: World) -> int:
    path = world.folder / "var" / "trueup.db"
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM run").fetchone()[0])


@pytest.mark.timeout(180)
def test_runs_wait_in_memory_while_somebody_holds_the_database(world: World) -> None:
    with locked(world):
        before = _runs(world)
        world.breaks("upload-down")
        time.sleep(LOCKED_FOR)  # the length of the lock is what this is about
        assert _runs(world) == before
    expected = before + int(LOCKED_FOR / EVERY) - 1
    world.wait(lambda: _runs(world) >= expected, "every run of that time is recorded")
    world.wait(lambda: world.told() == [("opened", "short-links")], "and its outage told, once")
    world.mended("upload-down")
    world.wait(lambda: len(world.pages()) == 2, "the all-clear")
    assert world.told() == [("opened", "short-links"), ("resolved", "short-links")]


@pytest.mark.timeout(120)
def test_signals_while_it_stops_change_nothing(world: World) -> None:
    assert world.daemon
    world.breaks("hangs")
    log = world.folder / "daemon.log"
    world.wait(lambda: "answer_timeout" in log.read_text(), "runs take their time now")
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        world.daemon.send_signal(number)
        time.sleep(0.1)  # one after the other, as an impatient person would
    assert world.daemon.wait(60) == 0
    assert '"stopped"' in log.read_text()
    world.mended("hangs")
