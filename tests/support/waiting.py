"""Waiting for a condition, with a bound; the opposite of sleeping and hoping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
GLANCE = 0.02


def until(condition: Callable[[], T], what: str, within: float = 30.0, glance: float = GLANCE) -> T:
    """The first true answer of *condition*, asked every *glance* seconds; fails the test when none
    came in *within*.
    """
    ends = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < ends, f"not within {within} s: {what}"
        time.sleep(glance)
    return answer


async def until_async(condition: Callable[[], T], what: str, within: float = 30.0) -> T:
    """As `until`, without holding up the event loop."""
    ends = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < ends, f"not within {within} s: {what}"
        await asyncio.sleep(GLANCE)
    return answer
