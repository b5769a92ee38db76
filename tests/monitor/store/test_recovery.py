"""A database that is lost: what was open stays open, under the same keys, and is told once."""

from __future__ import annotations

import json
import os
import random
import sqlite3  # noqa: TID251 - a test of the store
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.store import Reader, StoreTrouble, Writer, backup, recovery, tail
from monitor.store.records import get_meta, set_meta
from tests.monitor.store.history import Store, a_store
from tests.support.clock import NIGHT
from tests.support.waiting import until

HEAD = 4096


def overwrite(path: Path, *, spare_head: bool = False) -> None:
    """Random pages, as a disk that dies would leave them."""
    draw, size = random.Random(7), path.stat().st_size
    with path.open("r+b") as file:
        for start in range(HEAD if spare_head else 0, size, HEAD):
            file.seek(start)
            file.write(draw.randbytes(HEAD))
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def fill(store: Store, runs: int = 300) -> None:
    for minute in range(runs):
        store.runs(NIGHT + timedelta(minutes=minute), probe="ab"[minute % 2])


def incidents(store: Store) -> list[tuple[object, ...]]:
    return store.ask("SELECT id, dedup_key, resolved_at IS NULL FROM incident ORDER BY id")


def waiting(store: Store) -> list[tuple[object, ...]]:
    return store.ask(
        "SELECT incident, channel FROM outbox WHERE delivered_at IS NULL AND gave_up_at IS NULL"
    )


