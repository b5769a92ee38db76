"""The store's daily life, without disturbing anybody."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor import housekeeping
from monitor.clock import to_us
from monitor.config.model import Retention
from monitor.housekeeping import Housekeeping
from monitor.store import backup
from monitor.store.reserve import Reserve
from tests.monitor.store.history import Store, a_store
from tests.support.clock import NIGHT, HandClock
from tests.support.waiting import until_async

DAY = timedelta(days=1)
MIB = 1024 * 1024


class Heard:
    """An operator who takes notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.said: list[str] = []

    async def begins(self, name: str, says: str) -> None:
        self.notes.append(f"begins {name}")
        self.said.append(says)

    async def ends(self, name: str) -> None:
        self.notes.append(f"ends {name}")


class _Usage(NamedTuple):
    free: int


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "t.db") as made:
        made.runs(NIGHT)
        yield made


def a_house(store: Store, folder: Path, clock: HandClock) -> tuple[Housekeeping, Heard]:
    heard = Heard()
    reserve = Reserve(folder, MIB)
    house = Housekeeping(folder / "t.db", store.writer, clock, heard, reserve)
    house.configure(Retention(backups=2))
    return house, heard


async def test_a_backup_a_day_and_no_more_than_wanted(store: Store, tmp_path: Path) -> None:
    clock = HandClock(NIGHT)
    house, heard = a_house(store, tmp_path, clock)
    for _ in range(4):
        await house.tick()
        await house.tick()
        clock.wind(DAY)
    names = [path.name for path in backup.known(tmp_path, clock.now().date())]
    assert names == ["trueup-2026-03-17.db", "trueup-2026-03-16.db"]
    assert heard.notes == []
    assert (tmp_path / "reserve").stat().st_size == MIB


async def test_a_backup_that_fails_is_told_and_tried_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock(NIGHT)
    house, heard = a_house(store, tmp_path, clock)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: _Usage(free=1))
        await house.tick()
        await house.tick()
        assert heard.notes == ["begins backup"]
        assert "make room" in heard.said[0]
    await house.tick()
    assert heard.notes == ["begins backup"]
    clock.wind(timedelta(hours=2))
    await house.tick()
    assert heard.notes == ["begins backup", "ends backup"]


async def test_old_runs_go_while_others_are_recorded(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "AFTER_START", timedelta())
    monkeypatch.setattr(housekeeping, "WHILE_BUSY", timedelta(milliseconds=5))
    store.runs(NIGHT)
    store.ask(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
        " INSERT INTO run (slot, probe, location, lag_us, outcome, took_us, tries)"
        " SELECT i, 1, 1, 0, 1, 1, 1 FROM n"
    )
    clock = HandClock(NIGHT)
    house, _ = a_house(store, tmp_path, clock)
    serving = asyncio.create_task(house.serve())
    slowest = 0.0
    for minute in range(1, 40):
        clock.wind(timedelta(seconds=5))
        began = time.monotonic()
        await store.writer.do(lambda db: db.execute("UPDATE health SET slow_runs = 0"))
        slowest = max(slowest, time.monotonic() - began)
        await asyncio.to_thread(store.runs, NIGHT + timedelta(minutes=minute))

    def gone() -> bool:
        clock.wind(timedelta(seconds=5))
        return not store.ask("SELECT 1 FROM run WHERE slot < 20000")

    await until_async(gone, "all that is old is gone")
    serving.cancel()
    await asyncio.wait([serving])
    assert store.ask("SELECT count(*) FROM run") == [(40,)]
    assert slowest < 2.0  # a bound for two busy cores


async def test_a_database_that_was_lost_is_told_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "LOOK_EVERY", timedelta(milliseconds=5))
    (tmp_path / "t.db").write_bytes(b"not what it was " * 1000)
    clock = HandClock(NIGHT)
    with a_store(tmp_path / "t.db") as store:
        house, heard = a_house(store, tmp_path, clock)
        serving = asyncio.create_task(house.serve())
        await until_async(lambda: heard.notes, "it is told")
        assert "history begins anew" in heard.said[0]
        clock.wind(timedelta(minutes=11))
        await until_async(lambda: len(heard.notes) > 1, "it is over")
        assert heard.notes == ["begins database", "ends database"]
        serving.cancel()
        await asyncio.wait([serving])


async def test_evidence_of_failures_goes_after_a_week_and_its_files_with_it(
    store: Store, tmp_path: Path
) -> None:
    clock = HandClock(NIGHT)
    house, _ = a_house(store, tmp_path, clock)
    folder = tmp_path / "artefacts"
    folder.mkdir()
    for name, days in (("old.png", 8), ("new.png", 6)):
        (folder / name).write_bytes(b"seen")
        kept_us = to_us(NIGHT - timedelta(days=days))
        store.ask(
            "INSERT INTO evidence (id, probe, location, slot, started_at, failed, kept_at, bytes,"
            f" document) VALUES ({days}, 1, 'here', {days}, {days}, 1, {kept_us}, 4, '')"
        )
        store.ask(
            "INSERT INTO artefact (probe, slot, name, media_type, path, bytes, kept_at, evidence)"
            f" VALUES (1, {days}, '{name}', 'image/png', '{name}', 4, {kept_us}, {days})"
        )
    (folder / "orphan.png").write_bytes(b"its daemon was killed")
    os.utime(folder / "orphan.png", (1000, 1000))
    store.runs(NIGHT)
    await house.tick()
    assert [path.name for path in folder.iterdir()] == ["new.png"]
    assert store.ask("SELECT name FROM artefact") == [("new.png",)]


async def test_evidence_makes_room_on_a_disk_that_is_full(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "EVIDENCE_WHEN_FULL", 1)
    reserve = Reserve(tmp_path, MIB)
    house = Housekeeping(tmp_path / "t.db", store.writer, HandClock(NIGHT), Heard(), reserve)
    store.ask(
        "INSERT INTO evidence (probe, location, slot, started_at, failed, kept_at, bytes, document)"
        " VALUES (1, 'here', 1, 1, 1, 1, 4, '')"
    )
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: _Usage(free=1))
        reserve.release()
        await house.tick()
    assert store.ask("SELECT * FROM evidence") == []
