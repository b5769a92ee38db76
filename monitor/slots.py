"""When a probe is due. Fixed by its id and interval alone, so that starts are spread, nothing
drifts, and any machine names the same run the same way.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


def phase(probe: str, every: timedelta) -> timedelta:
    """How far after each multiple of *every* since the epoch the probe is due."""
    digest = hashlib.sha256(probe.encode()).digest()
    return (every // _US * int.from_bytes(digest[:8]) >> 64) * _US


def slot_at(probe: str, every: timedelta, at: datetime) -> datetime:
    """The newest slot that is not after *at*."""
    start = EPOCH + phase(probe, every)
    return start + (at - start) // every * every
