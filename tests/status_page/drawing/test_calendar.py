"""Months of days: where each day is drawn."""

from __future__ import annotations

import re
from datetime import date

from status_page.drawing.calendar import HEIGHT, WIDTH, place, sheets

MONDAY, SUNDAY = 0, 6


def test_a_month_begins_on_its_weekday() -> None:
    assert place(date(2026, 11, 1), MONDAY) == (72, 0)
    assert place(date(2026, 11, 1), SUNDAY) == (0, 0)
    assert place(date(2026, 11, 2), MONDAY) == (0, 12)
    assert place(date(2026, 11, 2), MONDAY, True) == (72, 12)


def test_every_day_is_drawn_once_in_its_month() -> None:
    drawn = sheets(date(2025, 11, 21), ["u"] * 366, MONDAY)

    assert [sheet.first for sheet in drawn][:2] == [date(2025, 11, 1), date(2025, 12, 1)]
    assert len(drawn) == 13
    assert sum(sheet.paths.count("M") for sheet in drawn) == 366


def test_days_are_drawn_where_they_are_told() -> None:
    first = date(2026, 2, 1)
    (sheet,) = sheets(first, [f"m{day}" for day in range(28)], MONDAY)

    for day in range(28):
        x, y = place(first.replace(day=day + 1), MONDAY)
        assert f'class="m{day}" d="M{x + 1} {y + 1}h' in sheet.paths


def test_the_longest_month_fits() -> None:
    (sheet,) = sheets(date(2026, 3, 1), ["u"] * 31, MONDAY)

    for x, y in re.findall(r"M(\d+) (\d+)h8v8", sheet.paths):
        assert int(x) + 9 <= WIDTH
        assert int(y) + 9 <= HEIGHT


def test_no_day_is_no_month() -> None:
    assert sheets(date(2026, 3, 1), [], MONDAY) == ()
