"""A private temporary folder for the browser's files, and a mark by which its processes are known.

Browser and driver leave profiles and sockets behind when they are killed, and can outlive us
behind wrapper scripts. All of them are started with TMPDIR inside this folder, so whoever has that
in its environment is ours, and a folder that nobody holds the lock of is nobody's.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "trueup-browser-"
_GOING: Final = 2.0  # seconds for a killed process to be gone
_LOOK: Final = 0.01


class PrivateFolder:
    """Made and locked for this process, after what dead processes left behind was swept."""

    def __init__(self) -> None:
        base = Path(tempfile.gettempdir())
        _sweep(base)
        self._lock: int | None = None
        while self._lock is None:  # another process may sweep what is not locked yet
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
            self._lock = _locked(self.path)
        self._count = 0

    def make(self) -> Path:
        """A new folder inside, for one driver and its browser."""
        self._count += 1
        inside = self.path / str(self._count)
        (inside / "downloads").mkdir(parents=True)
        return inside

    def remove(self) -> None:
        clear(self.path)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def clear(folder: Path, *, spare: int = 0) -> int:
    """Removes *folder* after killing every process started in it, but for the one whose id is
    *spare*; how many had to be killed.

    Blocks for up to two seconds until they are gone.
    """
    killed: set[int] = set()
    ends = time.monotonic() + _GOING
    while left := set(_marked(str(folder))) - {spare}:
        for pid in left - killed:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in left if os.getpid() == 1 else ():  # whose parents died became our children
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        killed |= left
        if time.monotonic() > ends:
            break
        time.sleep(_LOOK)
    while folder.exists() and time.monotonic() < ends:  # the last ones may still be writing
        shutil.rmtree(folder, ignore_errors=True)
    return len(killed)


def _marked(folder: str) -> Iterator[int]:
    exact, below = f"TMPDIR={folder}".encode(), f"TMPDIR={folder}/".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            entries = (process / "environ").read_bytes().split(b"\0")
            if any(entry == exact or entry.startswith(below) for entry in entries):
                yield int(process.name)


def _sweep(base: Path) -> None:
    for left in base.glob(f"{_PREFIX}*"):
        if _is_ours(left) and (lock := _locked(left)) is not None:
            clear(left)
            os.close(lock)


def _is_ours(folder: Path) -> bool:
    with suppress(OSError):
        return not folder.is_symlink() and folder.stat().st_uid == os.geteuid()
    return False


def _locked(folder: Path) -> int | None:
    """The lock of *folder* as an open file, or None while another process holds it. It is on the
    folder itself, which whoever cleans up old files leaves alone, then.
    """
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
