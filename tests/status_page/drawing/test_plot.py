"""Charts: what is drawn of a week of hours, in numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from status_page import Point, Series
from status_page.drawing.chart import chart
from status_page.drawing.plot import HEIGHT, plot
from status_page.drawing.scale import levels, ticks
from status_page.tongue import tongue
from tests.status_page.pages import lives

MS = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
AT = datetime(2026, 11, 14, 20, tzinfo=UTC)


def series(*medians: int | None, span: timedelta = HOUR, name: str = "") -> Series:
    """95 % take twice as long."""
    points = (
        Point(AT + at * span, None, None)
        if median is None
        else Point(AT + at * span, median * MS, 2 * median * MS)
        for at, median in enumerate(medians)
    )
    return Series(name, span, tuple(points))


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0 * MS, (1,)),
        (3 * MS, (1, 2, 3)),
        (412 * MS, (200, 400, 600)),
        (1000 * MS, (500, 1000)),
        (7 * 1000 * MS, (2000, 4000, 6000, 8000)),
        (59 * 1000 * MS, (15_000, 30_000, 45_000, 60_000)),
        (30 * HOUR, (8 * 3_600_000, 16 * 3_600_000, 24 * 3_600_000, 32 * 3_600_000)),
    ],
)
def test_levels_are_round_and_few(highest: timedelta, expected: tuple[int, ...]) -> None:
    assert levels(highest) == tuple(level * MS for level in expected)


@pytest.mark.parametrize("hours", [1, 6, 24, 48, 168, 720, 24 * 90, 24 * 366])
def test_ticks_lie_within_and_are_few(hours: int) -> None:
    found = ticks(AT, AT + hours * HOUR)

    assert 1 <= len(found) <= 8
    assert all(AT <= at < AT + hours * HOUR for at in found)


def test_the_newest_day_has_a_tick() -> None:
    assert max(ticks(AT, AT + 168 * HOUR)) == datetime(2026, 11, 21, tzinfo=UTC)


def test_what_no_run_told_is_a_gap_and_one_point_alone_is_a_dot() -> None:
    drawn = plot(series(100, 200, None, 100, None, None, 50))
    assert drawn is not None

    line = re.findall(r'class="p50" d="([^"]*)"', drawn.paths)[0]
    assert line == "M1 300 3 200M7 300h0M13 350h0"
    assert drawn.missing == 3 * HOUR
    assert drawn.levels[-1] == 400 * MS


def test_everything_drawn_is_inside() -> None:
    drawn = plot(lives.chart())
    assert drawn is not None

    for path in re.findall(r' d="([^"]*)"', drawn.paths):
        for x, y in re.findall(r"(\d+) (\d+)", path):
            assert 0 <= int(x) <= drawn.width
            assert 0 <= int(y) <= HEIGHT


@pytest.mark.parametrize("medians", [(), (None,), (None, None)])
def test_nothing_known_is_nothing_drawn(medians: tuple[None, ...]) -> None:
    assert plot(series(*medians)) is None


def test_runs_that_took_no_time_are_drawn_on_the_ground() -> None:
    drawn = plot(series(0, 0))

    assert drawn is not None
    assert f'd="M1 {HEIGHT} 3 {HEIGHT}"' in drawn.paths


def test_the_picture_says_in_words_what_it_shows() -> None:
    drawn = plot(series(100, 200, None, 412))
    assert drawn is not None
    html = chart(drawn, tongue("en"), "whole", "Uploads <&>")

    picture = ET.fromstring(re.findall(r'<svg role="img".*</svg>(?=</div>)', html)[0])
    title, described = picture.findtext("title"), picture.findtext("desc")
    assert title == "Uploads <&>"
    assert described is not None
    assert "14 Nov" in described
    assert "half of the runs within 100 ms to 412 ms, 95 % within 824 ms" in _plain(described)
    assert "No run that counts in 1 hour of it." in _plain(described)
    assert picture.get("aria-labelledby") == "whole-title"
    assert picture.get("aria-describedby") == "whole-desc"


def test_the_table_says_it_without_the_picture() -> None:
    drawn = plot(lives.chart())
    assert drawn is not None
    html = chart(drawn, tongue("en"), "whole", "Uploads")

    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", html)
    assert len(rows) == 8
    assert "20 Nov" in _plain(rows[-2])


def test_a_step_has_a_picture_and_no_table() -> None:
    drawn = plot(lives.chart("Sign in"))
    assert drawn is not None
    assert "<table" not in chart(drawn, tongue("en"), "step-1", "Sign in")


def test_time_runs_from_the_right_where_writing_does() -> None:
    drawn = plot(lives.chart())
    assert drawn is not None
    html = chart(drawn, tongue("ar"), "whole", "Uploads")

    assert f"matrix(-1 0 0 1 {drawn.width} 0)" in html
    places = [float(x) for x in re.findall(r'class="tick[^"]*" x="([\d.]+)%"', html)]
    assert places == sorted(places)


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")
