"""What the dispatcher remembers of one channel between two letters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from monitor.channels import Delivered, Delivery, Refused, Retry
from monitor.store.outbox import Noted

FALL_BACK_AFTER: Final = timedelta(minutes=5)
"""A channel that confirmed nothing for that long is in trouble, and its fallback is told too."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the store is to note of an attempt. `again_at` is None when it was the last one."""

    work: partial[Noted]
    again_at: datetime | None = None
    confirmed: bool = False


@dataclass(slots=True)
class Lane:
    """`unmarked` is what the store has not taken yet, by letter; `tried` are the letters tried
    since stopping began; `failing_since` is monotonic.
    """

    turn: Callable[[], Awaitable[timedelta]]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    unmarked: dict[int, Mark] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    failing_since: float | None = None
    complaint: str = ""
    """The last trouble since it failed, apart from that with letters about channels."""
    well: bool | None = None
    """What was last said of the channel; None before anything was."""

    def set_aside(self, at: datetime) -> set[int]:
        """Letters not to be tried now, whatever the store says of them."""
        marks = self.unmarked.items()
        return self.tried | {n for n, mark in marks if mark.again_at is None or mark.again_at > at}

    def confirmed(self) -> set[int]:
        """Letters that the channel took, and the store does not know yet."""
        return {number for number, mark in self.unmarked.items() if mark.confirmed}

    def fails_in(self, now: float) -> timedelta | None:
        """How long until it has failed for too long; nothing or less when it has already."""
        if self.failing_since is None:
            return None
        return FALL_BACK_AFTER - timedelta(seconds=now - self.failing_since)

    def is_failing(self, now: float) -> bool:
        left = self.fails_in(now)
        return left is not None and left <= timedelta()

    def learn(self, delivery: Delivery, now: float, *, counts: bool) -> None:
        """*counts* is whether the letter may bring the channel's trouble up."""
        match delivery:
            case Delivered():
                self.failing_since, self.complaint = None, ""
            case Retry(why=why):
                self.failing_since = now if self.failing_since is None else self.failing_since
                self.complaint = why if counts else self.complaint
            case Refused():
                pass

    def turned(self, delivery: Delivery | None, now: float) -> tuple[bool, str] | None:
        """Whether the channel is well, and else why not, when that is news; a refusal always is.
        *delivery* is of a letter that counts, None between letters.
        """
        was = self.well
        match delivery:
            case Delivered():
                self.well = True
                return None if was else (True, "")
            case Refused(why=why):
                self.well = False
                return False, why
        if self.complaint and was is not False and self.is_failing(now):
            self.well = False
            return False, self.complaint
        return None
