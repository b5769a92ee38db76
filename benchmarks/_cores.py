"""Which processor core is measured on, and what a process used of it."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager


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


@contextmanager
def measured_on(core: int | None, others: set[int]) -> Iterator[None]:
    """What is started in the block has *core* to itself; this process stays on *others*."""
    pin(set() if core is None else {core})
    try:
        yield
    finally:
        pin(others)


def used_us(whose: int = resource.RUSAGE_SELF) -> float:
    """CPU time of all threads in microseconds, the kernel's share included."""
    usage = resource.getrusage(whose)
    return (usage.ru_utime + usage.ru_stime) * 1e6
