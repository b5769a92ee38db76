"""Memory, where the defaults of Python and of the C library waste it.

By hand, for neither has another way than to be asked: ten thousand probes take a fifth less so.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
from typing import Final

_ARENAS_MOST: Final = -8  # M_ARENA_MAX of glibc's malloc.h


def share() -> None:
    """One heap for all threads. By default each has its own, with its own holes; ours seldom
    allocate at the same time. To be called before there are any.
    """
    with _where_it_can_be():
        ctypes.CDLL(None).mallopt(_ARENAS_MOST, 1)


def settle() -> None:
    """What a configuration is made of lives until the next one. The collector need not look through
    it again and again, which with thousands of probes would hold everybody up; and what reading it
    took is given back to the machine.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    with _where_it_can_be():
        ctypes.CDLL(None).malloc_trim(0)


def _where_it_can_be() -> contextlib.suppress:
    """Other C libraries have neither, and need neither."""
    return contextlib.suppress(OSError, AttributeError)
