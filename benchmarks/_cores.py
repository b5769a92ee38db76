"""Which processor core is measured on, and what a process used of it."""

from __future__ import annotations

import os
import resource


def split() -> tuple[int | None, set[int]]:
    """The core to measure on, and those for everything else; nothing where none can be chosen."""
    if not hasattr(os, "sched_getaffinity"):
        return None, set()
    first, *others = sorted(os.sched_getaffinity(0))
    return first, set(others) or {first}


def pin(cores: set[int]) -> None:
    """This process, and whatever it starts from now on."""
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def used_us(whose: int = resource.RUSAGE_SELF) -> float:
    """CPU time of all threads in microseconds, the kernel's share included."""
    usage = resource.getrusage(whose)
    return (usage.ru_utime + usage.ru_stime) * 1e6
