"""Whether something keeps breaking and mending, by the formula of Nagios. Pure.

The last 21 states hold 20 possible changes; the oldest counts 0.75, the newest 1.25. From 30 % on
it flaps, until it is down to 20 %. A failure that did not suffice to open an incident is no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

STATES: Final = 21
STARTS_AT: Final = 0.30
STOPS_AT: Final = 0.20
_OLDEST: Final = 0.75
_NEWEST: Final = 1.25
_CHANGES: Final = STATES - 1


@dataclass(frozen=True, slots=True)
class Mark:
    """What one run said: `bad_at` is when it started if it failed. `soft`: not often enough."""

    bad_at: datetime | None = None
    soft: bool = False


def share(recent: Sequence[Mark]) -> float:
    """How much of what could have changed did, 0 to about 1. What is not known was as the first
    thing that is.
    """
    hard = [mark.bad_at is not None and not mark.soft for mark in recent[-STATES:]]
    hard = [hard[0]] * (STATES - len(hard)) + hard if hard else []
    rise = (_NEWEST - _OLDEST) / (_CHANGES - 1)
    changes = enumerate(pairwise(hard))
    return sum(_OLDEST + rise * place for place, (a, b) in changes if a is not b) / _CHANGES


def starts(recent: Sequence[Mark]) -> bool:
    return share(recent) >= STARTS_AT


def goes_on(recent: Sequence[Mark], *, already: bool) -> bool:
    """Once it flaps, it does so until it is much steadier."""
    return share(recent) > STOPS_AT if already else starts(recent)
