"""Uptime to as many digits as the sampling supports, rounded down. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from status_page.component import Uptime
from status_page.tongue import Tongue

MOST_DIGITS: Final = 3


def digits(uptime: Uptime, resolution: timedelta) -> int:
    """Of a percentage, after its point: as many as one run more or less would not change by more
    than one. Ninety days of a run a minute support three, one day of them supports one.
    """
    fits = (
        number
        for number in range(MOST_DIGITS, 0, -1)
        if resolution * 100 * 10**number <= uptime.known
    )
    return next(fits, 0)


def rounded(uptime: Uptime, resolution: timedelta) -> float | None:
    """Up time over known time, 0..1, rounded down to its `digits`: 1 only without any outage. None
    without any evidence.
    """
    if not uptime.known:
        return None
    parts = int(100 * 10 ** digits(uptime, resolution))
    up = max(uptime.known - uptime.down, timedelta())
    return (up * parts // uptime.known) / parts


def share_words(tongue: Tongue, uptime: Uptime, resolution: timedelta) -> str:
    """`99.98 %`, and `100 %` only without any outage; empty without any evidence."""
    share = rounded(uptime, resolution)
    if share is None:
        return ""
    return tongue.percent(share, 0 if share == 1 else digits(uptime, resolution))
