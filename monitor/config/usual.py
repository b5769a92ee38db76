"""When it is news that a target is not as it usually is, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from probes.traits import Trait

_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """When a change of a target is news."""

    window: timedelta = timedelta(minutes=30)
    """A deploy that was recorded so long before the change, or after it, announces it."""
    wait: timedelta = timedelta(minutes=2)
    """How long a deploy may be recorded late, and an incident may explain it, before it is told."""
    ignore: frozenset[Trait] = frozenset((Trait.TITLE,))
    """What is noted and told to nobody."""
    channels: tuple[str, ...] = ()
    """Who is told; those of the probe that saw it when empty."""
    habit: int = 3
    """After so many without a deploy, another one like them is not told by itself; 0: it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselines:
    """By whose clock and calendar an hour is compared with the same hour of other days."""

    zone: ZoneInfo = _UTC
    holidays: frozenset[date] = frozenset()
    """Days that are not like others of their weekday: compared with Sundays, and never learned
    from.
    """
