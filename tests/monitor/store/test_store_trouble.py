"""What SQLite or a disk does to the store: told in a sentence, survived, and never for ever."""

from __future__ import annotations

import asyncio
import sqlite3  # noqa: TID251 - a test of the store
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.store import Reader, StoreTrouble, Writer, artefacts, writer
from monitor.store.records import get_meta, set_meta


def put(key: str, value: Any) -> Any:
    return lambda db: set_meta(db, key, value)


def _malformed(_: Database) -> None:
    raise sqlite3.DatabaseError("database disk image is malformed")


def _twice(db: Database) -> None:
    for _ in range(2):
        db.execute("INSERT INTO meta VALUES ('twice', '1')")


@pytest.mark.parametrize("work", [_malformed, _twice, lambda db: db.execute("SELECT nonsense")])
async def test_whatever_sqlite_raises_is_our_trouble(tmp_path: Path, work: Any) -> None:
    write, reader = Writer(tmp_path / "t.db"), Reader(tmp_path / "t.db")
    with pytest.raises(StoreTrouble, match="did not take it"):
        await write.do(work)
    await write.do(put("after", 1))
    with pytest.raises(StoreTrouble, match="cannot be read"):
        await reader.ask(work)
    assert await reader.ask(lambda db: get_meta(db, "after")) == 1
    reader.close()
    write.close()


async def test_what_is_no_trouble_of_sqlite_reaches_the_asker_as_it_is(tmp_path: Path) -> None:
    Writer(tmp_path / "t.db").close()
    reader = Reader(tmp_path / "t.db")
    with pytest.raises(ZeroDivisionError):
        await reader.ask(lambda _: 1 // 0)
    reader.close()


async def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    write = Writer(path)
    done = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)"
    await write.do(lambda db: db.execute(done, ("trueup", "of_tomorrow", "2031")))
    write.close()
    before = path.read_bytes()
    with pytest.raises(StoreTrouble, match=r"a newer trueup wrote it \(of_tomorrow\); use that"):
        Writer(path)
    assert path.read_bytes() == before


async def test_a_connection_that_broke_is_opened_again(tmp_path: Path) -> None:
    write, reader = Writer(tmp_path / "t.db"), Reader(tmp_path / "t.db")
    await write.do(put("before", 1))
    assert await reader.ask(lambda db: get_meta(db, "before")) == 1
    for broken in (write.do, reader.ask):
        with pytest.raises(StoreTrouble, match="closed"):
            await asyncio.wait_for(broken(lambda db: db.conn.close()), 20)
    await asyncio.wait_for(write.do(put("after", 2)), 20)
    assert await reader.ask(lambda db: get_meta(db, "after")) == 2
    reader.close()
    write.close()


def test_a_database_that_went_away_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    write = Writer(tmp_path / "t.db")
    with pytest.raises(StoreTrouble):
        write.submit(lambda db: db.conn.close()).result(20)
    for file in tmp_path.iterdir():
        file.unlink()
    with pytest.raises(StoreTrouble, match="is gone"):
        write.submit(put("word", 1)).result(20)
    assert not list(tmp_path.iterdir())
    write.close()


@pytest.mark.parametrize("raised", [SystemExit, MemoryError])
async def test_nothing_that_a_piece_of_work_raises_ends_the_writing(
    tmp_path: Path, raised: type[BaseException]
) -> None:
    write = Writer(tmp_path / "t.db")

    def work(_: Database) -> None:
        raise raised

    with pytest.raises((StoreTrouble, MemoryError)):
        await asyncio.wait_for(write.do(work), 20)
    await asyncio.wait_for(write.do(put("after", 1)), 20)
    write.close()


def test_closing_does_not_wait_for_ever_for_a_piece_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "CLOSE_PATIENCE", timedelta(seconds=0.3))
    monkeypatch.setattr(writer, "WAITING_MAX", 3)
    write, begun, free = Writer(tmp_path / "t.db"), threading.Event(), threading.Event()

    def hangs(_: Database) -> None:
        begun.set()
        free.wait(30)

    hanging = write.submit(hangs)
    assert begun.wait(20)
    left = [write.submit(put("left", n)) for n in range(3)]  # the queue is full
    left[0].cancel()
    at = time.monotonic()
    write.close()
    assert time.monotonic() - at < 10
    for future in left[1:]:
        with pytest.raises(StoreTrouble, match="before its turn"):
            future.result(0)
    free.set()
    assert hanging.result(20) is None
    write._thread.join(20)
    assert not write._thread.is_alive()


def test_closing_with_a_full_queue_finishes_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAITING_MAX", 3)
    write, begun, free = Writer(tmp_path / "t.db"), threading.Event(), threading.Event()

    def hangs(_: Database) -> None:
        begun.set()
        free.wait(30)

    write.submit(hangs)
    assert begun.wait(20)
    left = [write.submit(put(f"left{n}", n)) for n in range(3)]
    closing = threading.Thread(target=write.close)
    closing.start()
    free.set()
    closing.join(20)
    assert [future.result(0) for future in left] == [None] * 3


def test_evidence_that_cannot_be_removed_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.png").write_bytes(b"x")
    artefacts.remove(tmp_path, ["none.png", "folder", "old.png"])
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
