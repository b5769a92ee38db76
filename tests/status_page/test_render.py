"""The first page as it is published: what is in it, what is not, and what it weighs."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from html import unescape
from inspect import signature
from itertools import pairwise
from pathlib import Path

import pytest

from status_page import LANGUAGES, Condition, DayBar, Page, Renderer, render
from status_page.index.index import Index
from status_page.index.past import MOST
from status_page.text import tidy
from status_page.tongue import tongue
from tests.status_page.examples import (
    EXAMPLES,
    MINUTE,
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
from tests.status_page.reading import HOSTILE, Reader, first, html, said


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
    assert "09:41 UTC to 10:04 UTC Affects: Uploads" in told[before:]


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
    assert said(one_down()).count("People cannot upload.") == 3  # one of them is long over


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


def hostile() -> Page:
    row = replace(component(HOSTILE, Condition.DOWN, says=HOSTILE), id=HOSTILE, group=HOSTILE)
    row = replace(row, description=HOSTILE)
    trouble = replace(incident(1, HOSTILE, HOSTILE, back=0, minutes=None), audience=HOSTILE)
    past = replace(incident(2, HOSTILE, HOSTILE, back=1, minutes=1), id=HOSTILE + "2")
    made = page(row, incidents=(trouble, past))
    look = replace(made.look, footer=HOSTILE, links=((HOSTILE, "javascript:x()"),))
    return replace(made, title=HOSTILE, environment=HOSTILE, description=HOSTILE, look=look)


def test_hostile_texts_stay_texts() -> None:
    made = html(hostile())
    assert "<img" not in made
    assert "javascript:" not in made
    assert "{{ 7*7 }}" in made
    assert "\u202e" not in made
    assert made.count("</title>") == 1
    read = Reader(made)
    assert read.tags.count("script") == made.count("</script>")
    assert read.tags.count("style") == made.count("</style>") == 1


@pytest.mark.parametrize(
    "name", ["ا" * 500, "👩‍🚀" * 160, "W" * 500, "\ud800", "", "a\u0301" * 250, "تسجيل الدخول"]
)
def test_any_name_can_be_drawn(name: str) -> None:
    row = component(name, Condition.DOWN, says=name, group=name)
    made = page(row, component(), incidents=(incident(1, name, name, back=0, minutes=None),))
    assert tidy(name)[:100] in unescape(html(replace(made, title=name)))


def test_incidents_without_components_and_components_without_days_can_be_drawn() -> None:
    bare = replace(component(), days=(), first_seen=None, since=None)
    told = said(page(bare, incidents=(incident(1, "", back=0, minutes=None),)))
    assert "Something is down." in told
    assert "Nothing to count yet" in told
    assert "Affects" not in told


def test_a_year_without_data_and_two_hundred_components_can_be_drawn() -> None:
    nothing = tuple(DayBar(ago(back), timedelta(), timedelta()) for back in reversed(range(366)))
    assert "Nothing to count yet" in said(page(replace(component(), days=nothing)))
    assert html(many(200)).count('<div class="bars"') == 200


def test_fifty_components_are_one_light_request() -> None:
    files = first(many(50))
    assert len(gzip.compress(files["index.html"], 9)) < 60_000
    read = Reader(files["index.html"].decode())
    assert "stylesheet" not in read.values("rel")
    assert not [each for tag, name, each in read.attributes if tag == "script" and name == "src"]


def test_one_change_among_a_thousand_components_is_drawn_in_a_blink() -> None:
    room, given, took = Index(), many(1000), []
    dict(room.files(given, tongue("en")))
    for condition in (Condition.DOWN, Condition.UP, Condition.DEGRADED, Condition.UP):
        changed = replace(given.components[0], condition=condition)
        given = replace(given, components=(changed, *given.components[1:]))
        began = time.process_time()
        files = dict(room.files(given, tongue("en")))
        took.append(time.process_time() - began)
    assert min(took) < 0.150
    assert files == first(given)  # what was kept is what would be made anew


def test_nothing_but_the_stamp_changes_when_only_time_passes() -> None:
    room = Renderer()
    before = room.render(one_down())
    later = replace(one_down(), made_at=NOW + 90 * MINUTE)
    after = room.render(later)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {"as-of.json", "as-of.html"}
    assert b'"changed_at": "2026-11-21T14:03:22Z"' in after["as-of.json"]


def test_whoever_starts_again_knows_when_the_page_changed() -> None:
    before = render(one_down())
    after = Renderer(before["as-of.json"]).render(replace(one_down(), made_at=NOW + MINUTE))
    assert after["index.html"] == before["index.html"]
    assert b'"changed_at": "2026-11-21T14:03:22Z"' in after["as-of.json"]


def test_every_language_has_a_page_of_its_own_and_assets_are_there_once() -> None:
    given = replace(one_down(), languages=LANGUAGES)
    files = render(given)
    for code in LANGUAGES[1:]:
        made = files[f"{code}/index.html"].decode()
        assert f'<html lang="{code}"' in made
        assert "../as-of.json" not in made  # found by the script, from data-root
        assert 'data-root="../"' in made
        assert f"{code}/style.css" not in files
        assert f"{code}/as-of.html" in files
    assert 'dir="rtl"' in files["ar/index.html"].decode()
    assert 'data-languages="en de fr es pt ja zh ar"' in files["index.html"].decode()


LOOK = """
import hashlib, sys
from tests.status_page.examples import many
from tests.status_page.reading import first
given = many(3)
first(given)
def refuse(event, _):
    if event.split(".")[0] in {"open", "socket", "subprocess", "os", "sqlite3", "import"}:
        raise SystemExit(f"render touched the world: {event}")
sys.addaudithook(refuse)
print(hashlib.sha256(repr(sorted(first(given).items())).encode()).hexdigest())
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_page_gives_the_same_bytes_and_reads_nothing_else(seed: str) -> None:
    place = {"PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland", "PATH": os.environ["PATH"]}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=root,
        env=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    here = hashlib.sha256(repr(sorted(first(many(3)).items())).encode()).hexdigest()
    assert (done.stdout.strip(), done.stderr) == (here, "")


def test_render_is_given_a_page_and_nothing_else() -> None:
    assert [given.annotation for given in signature(render).parameters.values()] == ["Page"]


def test_an_unknown_condition_is_told_apart_from_a_good_one() -> None:
    told = said(lived_in(uploads=Condition.UNKNOWN))
    assert "Everything we can see works. We cannot tell about Uploads right now." in told
    assert "Unknown since 13:51 UTC" in told


def test_the_examples_are_of_one_moment() -> None:
    assert all(example().made_at == NOW for example in EXAMPLES.values())
    assert NOW.date() == TODAY
