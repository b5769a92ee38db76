"""The incidents of the last days, and what may be claimed of the days without any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum, unique
from itertools import groupby
from typing import Final

from status_page.component import Component
from status_page.incident import Incident
from status_page.index import days
from status_page.index.said import Speaker
from status_page.index.view import PastDay
from status_page.page import Page
from status_page.tongue import Tongue

DAYS: Final = 14
MOST: Final = 50


def past(page: Page, tongue: Tongue) -> tuple[PastDay, ...]:
    """Newest first."""
    speaker = Speaker(page, tongue)
    return tuple(
        PastDay(
            tongue.long_day(day),
            day.isoformat(),
            tuple(speaker.over(incident) for incident in that_day),
        )
        for day, that_day in groupby(_shown(page), lambda found: _day(found.began_at))
    )


@unique
class Watched(StrEnum):
    """How much of the last days of a component is known."""

    NEVER = "never"
    PARTLY = "partly"
    SINCE_BEGUN = "since begun"
    """All of it since the first evidence, which came later than the first of the days."""
    WHOLLY = "wholly"


def watched(component: Component, today: date) -> Watched:
    read = days.read(component, today, DAYS)
    if not any(day.bar.known for day in read):
        return Watched.NEVER
    if all(_known(day) for day in read):
        return Watched.WHOLLY
    begun = [day for day in read if day.mark != "n"]  # the first of them may begin at noon
    return Watched.SINCE_BEGUN if all(_known(day) for day in begun[1:]) else Watched.PARTLY


def _known(day: days.Read) -> bool:
    return day.mark not in "gn" and not day.partly


def note(page: Page, tongue: Tongue, found: Iterable[Watched]) -> str:
    """That there were no others: said of all the days only if they were watched. *found* is asked
    only where it matters.
    """
    resolved = _recent(page)
    if len(resolved) > MOST:
        number = len(resolved) - MOST
        return tongue.count(
            "{number} earlier incident not shown.", "{number} earlier incidents not shown.", number
        )
    return "" if resolved else _quiet(tongue, set(found) - {Watched.NEVER})


def _quiet(tongue: Tongue, found: set[Watched]) -> str:
    if not found:
        return tongue.say("Nothing to tell yet: nothing was watched so far.")
    if Watched.PARTLY in found:
        return tongue.say(
            "No incidents in the time we watched. The gaps in the bars are time that we did not."
        )
    if found == {Watched.WHOLLY}:
        return tongue.count(
            "No incidents in the last {number} day.",
            "No incidents in the last {number} days.",
            DAYS,
        )
    return tongue.say("No incidents since we began to watch.")


def _recent(page: Page) -> Sequence[Incident]:
    first = _day(page.made_at) - timedelta(days=DAYS - 1)
    over = (found for found in page.incidents if found.resolved_at is not None)
    return [found for found in over if _day(found.began_at) >= first]


def _shown(page: Page) -> Sequence[Incident]:
    return sorted(_recent(page), key=lambda found: found.began_at, reverse=True)[:MOST]


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
