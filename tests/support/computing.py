"""How much a piece of work computes, whatever else the machine and this process are busy with."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Computed:
    """`seconds` of this thread's CPU time, once the work is done."""

    seconds: float = float("inf")


@contextmanager
def computed() -> Iterator[Computed]:
    """Without garbage collections: one looks through the whole heap of the tests before this one,
    for up to half a second, and would be taken for the work's own.
    """
    gc.collect()
    gc.disable()
    spent, began = Computed(), time.thread_time()
    try:
        yield spent
    finally:
        spent.seconds = time.thread_time() - began
        gc.enable()
