"""How times, spans and conditions are said to the public. Pure; English, UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from status_page.component import Condition
from status_page.text import anchor, shorten, tidy
from status_page.tongue import Timed, instant

__all__ = ["Timed", "anchor", "instant", "shorten", "tidy"]

# Named here, because what the calendar module says depends on the machine's locale.
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_UNITS = (
    ("day", timedelta(days=1)),
    ("hour", timedelta(hours=1)),
    ("minute", timedelta(minutes=1)),
)
_VERDICTS = {
    Condition.UP: "Works",
    Condition.DEGRADED: "Slow",
    Condition.DOWN: "Down",
    Condition.MAINTENANCE: "Under maintenance",
    Condition.UNKNOWN: "Unknown",
    Condition.UNWATCHED: "Not watched",
}
_NBSP = "\N{NO-BREAK SPACE}"


def count(number: int, one: str, many: str = "") -> str:
    """`1 minute`, `2 minutes`."""
    return f"{number}{_NBSP}{one if number == 1 else many or one + 's'}"


def listed(names: tuple[str, ...]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def duration(span: timedelta) -> str:
    """The two largest units that say something, rounded down: never more than it was."""
    parts = []
    for name, unit in _UNITS:
        number, span = divmod(max(span, timedelta()), unit)
        parts.append(count(number, name) if number else "")
    first = next((at for at, part in enumerate(parts) if part), None)
    if first is None:
        return "less than a minute"
    return " ".join(filter(None, parts[first : first + 2]))


def clock(at: datetime) -> str:
    """`14:03 UTC`."""
    return f"{at.astimezone(UTC):%H:%M}{_NBSP}UTC"


def short_day(day: date) -> str:
    """`14 Nov`."""
    return f"{day.day}{_NBSP}{_MONTHS[day.month - 1][:3]}"


def long_day(day: date) -> str:
    """`Saturday, 14 November 2026`."""
    month = _MONTHS[day.month - 1]
    return f"{_WEEKDAYS[day.weekday()]}, {day.day}{_NBSP}{month} {day.year}"


def plain_day(day: date, now: datetime) -> str:
    """`14 November`, with the year where it is not this one."""
    said = f"{day.day}{_NBSP}{_MONTHS[day.month - 1]}"
    return said if day.year == now.astimezone(UTC).year else f"{said} {day.year}"


def moment(at: datetime, now: datetime) -> str:
    """`14:03 UTC` today, `14 November, 14:03 UTC` on another day."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    if at.date() == now.date():
        return clock(at)
    return f"{plain_day(at.date(), now)}, {clock(at)}"


def stamp(at: datetime) -> str:
    """`14:03:22 UTC on 21 November 2026`."""
    at = at.astimezone(UTC)
    return f"{at:%H:%M:%S}{_NBSP}UTC on {at.day}{_NBSP}{_MONTHS[at.month - 1]} {at.year}"


def verdict(condition: Condition, since: datetime | None, now: datetime) -> Timed:
    """`Works`, or `Down since 14:03 UTC, for 12 minutes`."""
    if condition is Condition.UNKNOWN and since is None:
        return Timed("Not watched yet")
    said = _VERDICTS[condition]
    if condition is Condition.UP or since is None:
        return Timed(said)
    return lasting(f"{said} since ", since, now)


def lasting(before: str, since: datetime, now: datetime) -> Timed:
    """*before*, then `14:03 UTC, for 12 minutes`."""
    return Timed(before, since, moment(since, now), f", for {duration(now - since)}")


def share(known: timedelta, down: timedelta) -> str:
    """Up time over known time, rounded down: only an outage of nothing is `100 %`."""
    hundredths = max(known - down, timedelta()) * 10_000 // known
    if hundredths == 10_000:
        return f"100{_NBSP}%"
    return f"{hundredths // 100}.{hundredths % 100:02}{_NBSP}%"
