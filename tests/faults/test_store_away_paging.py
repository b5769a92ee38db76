"""Nobody can write to the database: people are paged all the same, and nobody twice."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.test_kill import CONFIG
from tests.faults.test_store_away import HOLDS, fill_up, small_disk
from tests.support.world import World, a_world

__all__ = ["small_disk"]  # a fixture

OPERATED = CONFIG.replace("[defaults]", 'operators = ["ops"]\n[defaults]')
OPERATED += '[channel.ops]\nkind = "webhook"\nurl = "http://127.0.0.1:8601/pager"\n'
HEARD_WITHIN = 30.0  # seconds; ten of them are patience with a busy disk
QUIET_FOR = 4.0  # seconds; longer than it takes to take over and look at everything that is due
OWN = "trueup/storage"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("world"), OPERATED) as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    """All is up, and the pager has heard nothing."""
    shared.wait(lambda: shared.conditions() == {"uploads": "up"}, "all is up")
    shared.forget_pages()
    return shared


@contextmanager
def held(world: World) -> Iterator[None]:
    """By another program, for itself alone."""
    command = [sys.executable, "-c", HOLDS, str(world.folder / "var" / "trueup.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin
        assert other.stdout
        other.stdout.readline()
        try:
            yield
        finally:
            other.stdin.close()


def _is_away(world: World, disk: Path) -> bool:
    fill_up(disk)  # what SQLite gave back meanwhile is taken too
    return _of(world, OWN) == ["opened"]


def _of(world: World, probe: str) -> list[str]:
    return [event for event, of in world.told() if of == probe]


def _keys(world: World, probe: str) -> set[str]:
    return {body["dedup_key"] for body in world.pages() if body["probe"] == probe}


@pytest.mark.timeout(180)
def test_an_outage_that_comes_and_goes_while_the_database_is_locked_is_told_once(
    world: World,
) -> None:
    before = len(world.status("incidents"))
    with held(world):
        began = time.monotonic()
        world.breaks("upload-down")
        world.wait(lambda: _of(world, "short-links") == ["opened"], "the page")
        assert time.monotonic() - began < HEARD_WITHIN
        world.mended("upload-down")
        world.wait(lambda: len(_of(world, "short-links")) == 2, "the all-clear, still locked")
        assert _of(world, OWN) == ["opened"]
    world.wait(lambda: len(_of(world, OWN)) == 2, "the storage is back")
    time.sleep(QUIET_FOR)  # that nothing comes is what this is about
    assert _of(world, "short-links") == ["opened", "resolved"]
    assert len(_keys(world, "short-links")) == 1
    incidents = world.status("incidents")
    assert len(incidents) == before + 1
    assert _keys(world, "short-links") <= {row["dedup_key"] for row in incidents}
    assert not (world.folder / "var" / "standby.json").exists()


@pytest.mark.timeout(180)
def test_an_outage_that_outlasts_the_lock_ends_under_the_key_it_began_with(world: World) -> None:
    with held(world):
        world.breaks("upload-down")
        world.wait(lambda: _of(world, "short-links") == ["opened"], "the page")
    world.wait(lambda: len(_of(world, OWN)) == 2, "the storage is back")
    world.mended("upload-down")
    world.wait(lambda: len(_of(world, "short-links")) == 2, "the all-clear")
    assert _of(world, "short-links") == ["opened", "resolved"]
    assert len(_keys(world, "short-links")) == 1


@pytest.mark.timeout(180)
def test_a_daemon_killed_while_it_pages_from_memory_leaves_nothing_open(world: World) -> None:
    with held(world):
        world.breaks("upload-down")
        world.wait(lambda: _of(world, "short-links") == ["opened"], "the page")
        world.mended("upload-down")
        world.kill()
    world.start()
    world.wait(lambda: _of(world, "short-links")[-1] == "resolved", "the all-clear")
    world.wait(lambda: _of(world, OWN) == ["opened", "resolved"], "the storage is back")
    assert _of(world, "short-links").count("opened") == 1
    assert len(_keys(world, "short-links")) == len(_keys(world, OWN)) == 1


@pytest.mark.timeout(180)
def test_an_outage_that_comes_and_goes_while_the_disk_is_full_is_told_once(
    small_disk: Path, tmp_path: Path
) -> None:
    with a_world(tmp_path, OPERATED.replace('"var"', f'"{small_disk}"')) as world:
        world.wait(lambda: world.conditions() == {"uploads": "up"}, "all is up")
        filler = fill_up(small_disk)
        world.wait(lambda: _is_away(world, small_disk), "the storage is away")
        world.breaks("upload-down")
        world.wait(lambda: _of(world, "short-links") == ["opened"], "the page")
        world.mended("upload-down")
        world.wait(lambda: len(_of(world, "short-links")) == 2, "the all-clear, still full")
        filler.unlink()
        world.wait(lambda: len(_of(world, OWN)) == 2, "the storage is back")
        time.sleep(QUIET_FOR)  # that nothing comes is what this is about
        assert _of(world, "short-links") == ["opened", "resolved"]
        assert len(_keys(world, "short-links")) == 1
