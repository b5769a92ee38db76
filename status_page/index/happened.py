"""Incidents by component and day, as the rows of bars name them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from itertools import islice
from typing import Final

from status_page.incident import Incident
from status_page.index.days import DAY, SHOWN
from status_page.page import Page
from status_page.text import shorten, tidy

_MOST: Final = 300
"""Lines of one component."""
_LONGEST: Final = 120
Happened = tuple[tuple[date, str], ...]


def happened(page: Page) -> dict[str, Happened]:
    """By the id of the component; only those that any incident names."""
    today = page.made_at.astimezone(UTC).date()
    since = page.made_at - SHOWN * DAY
    found: dict[str, list[tuple[date, str]]] = {}
    for incident in page.incidents:
        if incident.resolved_at is not None and incident.resolved_at < since:
            continue  # there may be years of them
        said = shorten(tidy(incident.sentence), _LONGEST)
        for day in _touched(incident, today) if said else ():
            for id_ in dict.fromkeys(incident.components):
                found.setdefault(id_, []).append((day, said))
    return {id_: tuple(islice(dict.fromkeys(lines), _MOST)) for id_, lines in found.items()}


def _touched(incident: Incident, today: date) -> Iterator[date]:
    """Of the days that are shown."""
    ended_at = incident.resolved_at
    last = min(ended_at.astimezone(UTC).date(), today) if ended_at else today
    day = max(incident.began_at.astimezone(UTC).date(), today - timedelta(days=SHOWN - 1))
    while day <= last:
        yield day
        day += DAY
