"""The incidents of the last days, and what may be claimed of the days without any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final

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


def note(page: Page, tongue: Tongue, today: date) -> str:
    """That there were no others: said of all the days only if they were watched."""
    resolved = _recent(page)
    if len(resolved) > MOST:
        number = len(resolved) - MOST
        return tongue.count(
            "{number} earlier incident not shown.", "{number} earlier incidents not shown.", number
        )
    if resolved:
        return ""
    return _quiet(page, tongue, today)


def _quiet(page: Page, tongue: Tongue, today: date) -> str:
    read = [days.read(component, today)[-DAYS:] for component in page.components]
    read = [found for found in read if any(day.bar.known for day in found)]
    if not read:
        return tongue.say("Nothing to tell yet: nothing was watched so far.")
    if not all(days.watched_since_begun(found) for found in read):
        return tongue.count(
            "No incidents in the time we watched. The gaps in the bars are time that we did not.",
            "No incidents in the time we watched. The gaps in the bars are time that we did not.",
            DAYS,
        )
    if all(days.wholly_watched(found) for found in read):
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
