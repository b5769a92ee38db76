"""Time, for the edges of the program. Everything else is told an instant."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The wall clock stamps, the monotonic one measures."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never steps."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the one edge that reads it

    def monotonic(self) -> float:
        return time.monotonic()


async def steps(
    clock: Clock, look: timedelta, least: timedelta, stepped: Callable[[timedelta], None]
) -> None:
    """Until cancelled: looks every *look* whether the wall clock was set by *least* or more."""
    start, began = clock.now(), clock.monotonic()
    while True:
        await asyncio.sleep(look.total_seconds())
        now, at = clock.now(), clock.monotonic()
        step = now - start - timedelta(seconds=at - began)
        start, began = now, at
        if abs(step) >= least:
            stepped(step)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_us(at: datetime) -> int:
    """Integer microseconds since 1970 in UTC, as every time column holds them."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def from_us(us: int) -> datetime:
    """The aware UTC instant of a time column."""
    return _EPOCH + timedelta(microseconds=us)


def iso(at: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond, as documents for programs hold it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
