"""Repetitions as iCalendar writes them (RRULE). Refused: what could take for ever to work out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from monitor.windows import Repeating

_FREQUENCIES: Final = ("HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_BY: Final = ("DAY", "MONTH", "MONTHDAY", "YEARDAY", "WEEKNO", "SETPOS", "HOUR", "MINUTE", "SECOND")
_KEYS: Final = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", *(f"BY{each}" for each in _BY)}
_LARGEST: Final = 1000
_MOST_A_DAY: Final = 24
_CYCLE: Final = timedelta(days=146_097)
_SAMPLE: Final = 'write it as "FREQ=WEEKLY;BYDAY=SU"'
_UNTIL: Final = ("%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ")


class RuleError(Exception):
    """The text says what is wrong and what to write instead, without the rule."""


def parse(text: str) -> dict[str, str]:
    """The parts of a rule that is bounded in time. Raises RuleError."""
    pairs = [part.partition("=") for part in text.strip().upper().removeprefix("RRULE:").split(";")]
    parts = {key: value for key, _, value in pairs}
    if len(parts) < len(pairs) or not all(parts.values()) or not parts.keys() <= _KEYS:
        raise RuleError(f"is no rule of iCalendar; {_SAMPLE}")
    frequency = parts.get("FREQ", "")
    if frequency in {"SECONDLY", "MINUTELY"}:
        raise RuleError(f"FREQ={frequency} repeats too often; write FREQ=HOURLY or rarer")
    if frequency not in _FREQUENCIES:
        raise RuleError(f"says no FREQ that is known; {_SAMPLE}")
    _demand_small(parts)
    if "COUNT" in parts and ("UNTIL" in parts or frequency == "HOURLY"):
        raise RuleError("COUNT does not go with UNTIL or with FREQ=HOURLY; write only UNTIL")
    return parts


def _demand_small(parts: Mapping[str, str]) -> None:
    for key in ("INTERVAL", "COUNT"):
        number = parts.get(key, "1")
        if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= _LARGEST):
            raise RuleError(f"{key}={number[:20]} is out of range; write 1 to {_LARGEST}")
    lists = [parts.get(key, "") for key in ("BYHOUR", "BYMINUTE", "BYSECOND")]
    if math.prod(each.count(",") + 1 for each in lists) > _MOST_A_DAY:
        raise RuleError(f"repeats more than {_MOST_A_DAY} times a day; name fewer times")


def repeating(text: str, starts: datetime, zone: ZoneInfo, lasts: timedelta) -> Repeating:
    """Raises RuleError, also for a rule that is never."""
    parts = parse(text)
    until = _until(parts.pop("UNTIL", None), zone)
    rule = ";".join(f"{key}={value}" for key, value in parts.items())
    demand_some(parts, starts, until)
    return Repeating(rule, starts, zone, lasts, until)


def demand_some(parts: Mapping[str, str], starts: datetime, until: datetime | None = None) -> None:
    """Raises RuleError when nothing ever comes of it from *starts* on, on the wall.

    The library looks as far as the year 9999, whatever the end. So it is asked about the same days
    as late as possible: the calendar is the same again after every 400 years.
    """
    endless = ";".join(f"{k}={v}" for k, v in parts.items() if k not in {"COUNT", "UNTIL"})
    later = (MAXYEAR - starts.year - 1) // 400 * _CYCLE
    try:
        found = next(iter(rrulestr(endless, dtstart=starts + later)), None)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError):
        raise RuleError(f"is no rule of iCalendar; {_SAMPLE}") from None
    if found is None or (until is not None and found - later > until):
        raise RuleError("is never, as the rule is written; correct it")


def _until(text: str | None, zone: ZoneInfo) -> datetime | None:
    """On the wall of *zone*."""
    if text is None:
        return None
    for form in _UNTIL:
        try:
            until = datetime.strptime(text, form)  # noqa: DTZ007 - its zone follows
        except ValueError:
            continue
        if form.endswith("Z"):
            return until.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        return until if "T" in form else until.replace(hour=23, minute=59, second=59)
    raise RuleError("UNTIL is no day; write it as UNTIL=20271231")
