"""How much of its 90 days the uptime of a component has evidence for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from status_page.component import Component

OVER: Final = "90d"
DAYS: Final = 90
_DAY: Final = timedelta(days=1)
# With less known than this share of the time, a number would be mostly a guess.
_LEAST: Final = 0.5


class Covered(NamedTuple):
    since: date | None
    """The first day with evidence, where that is less than 90 days ago."""
    enough: bool
    """Whether most of the time since then is known."""


def covered(component: Component, today: date) -> Covered:
    uptime, first = dict(component.uptime).get(OVER), component.first_seen
    if uptime is None or first is None:
        return Covered(None, enough=False)
    since = first if first > today - (DAYS - 1) * _DAY else None
    # Today and the first day are not whole.
    days = (today - since).days - 1 if since else DAYS - 1
    due = max(days * _DAY - uptime.planned, timedelta())
    return Covered(since, enough=bool(uptime.known) and uptime.known >= due * _LEAST)
