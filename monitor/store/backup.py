"""Copies of the database, made while it is in use, each looked through before it counts as one."""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from monitor.store.files import settle
from monitor.store.schema import must_be_known
from monitor.store.trouble import StoreTrouble

FOLDER: Final = "backups"
SPARE: Final = 1.1  # times its size must be free, so that a backup never fills the disk
_DAILY: Final = re.compile(r"trueup-(\d{4}-\d\d-\d\d)\.db")
_HEAD: Final = b"SQLite format 3\x00"

Progress = Callable[[int, int], None]
"""Told bytes written and bytes expected, from another thread."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy as it stands on the disk."""

    path: Path
    size: int
    runs: int
    took: timedelta = timedelta()


def daily(folder: Path, day: date) -> Path:
    return folder / FOLDER / f"trueup-{day.isoformat()}.db"


def known(folder: Path, today: date) -> list[Path]:
    """The daily ones, the newest first. What a clock that was ahead dated into the future is the
    last choice.
    """
    found = []
    with suppress(FileNotFoundError):
        for path in (folder / FOLDER).iterdir():
            if match := _DAILY.fullmatch(path.name):
                day = match[1]
                found.append((day <= (today + timedelta(days=1)).isoformat(), day, path))
    return [path for _, _, path in sorted(found, reverse=True)]


def prune(folder: Path, today: date, keep: int) -> list[Path]:
    """Removes all but the newest; gives what was removed."""
    gone = known(folder, today)[keep:]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def make(
    source: Path,
    target: Path,
    *,
    progress: Progress | None = None,
    stopped: threading.Event | None = None,
) -> Backup:
    """A copy of one moment of *source*, compact, whole or not there at all. Takes as long as
    reading the database; *stopped* ends it early. Raises StoreTrouble.
    """
    began = time.monotonic()
    written = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        written.unlink(missing_ok=True)
        _room_for(source, target.parent)
        with _interruptible(source, stopped) as db, _watched(written, source, progress):
            db.execute("VACUUM INTO ?", (str(written),))
        runs = verify(written, stopped)
        settle(written, target)
        return Backup(target, target.stat().st_size, runs, _since(began))
    except (OSError, sqlite3.Error) as trouble:
        raise StoreTrouble(f"{target}: no backup was made: {trouble}") from trouble
    finally:
        with suppress(OSError):
            written.unlink(missing_ok=True)


def verify(path: Path, stopped: threading.Event | None = None) -> int:
    """Looks through every page; gives how many runs it holds. Raises StoreTrouble unless it is a
    sound database of ours that this version understands.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_HEAD)) != _HEAD:
                raise StoreTrouble(f"{path}: this is no SQLite database")
        with _interruptible(path, stopped) as db:
            found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
            if found != "ok":
                raise StoreTrouble(f"{path}: it is damaged: {found}")
            _must_be_ours(db, path)
            return int(db.execute("SELECT count(*) FROM run").fetchone()[0])
    except (OSError, sqlite3.Error) as trouble:
        raise StoreTrouble(f"{path}: it cannot be used: {trouble}") from trouble


def _must_be_ours(db: sqlite3.Connection, path: Path) -> None:
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    if not {"meta", "probe", "run", "incident", "outbox", "_sqlite_migrations"} <= tables:
        raise StoreTrouble(f"{path}: this is a database, but none of trueup's")
    must_be_known(Database(db), path)


def _room_for(source: Path, folder: Path) -> None:
    needed, free = int(source.stat().st_size * SPARE), shutil.disk_usage(folder).free
    if free < needed:
        raise StoreTrouble(
            f"{folder}: no backup was made: it needs {needed >> 20} MiB, and {free >> 20} MiB are"
            " free; make room, or keep fewer backups"
        )


@contextmanager
def _interruptible(path: Path, stopped: threading.Event | None) -> Iterator[sqlite3.Connection]:
    """A read-only connection whose question ends when *stopped* is set."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
        db.execute("PRAGMA busy_timeout = 5000")
        db.execute("PRAGMA cache_size = -256")  # every page is read once
        if stopped is not None:
            db.set_progress_handler(lambda: int(stopped.is_set()), 100_000)
        yield db


@contextmanager
def _watched(written: Path, source: Path, progress: Progress | None) -> Iterator[None]:
    """Tells *progress* how far the copy is, a few times a second."""
    if progress is None:
        yield
        return
    over = threading.Event()
    expected = source.stat().st_size

    def look() -> None:
        while not over.wait(0.2):
            with suppress(OSError):
                progress(written.stat().st_size, expected)

    watching = threading.Thread(target=look, name="backup-progress", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
    with suppress(OSError):
        progress(written.stat().st_size, expected)


def _since(began: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - began)
