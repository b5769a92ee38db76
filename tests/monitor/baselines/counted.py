"""Hours of a history, as short as a test wants them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.baselines import Calendar
from monitor.store.baselines import Hour, hour_of

UTC_CALENDAR = Calendar(ZoneInfo("UTC"))
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def an_hour(at: datetime, count: int, runs: int = 60) -> Hour:
    """All runs of it found as many."""
    return Hour(hour_of(at), runs, runs * count, count, count)


def below(at: datetime, count: int) -> Hour:
    """All runs of it found too few."""
    return an_hour(at, count)._replace(below=True)


def weeks_before(at: datetime, counts: Iterable[int]) -> list[Hour]:
    """The same hour of the weeks before, the newest count first."""
    return [an_hour(at - WEEK * number, count) for number, count in enumerate(counts, start=1)]


def berlin(day: date, hour: int, fold: int = 0) -> datetime:
    """An hour of the clock on the wall."""
    local = datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN, fold=fold)
    return local.astimezone(ZoneInfo("UTC"))
