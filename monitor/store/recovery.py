"""A database that is damaged is set aside, never thrown away, and the newest good backup takes its
place, or else an empty one. What was open is carried over; see `tail`.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from monitor.log import get_logger
from monitor.store import backup, tail
from monitor.store.files import COMPANIONS, set_aside, settle
from monitor.store.records import get_meta
from monitor.store.trouble import StoreTrouble, is_damaged

LOOKING_MAX: Final = timedelta(seconds=60)
LARGE: Final = 500 * 1024 * 1024

log = get_logger()


def replace_damaged(path: Path, at: datetime, why: str) -> str:
    """Puts a sound database, or none, in the place of the one at *path*; gives a sentence that
    says what was done. Raises OSError.
    """
    tail.carry(path.parent)
    aside = None
    if path.exists():
        aside = set_aside(path, _free_name(path, f"damaged-{at:%Y%m%dT%H%M%SZ}"))
    used = _newest_good(path, at)
    said = f"The database could not be used ({why})"
    said += f" and is kept as {aside.name}; " if aside else "; "
    said += (
        f"the backup {used.name} took its place, and what was recorded after it is not there."
        if used
        else "no backup could be used, so history begins anew."
    )
    log.error("the database was replaced", what=said)
    return said


def restore(source: Path, path: Path, at: datetime) -> Path | None:
    """Puts *source* in the place of the database at *path*, which is kept under another name;
    gives that, or None when there was none. The daemon must not run. Raises StoreTrouble, with
    everything as it was.
    """
    backup.verify(source)
    written = path.with_name(path.name + ".restoring")
    try:
        _copy(source, written)
        backup.verify(written)
        tail.carry(path.parent)
        aside = None
        if any(path.with_name(path.name + ending).exists() for ending in COMPANIONS):
            aside = set_aside(path, _free_name(path, f"before-restore-{at:%Y%m%dT%H%M%SZ}"))
        settle(written, path)
    except (OSError, sqlite3.Error) as trouble:
        raise StoreTrouble(f"{source}: it could not be restored: {trouble}") from trouble
    finally:
        written.unlink(missing_ok=True)
    return aside


def trouble_after_unclean_end(db: Database, path: Path) -> str:
    """What looking through the database found, if the daemon before this one did not stop by
    itself; empty when all is well, or when a large one could not be finished in time.
    """
    if get_meta(db, "alive") is None:
        return ""
    size = path.stat().st_size
    log.warning("the daemon was not stopped the last time; the database is looked through")
    if size > LARGE:
        log.warning("it is large, so this takes a while", mib=size >> 20)
    ends = time.monotonic() + LOOKING_MAX.total_seconds()
    db.conn.set_progress_handler(lambda: int(time.monotonic() > ends), 100_000)
    try:
        found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError as trouble:
        if is_damaged(trouble):
            raise
        log.warning("not all of the database could be looked through", why=str(trouble))
        return ""
    finally:
        db.conn.set_progress_handler(None, 0)
    if found == "ok":
        log.info("the database is sound")
        return ""
    return found


def _newest_good(path: Path, at: datetime) -> Path | None:
    for candidate in backup.known(path.parent, at.date()):
        written = path.with_name(path.name + ".restoring")
        try:
            backup.verify(candidate)
            _copy(candidate, written)
            settle(written, path)
        except (OSError, sqlite3.Error, StoreTrouble) as trouble:
            written.unlink(missing_ok=True)
            log.error("a backup cannot be used", backup=candidate.name, why=str(trouble))
            continue
        return candidate
    return None


def _copy(source: Path, written: Path) -> None:
    """With whatever waits in a write-ahead log beside the source."""
    written.unlink(missing_ok=True)
    if source.with_name(source.name + "-wal").exists():
        db = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
        try:
            db.execute("VACUUM INTO ?", (str(written),))
        finally:
            db.close()
    else:
        shutil.copyfile(source, written)


def _free_name(path: Path, word: str) -> str:
    """One that no other file has."""
    name, number = f"{path.name}.{word}", 1
    while path.with_name(name).exists():
        number += 1
        name = f"{path.name}.{word}-{number}"
    return name