def test_without_a_backup_history_begins_anew_and_open_incidents_go_on(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        fill(store, 2)
        store.resolves(store.opens())
        told, untold = store.opens("b"), store.opens("a", told=False)
        before = incidents(store)
    overwrite(path)
    with a_store(path, fresh=False) as store:
        assert incidents(store) == before
        assert waiting(store) == [(untold, "oncall")]
        assert store.ask("SELECT state, incident FROM health WHERE incident = ?", untold)
        assert store.do(lambda db: get_meta(db, "instance")) == "one"
        assert store.ask("SELECT count(*) FROM run") == [(0,)]
        assert store.opens() == untold + 1 > told
        [said] = store.writer.recoveries
        assert "history begins anew" in said
    aside = [each.name for each in tmp_path.iterdir() if ".damaged-" in each.name]
    assert len(aside) == 1
    assert not (tmp_path / tail.CARRIED).exists()


def test_the_newest_good_backup_takes_its_place_and_nothing_is_told_again(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        fill(store, 40)
        over, still = store.opens("a", told=False), store.opens("b", told=False)
        backup.make(path, backup.daily(tmp_path, NIGHT.date()))
        backup.make(path, backup.daily(tmp_path, NIGHT.date() + timedelta(days=1)))
        for letter in (over, still):  # all this is newer than the backup
            store.ask("UPDATE outbox SET delivered_at = 1 WHERE incident = ?", letter)
        store.resolves(over)
        newest = store.opens("a", told=False)
        before = incidents(store)
    overwrite(backup.daily(tmp_path, NIGHT.date() + timedelta(days=1)), spare_head=True)
    overwrite(path, spare_head=True)
    with a_store(path, fresh=False) as store:
        assert incidents(store) == before
        assert waiting(store) == [(newest, "oncall")]
        assert store.ask("SELECT count(*) FROM run") == [(40,)]
        assert "trueup-2026-03-14.db took its place" in store.writer.recoveries[0]


def test_an_incident_that_ended_long_before_the_loss_is_not_opened_by_an_old_backup(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        fill(store, 2)
        number = store.opens(told=False)
        backup.make(path, backup.daily(tmp_path, NIGHT.date()))
        store.resolves(number)
        store.opens("b")  # so that the one before is not the newest
    carried = json.loads((tmp_path / tail.NAME).read_text())
    for part in ("incident", "event", "outbox"):
        key = "id" if part == "incident" else "incident"
        carried[part] = [row for row in carried[part] if row[key] != number]
    (tmp_path / tail.NAME).write_text(json.dumps(carried))
    overwrite(path)
    with a_store(path, fresh=False) as store:
        assert [(n, is_open) for n, _, is_open in incidents(store)] == [
            (number, 0),
            (number + 1, 1),
        ]
        assert waiting(store) == []
        assert store.ask("SELECT count(*) FROM health WHERE incident = ?", number) == [(0,)]


def test_damage_met_while_writing_is_repaired_without_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        fill(store)
        number = store.opens()
        backup.make(path, backup.daily(tmp_path, NIGHT.date()))
        _damage_in_place(path)
        for _ in range(2):
            fill(store)
        assert [n for n, _, is_open in incidents(store) if is_open] == [number]
        assert store.ask("SELECT count(*) FROM run") == [(300,)]
        assert store.writer.recoveries
    assert sqlite3.connect(path).execute("PRAGMA quick_check").fetchone() == ("ok",)


def _damage_in_place(path: Path) -> None:
    """Of a database that is open: what the disk holds changes under it."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    size = path.stat().st_size
    handle = os.open(path, os.O_WRONLY)
    for start in range(HEAD, size, HEAD):
        os.pwrite(handle, b"\xa5" * HEAD, start)
    os.close(handle)


async def test_damage_met_while_reading_is_looked_into_and_repaired(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        fill(store)
        backup.make(path, backup.daily(tmp_path, NIGHT.date()))
        _damage_in_place(path)
        reader = Reader(path, store.writer.doubt)
        with pytest.raises(StoreTrouble, match="cannot be read"):
            await reader.ask(lambda db: db.execute("SELECT sum(took_us) FROM run").fetchone())
        store.do(lambda _: None)
        assert store.writer.recoveries
        found = await reader.ask(lambda db: db.execute("SELECT count(*) FROM run").fetchone())
        assert found == (300,)
        reader.close()


async def test_a_reader_follows_a_database_that_was_replaced(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        fill(store, 1)
    reader = Reader(path)
    count = "SELECT count(*) FROM run"
    assert await reader.ask(lambda db: db.execute(count).fetchone()) == (1,)
    recovery.replace_damaged(path, NIGHT, "for a test")
    Writer(path).close()
    assert await reader.ask(lambda db: db.execute(count).fetchone()) == (0,)
    reader.close()


def test_an_unclean_end_has_the_database_looked_through(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        fill(store)
        store.do(lambda db: set_meta(db, "alive", {"at": 1, "pid": 1}))
    with a_store(path, fresh=False) as store:
        assert store.writer.recoveries == []
    with path.open("r+b") as file:  # a page that nothing reads at the start
        file.seek(_last_page_of_runs(path))
        file.write(b"\xa5" * HEAD)
    with a_store(path, fresh=False) as store:
        assert len(store.writer.recoveries) == 1


def _last_page_of_runs(path: Path) -> int:
    with sqlite3.connect(path) as db:
        [root] = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'run'").fetchone()
    db.close()
    return (int(root) - 1) * HEAD


def test_a_loss_that_was_interrupted_is_finished_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        fill(store, 20)
        number = store.opens()
        backup.make(path, backup.daily(tmp_path, NIGHT.date()))
    tail.carry(tmp_path)
    path.unlink()  # killed before the backup was in its place
    with a_store(path, fresh=False) as store:
        assert store.ask("SELECT count(*) FROM run") == [(20,)]
        assert [n for n, *_ in incidents(store)] == [number]
        assert store.writer.recoveries


def test_a_tail_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / tail.CARRIED).write_text('{"version": 1, "incident": 7}')
    with a_store(tmp_path / "t.db") as store:
        assert incidents(store) == []
    assert (tmp_path / f"{tail.CARRIED}.unreadable").exists()


def test_the_tail_is_there_before_anybody_is_told(tmp_path: Path) -> None:
    with a_store(tmp_path / "t.db") as store:
        store.writer._tail._next = 0.0
        number = store.opens(told=False)
        rows = json.loads((tmp_path / tail.NAME).read_text())
        assert [row["id"] for row in rows["incident"]] == [number]
        store.ask("UPDATE outbox SET delivered_at = 1")

        def told() -> bool:
            [letter] = json.loads((tmp_path / tail.NAME).read_text())["outbox"]
            return bool(letter["delivered_at"])

        until(told, "written again soon, though nothing follows")


def test_a_restore_keeps_what_was_there_and_what_is_open(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        fill(store, 10)
        backup.make(path, tmp_path / "safe.db")
        fill(store, 30)
        number = store.opens()
    aside = recovery.restore(tmp_path / "safe.db", path, NIGHT)
    assert aside
    assert aside.name == "t.db.before-restore-20260314T020000Z"
    with a_store(path, fresh=False) as store:
        assert store.ask("SELECT count(*) FROM run") == [(10,)]
        assert [n for n, *_ in incidents(store)] == [number]
        assert store.writer.recoveries == []
    assert sqlite3.connect(aside).execute("SELECT count(*) FROM run").fetchone() == (30,)


def test_a_restore_of_something_else_changes_nothing(tmp_path: Path) -> None:
    path, other = tmp_path / "t.db", tmp_path / "other.db"
    with a_store(path) as store:
        fill(store, 10)
        backup.make(path, tmp_path / "newer.db")
    before = path.read_bytes()
    sqlite3.connect(other).executescript("CREATE TABLE word (id)")
    newer = sqlite3.connect(tmp_path / "newer.db")
    newer.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('trueup', 'from_the_future', '')"
    )
    newer.commit()
    newer.close()
    (tmp_path / "text.db").write_text("hello")
    for name, complaint in (
        ("other.db", "none of trueup's"),
        ("newer.db", "a newer trueup wrote it"),
        ("text.db", "no SQLite database"),
    ):
        with pytest.raises(StoreTrouble, match=complaint):
            recovery.restore(tmp_path / name, path, NIGHT)
    assert path.read_bytes() == before
