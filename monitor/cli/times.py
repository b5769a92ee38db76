"""How a person types which incident, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Annotated

import typer

from monitor.acts.orders import LONGEST, Which
from monitor.cli.ground import fail
from probes import parse_duration

For = Annotated[str, typer.Option("--for", help='For how long, as "2h" or "1d12h".')]
Until = Annotated[
    str, typer.Option("--until", help='Until when: "14:30", or "2026-12-01T02:00". In UTC.')
]


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
    try:
        if ":" in written[:3]:
            return _next(clock_time.fromisoformat(written), after)
        at = datetime.fromisoformat(written)
    except ValueError:
        fail(f'{option}: {written!r} is no time; write it as "14:30" or "2026-12-01T02:00", in UTC')
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if abs(at - after) > 2 * LONGEST:
        fail(f"{option}: {written} is too far away")
    return at.astimezone(UTC)


def _next(of_day: clock_time, after: datetime) -> datetime:
    zone = of_day.tzinfo or UTC
    found = datetime.combine(after.astimezone(zone).date(), of_day.replace(tzinfo=zone))
    return (found if found > after else found + timedelta(days=1)).astimezone(UTC)


def incident(written: str) -> Which:
    """A number, `last`, or nothing for the only one that is open."""
    if written in {"", "last"}:
        return "last" if written else "only"
    number = written.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) <= 15 and int(number)):
        fail(f"{written!r} is no incident; write its number as trueup incidents shows it, or last")
    return int(number)
