"""The processes below a worker: what they take, and which of them takes most.

Read from /proc by hand: psutil reads ten times as much for each of them, and this is done twice a
second. Where there is no /proc, nothing is known and nothing is bounded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    private_bytes: int
    """What it does not share with others."""
    is_stopped: bool = False
    """Whether somebody halted it (SIGSTOP)."""

    @property
    def is_renderer(self) -> bool:
        with suppress(OSError):
            return b"--type=renderer" in Path(f"/proc/{self.pid}/cmdline").read_bytes()
        return False


def tree(pid: int) -> list[Process]:
    """*pid* and all below it."""
    return [Process(each, _private(each), is_stopped(each)) for each in _family(pid)]


def is_stopped(pid: int) -> bool:
    """Whether somebody halted it (SIGSTOP)."""
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] in ("T", "t")
    return False


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _private(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/statm").read_text().split()
        return (int(fields[1]) - int(fields[2])) * _PAGE
    return 0
