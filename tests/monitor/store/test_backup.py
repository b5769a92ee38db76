"""Copies of a database in use: whole and sound, or not there."""

from __future__ import annotations

import shutil
import signal
import sqlite3  # noqa: TID251 - a test of the store
import subprocess
import sys
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.store import StoreTrouble, backup
from tests.monitor.store.history import a_store
from tests.support.clock import NIGHT
from tests.support.waiting import until

TODAY = date(2026, 3, 14)


def test_a_backup_is_made_while_runs_are_recorded(tmp_path: Path) -> None:
    with a_store(tmp_path / "t.db") as store:
        store.runs(NIGHT)
        over = threading.Event()

        def goes_on() -> None:
            minute = 0
            while not over.is_set():
                minute += 1
                store.runs(NIGHT + timedelta(minutes=minute))

        probing = threading.Thread(target=goes_on)
        probing.start()
        try:
            made = [backup.make(tmp_path / "t.db", tmp_path / f"{n}.db") for n in range(3)]
        finally:
            over.set()
            probing.join()
    assert made[0].runs >= 1
    assert made[0].runs <= made[1].runs <= made[2].runs
    assert backup.verify(tmp_path / "2.db") == made[2].runs
    with sqlite3.connect(tmp_path / "2.db") as db:
        assert db.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    db.close()
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".new")]


def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    with a_store(tmp_path / "t.db") as store:
        store.runs(NIGHT)
    seen: list[tuple[int, int]] = []
    backup.make(tmp_path / "t.db", tmp_path / "b.db", progress=lambda *known: seen.append(known))
    done, expected = seen[-1]
    assert done == (tmp_path / "b.db").stat().st_size
    assert expected > 0


def test_a_backup_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    with a_store(tmp_path / "t.db") as store:
        for minute in range(300):
            store.runs(NIGHT + timedelta(minutes=minute))
        store.do(
            lambda db: db.execute(
                "CREATE TABLE much AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                " FROM n WHERE i < 100000) SELECT i FROM n"
            )
        )
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(StoreTrouble, match="no backup was made: interrupted"):
        backup.make(tmp_path / "t.db", tmp_path / "sub" / "b.db", stopped=stopped)
    assert not list((tmp_path / "sub").iterdir())


class _Usage(NamedTuple):
    free: int


def test_a_backup_never_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_store(tmp_path / "t.db"):
        pass
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(free=1000))
    with pytest.raises(StoreTrouble, match="make room"):
        backup.make(tmp_path / "t.db", tmp_path / "b.db")
    assert not (tmp_path / "b.db").exists()


def test_the_newest_are_kept_and_the_future_is_not_trusted(tmp_path: Path) -> None:
    folder = tmp_path / backup.FOLDER
    folder.mkdir()
    for days in (*range(-9, 1), 400):
        backup.daily(tmp_path, TODAY + timedelta(days=days)).touch()
    (folder / "mine.db").touch()
    backup.prune(tmp_path, TODAY, keep=3)
    left = [path.name for path in backup.known(tmp_path, TODAY)]
    assert left == [f"trueup-2026-03-{day}.db" for day in (14, 13, 12)]
    assert (folder / "mine.db").exists()


MAKES_BACKUPS = """
import sys
from pathlib import Path
from monitor.store import backup
folder = Path(sys.argv[1])
while True:
    backup.make(folder / "t.db", folder / "b.db")
    print("made", flush=True)
"""


def test_a_kill_in_the_middle_leaves_the_backup_before(tmp_path: Path) -> None:
    with a_store(tmp_path / "t.db") as store:
        for minute in range(200):
            store.runs(NIGHT + timedelta(minutes=minute))
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", MAKES_BACKUPS, str(tmp_path)], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout
            child.stdout.readline()
            until((tmp_path / ".b.db.new").exists, "the next one is being made")
            child.send_signal(signal.SIGKILL)
        assert backup.verify(tmp_path / "b.db") == 200
