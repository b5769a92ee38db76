"""When a probe is due. Fixed by its id and interval alone, so that starts are spread, nothing
drifts, and any machine names the same run the same way.

Starts lie on a grid of five milliseconds, so that the probes of a busy machine share its wake-ups
and nobody's start is a burst that the others have to wait for.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
GRID: Final = timedelta(milliseconds=5)
_US: Final = timedelta(microseconds=1)


def phase(probe: str, every: timedelta) -> timedelta:
    """How far after each multiple of *every* since the epoch the probe is due."""
    digest = hashlib.sha256(probe.encode()).digest()
    return (every // _US * int.from_bytes(digest[:8]) >> 64) * _US // GRID * GRID


def slot_at(probe: str, every: timedelta, at: datetime) -> datetime:
    """The newest slot that is not after *at*."""
    return newest_slot(EPOCH + phase(probe, every), every, at)


def newest_slot(start: datetime, every: timedelta, at: datetime) -> datetime:
    """Of a grid that has a slot at *start*, the newest one that is not after *at*."""
    return start + (at - start) // every * every
