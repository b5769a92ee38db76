"""One setup at a time: two commands started together share the work instead of spoiling it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.house.say import ROOT, Stop, say

PATIENCE = 900.0  # seconds
GLANCE = 0.3  # seconds


@contextmanager
def alone() -> Iterator[int]:
    """Holds the checkout's own folder, so that no lock file is left lying about.

    Gives the descriptor: a child that inherits it keeps the lock when we are killed.
    Raises Stop when somebody else holds it for too long.
    """
    folder = os.open(ROOT, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _take(folder)
        yield folder
    finally:
        os.close(folder)


def _take(folder: int) -> None:
    ends = time.monotonic() + PATIENCE
    told = False
    while True:
        try:
            return fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                raise Stop(
                    f"Another command has been setting up this checkout for {PATIENCE / 60:.0f} "
                    "minutes.",
                    "End it, then start again.",
                ) from None
        if not told:
            say("another command is setting up this checkout; waiting for it")
            told = True
        time.sleep(GLANCE)
