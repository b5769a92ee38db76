"""The files of the first page: harmless, light, and the same while nothing changed."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from html5lib import HTMLParser

from status_page import LANGUAGES, Condition, DayBar, Page, Renderer, render
from status_page.index.index import Index
from status_page.text import tidy
from status_page.tongue import tongue
from tests.status_page.examples import (
    EXAMPLES,
    MINUTE,
    NOW,
    ago,
    component,
    incident,
    many,
    one_down,
    page,
)
from tests.status_page.reading import HOSTILE, Reader, first, html, said
from tests.support.computing import computed


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
        with computed() as spent:
            files = dict(room.files(given, tongue("en")))
        took.append(spent.seconds)
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


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_markup_is_valid(name: str) -> None:
    parser = HTMLParser()
    parser.parse(html(EXAMPLES[name]()))
    assert parser.errors == []
