"""How a person types which incident, and until when."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Annotated, Final

import typer

from monitor.acts.orders import LONGEST, Which
from monitor.cli.ground import fail
from probes import parse_duration

For = Annotated[str, typer.Option("--for", help='For how long, as "2h" or "1d12h".')]
Until = Annotated[
    str, typer.Option("--until", help='Until when: "14:30", or "2026-12-01T02:00". In UTC.')
]

AHEAD: Final = timedelta(minutes=5)
"""By so much a clock may be wrong."""
SOON: Final = timedelta(hours=12)

_KEY: Final = re.compile("[0-9a-f]{12}")
_BY_HAND: Final = re.compile("n[1-9][0-9]{0,14}")


def until(lasts: str, ends: str, since: datetime) -> datetime | None:
    """When something ends that begins at *since*; None when neither was given."""
    if lasts and ends:
        fail("say --for or --until, not both")
    if lasts:
        try:
            return since + parse_duration(lasts)
        except (ValueError, OverflowError) as bad:
            fail(f"--for: {bad}")
    return instant(ends, "--until", since) if ends else None


def demand_until(lasts: str, ends: str, since: datetime) -> datetime:
    found = until(lasts, ends, since)
    if found is None:
        fail('say how long, with --for "2h" or --until "14:30"')
    return found


def instant(written: str, option: str, after: datetime) -> datetime:
    """`14:30` is the next one after *after*; what names no zone is UTC."""
    at = _read(written, option, after)
    return at if isinstance(at, datetime) else _next(at, after)


def past(written: str, option: str, before: datetime) -> datetime:
    """`14:30` is the last one before *before*; what names no zone is UTC. One that comes soon is
    no time of yesterday: it is now, or a mistake.
    """
    at = _read(written, option, before)
    if isinstance(at, datetime):
        return at
    found = _next(at, before)
    if found - before <= AHEAD:
        return before
    yesterday = found - timedelta(days=1)
    if found - before <= SOON:
        fail(
            f"{option}: {written} is still to come, for it is {before:%H:%M} in UTC; if yesterday's"
            f' is meant, write "{yesterday:%Y-%m-%dT%H:%M}"'
        )
    return yesterday


def _read(written: str, option: str, near: datetime) -> datetime | clock_time:
    """An instant in UTC, or a time of day."""
    try:
        if ":" in written[:3]:
            return clock_time.fromisoformat(written)
        at = datetime.fromisoformat(written)
    except ValueError:
        fail(f'{option}: {written!r} is no time; write it as "14:30" or "2026-12-01T02:00", in UTC')
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if abs(at - near) > 2 * LONGEST:
        fail(f"{option}: {written} is too far away")
    return at.astimezone(UTC)


def _next(of_day: clock_time, after: datetime) -> datetime:
    zone = of_day.tzinfo or UTC
    found = datetime.combine(after.astimezone(zone).date(), of_day.replace(tzinfo=zone))
    return (found if found > after else found + timedelta(days=1)).astimezone(UTC)


def incident(written: str, *, by_hand: bool = False) -> Which:
    """A number, `last`, or nothing for the only one that is open; or a key, as it is in the
    address of a page. With *by_hand*, also `n3`.
    """
    if written in {"", "last"}:
        return "last" if written else "only"
    if _KEY.fullmatch(written) or (by_hand and _BY_HAND.fullmatch(written)):
        return written
    number = written.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) <= 15 and int(number)):
        fail(f"{written!r} is no incident; write its number as trueup incidents shows it, or last")
    return int(number)
