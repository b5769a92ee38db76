"""A process and all below it: the CPU time they took, and the memory that is theirs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_TIMES: Final = slice(11, 15)
"""Of what follows the name in `stat`: of its own and of children that have ended, as user and in
the kernel.
"""


def children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def living_children(pid: int) -> list[int]:
    """Without those that have ended and wait for somebody to take notice."""
    return [child for child in children(pid) if own_pss_mb(child)]


def family(pid: int) -> Iterator[int]:
    yield pid
    for child in children(pid):
        yield from family(child)


def cpu_s(pid: int) -> float:
    """Of *pid* and everything that it ever started, as far as somebody waited for its end."""
    return sum(map(_cpu_s, family(pid)))


def pss_mb(pid: int) -> float:
    """Proportional memory of *pid* and all below it, in millions of bytes: what several processes
    share is divided among them, those of others included.
    """
    return sum(map(own_pss_mb, family(pid)))


def _cpu_s(pid: int) -> float:
    with suppress(OSError, ValueError):
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, stat[_TIMES])) / _TICKS
    return 0.0


def own_pss_mb(pid: int) -> float:
    """Of *pid* alone."""
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0
