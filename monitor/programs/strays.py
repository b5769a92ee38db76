"""What left the group of the program that started it: found in /proc by a mark in its environment,
where there is a /proc.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

MARK: Final = "TRUEUP_PROGRAM"
_SWEEP: Final = timedelta(seconds=1)
_LOOK: Final = timedelta(milliseconds=50)


def sweep(mark: str) -> None:
    """Ends whoever has that *mark*. Blocks, for about a second at most."""
    ends = time.monotonic() + _SWEEP.total_seconds()
    while left := list(_marked(mark)):
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > ends:
            break
        time.sleep(_LOOK.total_seconds())


def _marked(mark: str) -> Iterator[int]:
    exact = f"{MARK}={mark}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if exact in (process / "environ").read_bytes().split(b"\0"):
                yield int(process.name)
