"""Uptime and what is told beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from status_page.component import Uptime
from status_page.drawing.escaped import escape
from status_page.tongue import Tongue

SLACK: Final = timedelta(minutes=15)
"""Less than this unknown in a day (a restart, an upgrade) is not worth a word."""
_HOURS: Final = {"24h": 24}
_DAYS: Final = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
LENGTHS: Final = {
    **{name: timedelta(hours=number) for name, number in _HOURS.items()},
    **{name: timedelta(days=number) for name, number in _DAYS.items()},
}
"""Of the windows."""


def window(name: str, tongue: Tongue) -> str:
    """`24h` in words."""
    if name in _HOURS:
        return tongue.count("{number} hour", "{number} hours", _HOURS[name])
    if name in _DAYS:
        return tongue.count("{number} day", "{number} days", _DAYS[name])
    return name


def beside(uptime: Uptime, tongue: Tongue) -> Iterator[str]:
    """What a share alone does not tell, as HTML."""
    if uptime.known:
        yield _down(uptime, tongue)
    if uptime.planned:
        yield _line(
            "is-plan", tongue.say("{span} of maintenance", span=tongue.duration(uptime.planned))
        )
    if uptime.unknown > SLACK:
        yield _line("is-gap", tongue.say("{span} unknown", span=tongue.duration(uptime.unknown)))


def _down(uptime: Uptime, tongue: Tongue) -> str:
    if not uptime.down:
        return _line("", tongue.say("no downtime"))
    return _line("is-down", tongue.say("{span} down", span=tongue.duration(uptime.down)))


def _line(kind: str, said: str) -> str:
    return f'<span class="{kind}">{escape(said)}</span>' if kind else f"<span>{escape(said)}</span>"
