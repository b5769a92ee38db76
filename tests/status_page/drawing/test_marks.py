"""Deploys on a chart: few or many, each is told and none hides another."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from status_page import Deploy
from status_page.drawing.chart import chart
from status_page.drawing.marks import Mark, marks
from status_page.drawing.plot import Plot, plot
from status_page.tongue import tongue
from tests.status_page.pages import lives
from tests.status_page.pages.reading import plain

HOUR = timedelta(hours=1)


def week() -> Plot:
    found = plot(lives.chart())
    assert found is not None
    return found


def deploy(hours: float, version: str = "1.4.2", service: str = "api") -> Deploy:
    """So many *hours* after the chart begins."""
    return Deploy(at=week().began_at + hours * HOUR, service=service, version=version)


def found(*hours: float) -> tuple[Mark, ...]:
    return marks([deploy(each) for each in hours], week())


def drawn(*deploys: Deploy, code: str = "en") -> str:
    return chart(week(), tongue(code), "whole", "How long it takes", deploys=deploys)


def flags(html: str) -> list[str]:
    return re.findall(r'<g class="deploy">.*?</g>', html)


def test_each_has_a_line_where_it_happened() -> None:
    first, second = found(84, 0)

    assert (first.places, second.places) == ((0.0,), (50.0,))


def test_those_that_are_near_share_a_flag_and_keep_their_lines() -> None:
    (mark,) = found(84, 85, 86)

    assert len(mark.places) == len(mark.deploys) == 3
    assert ">3</text>" in drawn(deploy(84), deploy(85), deploy(86))


@pytest.mark.parametrize("number", [30, 300])
def test_any_number_of_flags_stand_apart(number: int) -> None:
    starts = [mark.places[0] for mark in found(*(168 * at / number for at in range(number)))]

    assert len(starts) <= 19
    assert min(b - a for a, b in pairwise(starts)) >= 5.5


def test_two_in_one_second_are_one_flag_with_one_line() -> None:
    (mark,) = found(12, 12)

    assert (len(mark.places), len(mark.deploys)) == (1, 2)


def test_what_is_outside_of_the_chart_is_not_drawn() -> None:
    assert found(-1, 168, 900) == ()
    assert "deploy" not in drawn(deploy(-1))


def test_without_deploys_the_chart_is_as_it_was() -> None:
    assert drawn() == chart(week(), tongue("en"), "whole", "How long it takes")
    assert "Deploys" not in drawn()


def test_a_pointer_and_a_screen_reader_hear_of_each() -> None:
    html = drawn(deploy(84), deploy(85, "77", "web"))

    assert "<title>api 1.4.2 (18 Nov, 03:00" in html
    assert "2 deploys: api 1.4.2 (18 Nov, 03:00" in re.findall("<desc[^>]*>(.*?)</desc>", html)[0]


def test_the_table_has_them_by_day() -> None:
    text = plain(drawn(deploy(84), deploy(150, "77", "web")).encode())

    assert "Day Half of the runs within 95 % within Deploys" in text
    assert re.search(r"18 Nov [^D]*api 1\.4\.2 \(18 Nov, 03:00 UTC\)", text)
    assert "–" in text


def test_of_many_some_are_named_and_the_rest_counted() -> None:
    html = drawn(*(deploy(84 + at / 60, f"v{at}") for at in range(20)))

    assert "20 deploys: " in html
    assert "14 more" in html


def test_a_flag_near_the_end_hangs_back_and_all_is_mirrored_for_arabic() -> None:
    assert "scale(-1 1)" not in drawn(deploy(12))
    assert "scale(-1 1)" in drawn(deploy(167))
    assert "scale(-1 1)" in drawn(deploy(12), code="ar")
    assert 'x1="50.0%"' in drawn(deploy(84), code="ar")


def test_words_from_outside_stay_words() -> None:
    html = drawn(deploy(84, "</title><script>", "<b>\u202e"))

    ET.fromstring(f"<div>{html}</div>")
    assert "<script>" not in html
    assert "\u202e" not in html
