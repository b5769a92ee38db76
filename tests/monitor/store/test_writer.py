"""One writer: whole or not at all, in order, and durable when it says so."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.store import Reader, StoreTrouble, Writer, open_read_only
from monitor.store.records import get_meta, set_meta


def put(key: str, value: Any) -> Any:
    return lambda db: set_meta(db, key, value)


async def test_what_was_written_is_there_for_readers_and_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    writer, reader = Writer(path), Reader(path)
    await writer.do(put("word", "kept"))
    assert await reader.ask(lambda db: get_meta(db, "word")) == "kept"
    reader.close()
    writer.close()
    again = Writer(path)
    assert await again.do(lambda db: get_meta(db, "word")) == "kept"
    again.close()


async def test_a_piece_that_fails_leaves_nothing_behind_and_harms_no_other(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "t.db")

    def half(db: Database) -> None:
        set_meta(db, "half", 1)
        raise ValueError("in the middle")

    first, broken, last = (
        writer.submit(put("first", 1)),
        writer.submit(half),
        writer.submit(put("last", 1)),
    )
    assert isinstance(broken.exception(20), ValueError)
    assert (first.result(20), last.result(20)) == (None, None)
    keys = await writer.do(lambda db: {row["key"] for row in db.query("SELECT key FROM meta")})
    assert keys == {"first", "last"}
    writer.close()


async def test_a_lock_held_by_somebody_else_is_waited_for(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "t.db")
    other = Database(tmp_path / "t.db")
    other.conn.isolation_level = None
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(writer.do(put("word", 1)))
    done, _ = await asyncio.wait([writing], timeout=0.3)
    assert not done
    other.execute("ROLLBACK")
    await asyncio.wait_for(writing, 20)
    other.close()
    writer.close()


async def test_closing_finishes_what_was_handed_in_and_refuses_the_rest(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "t.db")
    handed = [writer.submit(put(f"k{n}", n)) for n in range(200)]
    closing = threading.Thread(target=writer.close)
    closing.start()
    closing.join(20)
    assert all(future.done() and future.exception() is None for future in handed)
    with pytest.raises(StoreTrouble):
        writer.submit(put("late", 1))


def test_a_database_that_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "t.db").mkdir()
    with pytest.raises(StoreTrouble, match="cannot be opened"):
        Writer(tmp_path / "t.db")
    with pytest.raises(StoreTrouble, match="no history yet"):
        open_read_only(tmp_path / "none.db")


def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "t.db").write_bytes(b"this is not a database, it only looks long enough" * 50)
    writer = Writer(tmp_path / "t.db")
    assert len(writer.recoveries) == 1
    [aside] = tmp_path.glob("t.db.damaged-*")
    assert aside.read_bytes().startswith(b"this is not a database")
    writer.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    Writer(tmp_path / "t.db").close()
    db = open_read_only(tmp_path / "t.db")
    with pytest.raises(Exception, match="readonly"):
        set_meta(db, "word", 1)
    db.close()


async def test_what_waits_together_is_one_commit_and_all_are_counted(tmp_path: Path) -> None:
    writer, begun, free = Writer(tmp_path / "t.db"), threading.Event(), threading.Event()

    def holds(_: Database) -> None:
        begun.set()
        free.wait(20)

    first = writer.submit(holds)
    assert begun.wait(20)
    handed = [writer.submit(put(f"k{n}", n)) for n in range(50)]
    assert writer.waiting == 50
    free.set()
    for future in (first, *handed):
        future.result(20)
    assert (writer.waiting, writer.commits) == (0, 2)
    assert 0 < writer.commit_s < 20
    writer.close()


WRITES_AND_TELLS = """
import sys
from monitor.store import Writer
from monitor.store.records import set_meta
from pathlib import Path
writer = Writer(Path(sys.argv[1]))
for n in range(100_000):
    writer.submit(lambda db: set_meta(db, "n", n)).result()
    print(n, flush=True)
"""


def test_what_was_confirmed_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITES_AND_TELLS, str(path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout
            told = [int(child.stdout.readline()) for _ in range(25)]
            child.send_signal(signal.SIGKILL)
            told += [int(line) for line in child.stdout if line.endswith("\n")]
        db = open_read_only(path)
        assert get_meta(db, "n") >= told[-1]
        db.close()
