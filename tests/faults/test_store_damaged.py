"""The database is damaged while an incident is open: the pager still gets its all-clear."""

from __future__ import annotations

import random
import sqlite3  # noqa: TID251 - what a person would look with
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_kill import CONFIG
from tests.support.world import World, a_world

PAGE = 4096


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, CONFIG) as running:
        running.wait(lambda: running.conditions() == {"uploads": "up"}, "all is up")
        yield running


def database(world: World) -> Path:
    return world.folder / "var" / "trueup.db"


def overwrite(path: Path, *, from_page: int = 0) -> None:
    draw = random.Random(3)
    with path.open("r+b") as file:
        for start in range(from_page * PAGE, path.stat().st_size, PAGE):
            file.seek(start)
            file.write(draw.randbytes(PAGE))


def pages(world: World, probe: str = "short-links") -> list[dict[str, Any]]:
    return [page for page in world.pages() if page["probe"] == probe]


def kept_aside(world: World) -> list[Path]:
    return sorted((world.folder / "var").glob("trueup.db.damaged-*Z"))


@pytest.mark.timeout(180)
def test_a_restart_on_a_damaged_database_forgets_no_incident(world: World) -> None:
    world.breaks("upload-down")
    world.wait(world.pages, "somebody is told")
    world.kill()
    overwrite(database(world))
    overwrite(world.folder / "var" / "trueup.db-wal")
    world.start()
    world.wait(lambda: kept_aside(world), "the damaged file is kept")
    world.mended("upload-down")
    world.wait(lambda: ("resolved", "short-links") in world.told(), "the all-clear")
    *opened, resolved = pages(world)
    assert len(opened) <= 2, "once more at most, when it was killed in that very moment"
    assert {page["event"] for page in opened} == {"opened"}
    assert {page["dedup_key"] for page in opened} == {resolved["dedup_key"]}
    assert {page["incident"] for page in opened} == {resolved["incident"]}


@pytest.mark.timeout(180)
def test_damage_under_a_daemon_at_work_is_repaired_without_a_restart(world: World) -> None:
    world.breaks("upload-down")
    world.wait(world.pages, "somebody is told")
    with closing(sqlite3.connect(database(world))) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    overwrite(database(world), from_page=1)
    world.wait(lambda: kept_aside(world), "the damaged file is kept")
    world.mended("upload-down")
    world.wait(lambda: len(pages(world)) == 2, "the all-clear")
    opened, resolved = pages(world)
    assert opened["dedup_key"] == resolved["dedup_key"]
    assert world.daemon
    assert world.daemon.poll() is None
    world.wait(lambda: pages(world, "trueup/database"), "the operators hear of it")
    world.wait(lambda: world.conditions() == {"uploads": "up"}, "the page follows")
    assert world.stop() == 0
    with closing(sqlite3.connect(database(world))) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
