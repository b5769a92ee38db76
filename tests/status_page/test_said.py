"""What people say in public, and what they announce."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from status_page import Condition, Maintenance, Stage, Update
from tests.status_page.examples import (
    DAY,
    MINUTE,
    NOW,
    component,
    explained,
    incident,
    page,
    under_maintenance,
)
from tests.status_page.reading import HOSTILE, html, said


def test_the_newest_words_come_first_under_what_happens_now() -> None:
    told = said(explained())
    now, before = told.index("Happening now"), told.index("Past incidents")
    first, second = told.index("Identified 14:00 UTC"), told.index("Investigating 13:54 UTC")
    assert now < first < second < before
    assert "The disks of one machine are full." in told
    assert "Resolved 10:01 UTC A wrong setting was taken back." in told[before:]


def test_markdown_becomes_markup_and_hostile_words_stay_words() -> None:
    update = Update(NOW, Stage.IDENTIFIED, f"one **two**\n\n{HOSTILE}\n")
    found = replace(incident(1, "Down.", back=0, minutes=None), updates=(update,))
    made = html(page(component(), incidents=(found,)))
    assert "<img" not in made
    assert "<strong>two</strong>" in made


def test_many_words_are_bounded_and_counted() -> None:
    updates = tuple(Update(NOW, Stage.INVESTIGATING, "x\n" * 500) for _ in range(100))
    still_open = replace(incident(1, "Down.", back=0, minutes=None), updates=updates)
    given = page(component(), incidents=(still_open,))
    assert len(html(given)) < 100_000
    assert "All 100 updates" in said(given)


def test_whom_an_incident_concerns_is_told() -> None:
    found = replace(
        incident(1, "Down.", "uploads", back=0, minutes=None), audience="everyone who uploads"
    )
    assert "Affects: Uploads · everyone who uploads" in said(
        page(component(), component("Messages"), incidents=(found,))
    )


def test_work_says_until_when_or_when_it_starts_and_how_long_it_takes() -> None:
    told = said(explained())
    assert "Planned work Short links move to a new machine Under way until 15:33 UTC" in told
    assert "Affects: Short links" in told
    assert "Starts 23 November, 14:03 UTC · Planned for 2 hours Affects everything" in told


def test_what_is_under_maintenance_is_neither_up_nor_down() -> None:
    told = said(under_maintenance())
    assert told.count("Short links is under maintenance. Everything else works.") == 1
    assert "Under maintenance since 13:51 UTC" in told


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
    made = html(given)
    assert "<img" not in made
    assert 'class="work now"' in made


def test_of_a_long_post_mortem_the_first_page_has_how_it_begins_and_the_way_to_it() -> None:
    long = "# Summary\n\n**For 23 minutes** nobody could upload.\n\n" + "- It was the disk.\n" * 100
    update = Update(NOW - DAY, Stage.POSTMORTEM, long)
    found = replace(incident(1, "Down.", "uploads", back=2, minutes=23), updates=(update,))

    given = page(component(), incidents=(found,))

    told = said(given)
    assert "For 23 minutes nobody could upload. What happened, and what was learned" in told
    assert "It was the disk." not in told
    assert "#page-lessons" in html(given)


@pytest.mark.parametrize("words", ["# x\n" * 500, "| a |\n" * 300, HOSTILE * 100, "W" * 5000])
def test_a_post_mortem_without_any_prose_is_led_to_all_the_same(words: str) -> None:
    update = Update(NOW - DAY, Stage.POSTMORTEM, words)
    found = replace(incident(1, "Down.", "uploads", back=2, minutes=23), updates=(update,))

    made = html(page(component(), incidents=(found,)))

    assert "#page-lessons" in made
    assert "<img" not in made
