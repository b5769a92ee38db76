"""How long to wait before telling again. Pure: told how often it failed, told the dice."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

FIRST: Final = timedelta(seconds=1)
CAP: Final = timedelta(seconds=60)
ASKED_CAP: Final = timedelta(hours=1)
GIVE_UP_AFTER: Final = timedelta(hours=24)
"""Counted from the first attempt; after a day nobody is helped by the news."""
FEWEST: Final = GIVE_UP_AFTER // ASKED_CAP
"""The attempts a day holds at the slowest pace. Fewer: the clock stepped, or nobody was trying."""

_DOUBLINGS: Final = 6  # enough to reach the cap, and few enough never to overflow


def wait(attempt: int, asked: timedelta | None, *, draw: float) -> timedelta:
    """The wait after the failed *attempt*, the first one being 1.

    Full jitter: *draw*, evenly from 0 to 1, of a window that doubles from a second to a minute.
    Never sooner than the other side *asked*, which is believed up to an hour.
    """
    window = min(FIRST * (1 << max(0, min(attempt - 1, _DOUBLINGS))), CAP)
    return max(window * draw, min(asked, ASKED_CAP) if asked else timedelta())


def is_over(attempt: int, trying: timedelta) -> bool:
    """Whether the failed *attempt*, *trying* after the first one, was the last."""
    return attempt >= FEWEST and trying >= GIVE_UP_AFTER
