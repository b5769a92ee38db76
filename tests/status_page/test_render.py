"""The first page as it is published: what is in it, what is not, and what it weighs."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from html import unescape
from inspect import signature
from itertools import pairwise

import pytest

from status_page import Condition, DayBar, Note, Page, Uptime, render
from status_page.index.past import MOST
from tests.status_page.examples import (
    DAY,
    EXAMPLES,
    NOW,
    TODAY,
    ago,
    all_up,
    component,
    incident,
    lived_in,
    many,
    one_down,
    page,
    two_hundred,
)
from tests.status_page.reading import Reader, first, html, said


def tab(given: Page) -> str:
    return unescape(html(given).partition("<title>")[2].partition("</title>")[0])


def test_a_good_day_is_said_calmly() -> None:
    told = said(all_up())
    assert "Everything works. All 6 things we watch work." in told
    assert "99.982 % uptime" in told
    assert "9 Nov Down for 23 minutes" in told
    assert "Happening now" not in told
    assert "Watched by trueup" in told


def test_an_outage_stands_on_top_with_since_when() -> None:
    told = said(one_down())
    now, before = told.index("Happening now"), told.index("Past incidents")
    assert "People cannot upload. Everything else works." in told[:now]
    assert "Since 13:51 UTC Affects: Uploads" in told[now:before]
    assert "Down since 13:51 UTC" in told[now:before]
    assert "Monday, 9 November 2026 People cannot upload. Resolved after 23 minutes" in told
    assert "09:41 to 10:04 UTC Affects: Uploads" in told[before:]


@pytest.mark.parametrize(
    ("code", "said"), [("fr", "de 09:41 à 10:04 UTC"), ("es", "de 09:41 a 10:04 UTC")]
)
def test_the_times_of_what_is_over_are_grammatical(code: str, said: str) -> None:
    assert said in html(one_down(), code).replace("\N{NO-BREAK SPACE}", " ")


def test_an_incident_that_only_people_saw_is_told_on_its_day_though_the_bar_is_green() -> None:
    unseen = replace(incident(1, "Mail came late.", "api", back=3, minutes=20), backfilled=True)
    told = said(replace(lived_in(), incidents=(unseen,)))
    assert "18 Nov Mail came late." in told


def test_what_the_probes_say_stands_in_the_row_of_what_is_down() -> None:
    note = Note(
        probe="uploads",
        name="Upload journey",
        condition=Condition.DOWN,
        since=NOW,
        last_run_at=NOW,
        took=None,
        summary="the answer was 507",
    )
    down = replace(component("Uploads", Condition.DOWN), notes=(note,))
    well = replace(note, condition=Condition.UP, name="Another journey")
    told = said(page(down, replace(component("Messages"), notes=(well,))))
    assert "Upload journey Down since 14:03 UTC the answer was 507" in told
    assert "Another journey" not in told


@pytest.mark.parametrize(
    ("condition", "mark"),
    [("up", "✓"), ("degraded", "!"), ("down", "✕"), ("maintenance", "~"), ("unknown", "?")],
)
def test_title_and_icon_show_the_state(condition: str, mark: str) -> None:
    found = page(component("Uploads", Condition(condition)))
    assert tab(found).startswith(f"{mark} ")
    assert tab(found).endswith(" · Example status")
    assert any(f"favicon-{condition}.svg" in href for href in Reader(html(found)).values("href"))


def test_groups_and_components_keep_the_order_of_the_configuration() -> None:
    told = said(all_up()).partition("All 6 things")[2]
    order = "Your account,Signing in,Your library,Sharing,Uploads,Short links,Messages,The API"
    places = [told.index(f"{name} ") for name in order.split(",")]
    assert all(one < other for one, other in pairwise(places))


def test_a_component_that_nothing_watches_says_so_and_shows_no_numbers() -> None:
    never = replace(component("Search", Condition.UNWATCHED), days=(), first_seen=None, since=None)
    told = said(page(never, component()))
    assert "Search Not watched" in told
    assert told.count("% uptime") == 1


def test_long_groups_fold_and_open_by_themselves_only_where_something_is_wrong() -> None:
    made = html(two_hundred())
    assert made.count('<details class="fold"') == 3
    assert made.count('<details class="fold" id="group-2" open>') == 1
    assert "All 67 work" in said(two_hundred())
    assert '<details class="fold"' not in html(many(30))


def test_staging_cannot_be_taken_for_production() -> None:
    staging = replace(all_up(), environment="staging")
    assert "staging This is not production." in said(staging)
    assert tab(staging).startswith("[staging] ✓")
    assert "not production" not in said(all_up())


def test_no_incidents_is_claimed_only_for_days_that_were_watched() -> None:
    gap = DayBar(ago(4), timedelta(), timedelta())
    fresh = EXAMPLES["newborn"]()
    assert "No incidents in the last 14 days." in said(page(component()))
    assert "No incidents in the time we watched." in said(
        page(component("Uploads", Condition.UP, gap))
    )
    assert "No incidents since we began to watch." in said(fresh)
    assert "nothing was watched so far" in said(page())


def test_only_the_last_two_weeks_are_told_and_the_rest_is_linked() -> None:
    past = tuple(incident(at, f"Trouble {at}.", back=at, minutes=5) for at in (13, 14))
    given = page(component(), incidents=past)
    assert "Trouble 13." in said(given)
    assert "Trouble 14." not in said(given)
    assert "history/index.html" in Reader(html(given)).values("href")


def test_past_incidents_are_bounded_and_the_rest_is_counted() -> None:
    past = tuple(incident(at, "Trouble.", back=1, minutes=5) for at in range(MOST + 10))
    assert "10 earlier incidents not shown." in said(page(component(), incidents=past))


def test_only_what_an_open_incident_does_not_say_is_said_in_the_row() -> None:
    down = component("Uploads", Condition.DOWN, says="People cannot upload.")
    assert said(page(down, component("Messages"))).count("People cannot upload.") == 2
    assert (
        said(one_down()).count("People cannot upload.") == 5
    )  # one is long over; two name the days


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_comes_from_elsewhere_and_no_style_stands_in_an_attribute(name: str) -> None:
    given = EXAMPLES[name]()
    files = first(given, given.language)
    read = Reader(files["index.html"].decode())
    assert not [n for _, n, _ in read.attributes if n == "style" or n.startswith("on")]
    for path, body in files.items():
        if path == "embed.js":  # stands on other people's pages
            continue
        addresses = set(re.findall(rb"(?:https?:)?//[a-z][^\"' ]*", body))
        assert addresses <= {b"http://www.w3.org/2000/svg", b"https://schema.org"}, path
    assert b"@import" not in files["style.css"]
    assert b"url(" not in files["style.css"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_id_is_there_once_and_every_reference_leads_somewhere(name: str) -> None:
    read = Reader(html(EXAMPLES[name]()))
    ids = Counter(read.values("id"))
    assert set(ids.values()) <= {1}
    named = {each for found in read.values("aria-labelledby") for each in found.split()}
    assert named <= ids.keys()
    assert {to[1:] for to in read.values("href") if to.startswith("#")} <= ids.keys()
    assert read.tags.count("h1") == read.tags.count("main") == read.tags.count("footer") == 1


def test_render_is_given_a_page_and_nothing_else() -> None:
    assert [given.annotation for given in signature(render).parameters.values()] == ["Page"]


def test_numbers_without_days_and_days_from_a_clock_that_ran_ahead_can_be_drawn() -> None:
    window = Uptime(90 * DAY, 90 * DAY, timedelta())
    bare = replace(component(), days=(), uptime=(("90d", window),))
    assert "100 % uptime" in said(page(bare))
    ahead = replace(component(), days=(*component().days, DayBar(ago(-1), DAY, timedelta())))
    assert "100 % uptime" in said(page(ahead))


def test_an_unknown_condition_is_told_apart_from_a_good_one() -> None:
    told = said(lived_in(uploads=Condition.UNKNOWN))
    assert "Everything we can see works. We cannot tell about Uploads right now." in told
    assert "Unknown since 13:51 UTC" in told


def test_the_examples_are_of_one_moment() -> None:
    assert all(example().made_at == NOW for example in EXAMPLES.values())
    assert NOW.date() == TODAY
