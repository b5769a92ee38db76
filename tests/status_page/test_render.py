"""The files that are published: what is in them, what is not, and what they weigh."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import fields, replace
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from inspect import signature
from itertools import pairwise
from pathlib import Path

import pytest
from jinja2 import Environment, meta, nodes

from status_page import Condition, DayBar, Page, render, words
from status_page.index import compose, view
from tests.status_page.examples import (
    EXAMPLES,
    NOW,
    TODAY,
    WINDOW,
    ago,
    all_up,
    component,
    incident,
    lived_in,
    many,
    one_down,
    page,
)

TEMPLATES = Path(compose.__file__).with_name("templates")
HOSTILE = '<img src=//evil.example onerror="x()">\'"&amp;{{ 7*7 }}\u202e</title></script>'


class Reader(HTMLParser):
    """Text, attributes, ids and the headings of a page."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.text: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.tags: list[str] = []
        self.feed(files["index.html"].decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def said(self) -> str:
        return " ".join("".join(self.text).replace("\N{NO-BREAK SPACE}", " ").split())

    def values(self, *names: str) -> list[str]:
        return [value for _, name, value in self.attributes if name in names]


def said(given: Page) -> str:
    return Reader(render(given)).said


def tab(given: Page) -> str:
    html = render(given)["index.html"].decode()
    return unescape(html.partition("<title>")[2].partition("</title>")[0])


def test_a_good_day_is_said_calmly() -> None:
    told = said(all_up())
    assert "Everything works All 6 things we watch work." in told
    assert "Data from 14:03:22 UTC on 21 November 2026" in told
    assert "99.98 % of the time we watched" in told
    assert "9 Nov: down for 23 minutes" in told
    assert "Happening now" not in told
    assert "Watched by trueup" in told


def test_an_outage_stands_on_top_with_since_when_and_for_how_long() -> None:
    told = said(one_down())
    now, before = told.index("Happening now"), told.index("Past incidents")
    assert "Since 13:51 UTC, for 12 minutes Affects: Uploads" in told[now:before]
    assert "Down since 13:51 UTC, for 12 minutes" in told[now:before]
    assert "Monday, 9 November 2026 People cannot upload. Resolved after 23 minutes" in told
    assert "09:41 to 10:04 UTC Affected: Uploads" in told[before:]


@pytest.mark.parametrize(
    ("condition", "mark"),
    [("up", "✓"), ("degraded", "!"), ("down", "✕"), ("unknown", "?")],
)
def test_title_and_icon_show_the_state(condition: str, mark: str) -> None:
    found = page(component("Uploads", Condition(condition)))
    assert tab(found).startswith(f"{mark} ")
    assert tab(found).endswith(" · Example status")
    assert any(f"favicon-{condition}.svg" in href for href in Reader(render(found)).values("href"))


def test_groups_and_components_keep_the_order_of_the_configuration() -> None:
    told = said(all_up())
    order = "Your account,Signing in,Your library,Sharing,Uploads,Short links,Messages,The API"
    places = [told.index(f"{name} ") for name in order.split(",")]
    assert all(one < other for one, other in pairwise(places))


def test_staging_cannot_be_taken_for_production() -> None:
    staging = replace(all_up(), environment="staging")
    assert "staging This is not production." in said(staging)
    assert tab(staging).startswith("[staging] ✓")
    assert "not production" not in said(all_up())


def test_no_incidents_is_claimed_only_for_a_window_that_was_watched() -> None:
    gap = DayBar(ago(4), timedelta(), timedelta())
    fresh = EXAMPLES["newborn"]()
    assert "No incidents in the last 90 days." in said(page(component()))
    assert "No incidents in the time we watched." in said(
        page(component("Uploads", Condition.UP, gap))
    )
    assert "No incidents since we began to watch." in said(fresh)
    assert "nothing was watched so far" in said(page())


def test_past_incidents_are_bounded_and_the_rest_is_counted() -> None:
    past = tuple(incident(at, "Trouble.", back=at, minutes=5) for at in range(1, 211))
    assert "10 earlier incidents not shown." in said(page(component(), incidents=past))


def test_without_a_script_the_page_tells_how_to_judge_its_age() -> None:
    html = render(all_up())["index.html"].decode()
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in html
    assert "If that is more than 5 minutes ago, the monitor may be down" in said(all_up())


def test_only_what_an_open_incident_does_not_say_is_said_in_the_row() -> None:
    down = component("Uploads", Condition.DOWN, says="People cannot upload.")
    assert said(page(down, component("Messages"))).count("People cannot upload.") == 1
    assert said(one_down()).count("People cannot upload.") == 2  # the open one, and a past one


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    files = render(EXAMPLES[name]())
    read = Reader(files)
    assert not [n for _, n, _ in read.attributes if n == "style" or n.startswith("on")]
    assert "style" not in read.tags
    linked = read.values("href", "src")
    assert {href.partition("?")[0] for href in linked if not href.startswith("#")} <= files.keys()
    for path, body in files.items():
        addresses = set(re.findall(rb"(?:https?:)?//[a-z][^\"' ]*", body))
        assert addresses <= {b"http://www.w3.org/2000/svg"}, path
    assert b"@import" not in files["style.css"]
    assert b"url(" not in files["style.css"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_id_is_there_once_and_every_reference_leads_somewhere(name: str) -> None:
    read = Reader(render(EXAMPLES[name]()))
    ids = Counter(read.values("id"))
    assert set(ids.values()) <= {1}
    assert set(read.values("aria-labelledby")) <= ids.keys()
    assert read.tags.count("h1") == read.tags.count("main") == read.tags.count("footer") == 1


def hostile() -> Page:
    row = replace(component(HOSTILE, Condition.DOWN, says=HOSTILE), id=HOSTILE, group=HOSTILE)
    trouble = incident(1, HOSTILE, HOSTILE, back=0, minutes=None)
    past = replace(incident(2, HOSTILE, HOSTILE, back=1, minutes=1), id=HOSTILE + "2")
    made = page(row, incidents=(trouble, past))
    return replace(made, title=HOSTILE, environment=HOSTILE)


def test_hostile_texts_stay_texts() -> None:
    html = render(hostile())["index.html"].decode()
    assert "<img" not in html
    assert "{{ 7*7 }}" in html
    assert "\u202e" not in html
    assert html.count("</title>") == 1
    assert html.count("</script>") == 1


@pytest.mark.parametrize(
    "name", ["ا" * 500, "👩‍🚀" * 160, "W" * 500, "\ud800", "", "a\u0301" * 250, "تسجيل الدخول"]
)
def test_any_name_can_be_drawn(name: str) -> None:
    row = component(name, Condition.DOWN, says=name, group=name)
    made = page(row, component(), incidents=(incident(1, name, name, back=0, minutes=None),))
    assert words.tidy(name)[:100] in unescape(
        render(replace(made, title=name))["index.html"].decode()
    )


def test_incidents_without_components_and_components_without_days_can_be_drawn() -> None:
    bare = replace(component(), days=(), first_seen=None, since=None)
    told = said(page(bare, incidents=(incident(1, "", back=0, minutes=None),)))
    assert "Something is down." in told
    assert "Nothing to count yet" in told
    assert "Affects" not in told


def test_a_page_of_thirty_components_is_light() -> None:
    assert len(render(many(30))["index.html"]) < 200_000


def test_a_page_of_thirty_components_is_drawn_in_a_blink() -> None:
    given, took = many(30), []
    for _ in range(7):
        began = time.process_time()
        render(given)
        took.append(time.process_time() - began)
    assert min(took) < 0.050


def test_two_hundred_components_can_be_drawn() -> None:
    read = Reader(render(many(200)))
    assert read.tags.count("li") >= 200 * WINDOW


LOOK = """
import hashlib, sys
from tests.status_page.examples import many
from status_page import render
given = many(3)
def refuse(event, _):
    if event.split(".")[0] in {"open", "socket", "subprocess", "os", "sqlite3", "import"}:
        raise SystemExit(f"render touched the world: {event}")
sys.addaudithook(refuse)
print(hashlib.sha256(repr(sorted(render(given).items())).encode()).hexdigest())
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
    here = hashlib.sha256(repr(sorted(render(many(3)).items())).encode()).hexdigest()
    assert (done.stdout.strip(), done.stderr) == (here, "")


def test_render_is_given_a_page_and_nothing_else() -> None:
    assert [given.annotation for given in signature(render).parameters.values()] == ["Page"]


def test_every_word_of_a_template_is_a_described_field() -> None:
    shown = [found for found in vars(view).values() if isinstance(found, type)]
    views = {cls for cls in shown if cls.__module__ == view.__name__} | {words.Timed}
    known = {field.name for cls in views for field in fields(cls)} | {"iso"}
    for template in TEMPLATES.iterdir():
        tree = Environment(autoescape=True).parse(template.read_text())
        asked = {found.attr for found in tree.find_all(nodes.Getattr)} - {"index"}
        assert asked <= known, template.name
        assert meta.find_undeclared_variables(tree) <= {"page"}, template.name


def test_an_unknown_condition_is_told_apart_from_a_good_one() -> None:
    told = said(lived_in(uploads=Condition.UNKNOWN))
    assert "Everything we can see works" in told
    assert "We cannot tell about 1 of them right now." in told
    assert "Unknown since 13:51 UTC, for 12 minutes" in told


def test_the_examples_are_of_one_moment() -> None:
    assert all(example().made_at == NOW for example in EXAMPLES.values())
    assert NOW.date() == TODAY
