"""The state folder: whose it is, and what is in it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

DATABASE: Final = "trueup.db"
PUBLIC: Final = "public"
ARTEFACTS: Final = "artefacts"
LOCK: Final = "lock"
LINK_KEY: Final = "link.key"
KEY_BYTES: Final = 32


class CannotStart(Exception):
    """The daemon cannot run here; the text says why and what to do."""


@contextlib.contextmanager
def claim(state: Path) -> Iterator[None]:
    """Makes the state folder this process's own for as long as the block lasts, or until the
    process ends in whatever way. Raises CannotStart.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
        (state / PUBLIC).mkdir(exist_ok=True)
        lock: IO[str] = (state / LOCK).open("w")
    except OSError as trouble:
        raise CannotStart(
            f"{state}: cannot be written ({trouble.strerror}); make it writable for this user, or"
            " choose another folder under [trueup] state"
        ) from trouble
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as trouble:
            raise CannotStart(
                f"{state}: another daemon is at work here; stop it first, or give this one a"
                " folder of its own under [trueup] state"
            ) from trouble
        yield


def claimed(state: Path) -> bool | None:
    """Whether a process has the state folder for its own at this moment; None when that cannot be
    told. Changes nothing.
    """
    try:
        with (state / LOCK).open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False
    except OSError:
        return None


def link_key(path: Path) -> bytes:
    """What links are signed with. In a file that only this user reads, and not in the database,
    which is copied for backups. Made when there is none.
    """
    try:
        known = path.read_bytes() if path.exists() else b""
        if len(known) == KEY_BYTES:
            return known
        made = secrets.token_bytes(KEY_BYTES)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made)
    except OSError as trouble:
        raise CannotStart(f"{path}: cannot be used ({trouble.strerror})") from trouble
    return made
