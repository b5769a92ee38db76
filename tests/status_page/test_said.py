"""What people say in public, and what they announce."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from status_page import Condition, Maintenance, Stage, Update, render
from tests.status_page.examples import DAY, MINUTE, NOW, component, explained, incident, page
from tests.status_page.test_render import HOSTILE, Reader, said


def test_the_newest_words_come_first_under_what_happens_now() -> None:
    told = said(explained())
    now, before = told.index("Happening now"), told.index("Past incidents")
    first, second = told.index("Identified 14:00 UTC"), told.index("Investigating 13:54 UTC")
    assert now < first < second < before
    assert "The disks of one machine are full. We are moving files off it" in told
    assert "2 updates Resolved 10:01 UTC A wrong setting was taken back." in told[before:]


def test_lines_stay_lines_and_hostile_words_stay_words() -> None:
    update = Update(NOW, Stage.IDENTIFIED, f"one\n\n{HOSTILE}\n\ttwo")
    found = replace(incident(1, "Down.", back=0, minutes=None), updates=(update,))
    html = render(page(component(), incidents=(found,)))["index.html"].decode()
    assert "<img" not in html
    assert '<p dir="auto">one</p>' in html
    assert '<p dir="auto">two</p>' in html


def test_many_words_are_bounded_and_counted() -> None:
    updates = tuple(Update(NOW, Stage.INVESTIGATING, "x\n" * 500) for _ in range(100))
    past = replace(incident(1, "Down.", back=1, minutes=5), updates=updates)
    files = render(page(component(), incidents=(past,)))
    assert len(files["index.html"]) < 200_000
    assert "100 updates" in Reader(files).said


def test_work_says_until_when_or_when_it_starts_and_how_long_it_takes() -> None:
    told = said(explained())
    assert "Planned work Short links move to a new machine Under way until 15:33 UTC" in told
    assert "Affects: Short links" in told
    assert "Starts 23 November, 14:03 UTC, for 2 hours Affects: everything" in told


def test_work_that_is_over_is_not_announced_any_more() -> None:
    over = Maintenance(
        id="w", title="Over", components=(), starts_at=NOW - DAY, ends_at=NOW - MINUTE
    )
    assert "Planned work" not in said(replace(page(component()), maintenance=(over,)))


@pytest.mark.parametrize("title", ["", "W" * 500, HOSTILE, "\ud800", "تسجيل الدخول"])
def test_any_title_can_be_drawn(title: str) -> None:
    work = Maintenance(
        id=title,
        title=title,
        components=(title,),
        starts_at=NOW,
        ends_at=NOW + timedelta(days=1),
    )
    given = replace(page(component("Uploads", Condition.UP)), maintenance=(work,))
    html = render(given)["index.html"].decode()
    assert "<img" not in html
    assert 'class="work now"' in html
