"""What was promised, as those read it who have to keep it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from status_page.inside.promised import promised
from status_page.tongue import tongue
from tests.status_page.inside.worlds import BROKEN_AT, SECOND, objective
from tests.status_page.pages.lives import MINUTE, NOW
from tests.status_page.pages.reading import plain

NAMES = {"uploads": "Uploads"}


def html(code: str = "en", **facts: Any) -> str:
    return promised([objective(**facts)], NAMES, tongue(code), NOW.date())


def said(**facts: Any) -> str:
    return plain(html(**facts).encode())


def widths(**facts: Any) -> dict[str, int]:
    found = re.findall(r'<rect class="(\w+)"[^>]* width="(\d+)"', html(**facts))
    return {name: int(width) for name, width in found}


def test_the_worst_detection_is_told_with_its_share_of_a_year() -> None:
    text = said()

    assert "Uploads 15m per year · 1 Jan – 31 Dec".replace(" ", "") in re.sub(r"\s", "", text)
    assert "11 min 55 s left of a budget of 15 min" in text
    assert "The worst detection takes 3 min 40 s, 24 % of the budget." in text


def test_a_bar_shows_what_is_left_and_what_one_detection_takes_of_it() -> None:
    found = widths()

    assert found == {"all": 1000, "rest": 794 - 244, "cost": 244}


def test_nothing_is_red_before_all_is_spent() -> None:
    assert "is-spent" not in html(spent=15 * MINUTE - SECOND)
    assert "is-spent" in html(spent=15 * MINUTE)
    assert widths(spent=15 * MINUTE) == {"all": 1000}
    assert "Nothing left" in said(spent=15 * MINUTE)
    assert "5 min more than allowed" in said(spent=20 * MINUTE)


def test_a_budget_that_burns_says_since_when() -> None:
    assert "Burning" not in said()
    assert "Burning too fast since 13:51 UTC" in said(burns_since=BROKEN_AT)


def test_a_rolling_window_and_what_nobody_watched_are_told() -> None:
    text = said(since=None, until=None, rolling=timedelta(days=30), unknown=3 * 60 * MINUTE)

    assert "the last 30 days" in text
    assert "of a budget of 15 min · 3 h unknown" in text


def test_a_fault_that_nobody_hears_of_has_no_share() -> None:
    text = said(detection=None)

    assert "Nobody is told when it breaks." in text
    assert "cost" not in widths(detection=None)


@pytest.mark.parametrize("allowed", [timedelta(), SECOND])
def test_a_budget_of_nothing_is_drawn(allowed: timedelta) -> None:
    assert widths(allowed=allowed, spent=timedelta())["all"] == 1000
    assert "is-spent" in html(allowed=allowed, spent=SECOND)


def test_it_is_told_in_the_language_and_the_direction_of_the_page() -> None:
    assert "noch 11 Min. 55 Sek." in html("de").replace("\N{NO-BREAK SPACE}", " ")
    assert "matrix(-1 0 0 1 1000 0)" in html("ar")


def test_without_any_promise_there_is_no_heading() -> None:
    assert promised([], NAMES, tongue("en"), NOW.date()) == ""
