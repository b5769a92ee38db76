"""A year of days as small calendars, one for each month, without any words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

PITCH: Final = 12
_WEEKS: Final = 6
WIDTH: Final = 7 * PITCH - 2
HEIGHT: Final = _WEEKS * PITCH - 2


class Sheet(NamedTuple):
    """One month; the places are those of its days."""

    first: date
    paths: str


def place(day: date, first_weekday: int, mirrored: bool = False) -> tuple[int, int]:
    """The upper left corner of *day* on the sheet of its month. Weeks begin with *first_weekday*,
    of which Monday is 0.
    """
    offset = (day.replace(day=1).weekday() - first_weekday) % 7
    row, column = divmod(offset + day.day - 1, 7)
    return (6 - column if mirrored else column) * PITCH, row * PITCH


def sheets(
    first: date, marks: Sequence[str], first_weekday: int, mirrored: bool = False
) -> tuple[Sheet, ...]:
    """One for each month of the days from *first* on, of which *marks* are the CSS classes."""
    return tuple(_sheets(first, tuple(marks), first_weekday, mirrored))


def _sheets(
    day: date, marks: tuple[str, ...], first_weekday: int, mirrored: bool
) -> Iterator[Sheet]:
    at = 0
    while at < len(marks):
        month = day.replace(day=1)
        following = (month + timedelta(days=32)).replace(day=1)
        number = (following - day).days
        offset = (month.weekday() - first_weekday) % 7
        yield Sheet(month, _paths(offset, day.day, marks[at : at + number], mirrored))
        day, at = following, at + number


@lru_cache(maxsize=512)
def _paths(offset: int, first: int, marks: tuple[str, ...], mirrored: bool) -> str:
    """Most months of most components are alike."""
    cells = _cells(offset, mirrored)
    drawn: dict[str, list[str]] = {}
    for day, mark in enumerate(marks, first):
        drawn.setdefault(mark, []).append(cells[day])
    return "".join(f'<path class="{mark}" d="{"".join(found)}"/>' for mark, found in drawn.items())


@lru_cache(maxsize=14)
def _cells(offset: int, mirrored: bool) -> tuple[str, ...]:
    """The square of each day of a month, from 1. Its line, as wide as 2, rounds the corners."""
    found = [""]
    for day in range(31):
        row, column = divmod(offset + day, 7)
        x = (6 - column if mirrored else column) * PITCH
        found.append(f"M{x + 1} {row * PITCH + 1}h8v8h-8z")
    return tuple(found)
