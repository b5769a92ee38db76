"""Whatever people write and whatever is missing: the pages are valid and say it as text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

import status_page
from status_page import LANGUAGES, Condition, Page, Point, Series, Stage, Update
from status_page.pages.behind import Behind
from tests.status_page.pages import lives
from tests.status_page.pages.reading import files, parsed

HOSTILE = (
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)>",
    "@main@ @id@ {{ 7*7 }} {number} %s",
    "\u202eevil\u2066 \x00\x1b[31m\ud800",
    "👩‍👩‍👧 نص عربي ひらがな",
    "x" * 10_000,
    "",
)

READ = (
    "components/uploads/index.html",
    "incidents/i1/index.html",
    "maintenance/w1/index.html",
    "history/2026-11/index.html",
    "about/index.html",
)


def shouting(words: str) -> Page:
    """*words* in every place that people write."""
    over = lives.incident(sentence=words, audience=words)
    updates = (Update(over.began_at, Stage.POSTMORTEM, words, "u1"),)
    thing = lives.component(
        id="uploads",
        name=words,
        group=words,
        description=words,
        says=words,
        condition=Condition.DOWN,
        chart=(lives.chart(words),),
        notes=(replace(lives.NOTE, name=words, summary=words),),
    )
    return lives.page(
        thing,
        title=words,
        description=words,
        environment=words,
        incidents=(replace(over, updates=updates),),
        maintenance=(lives.work(title=words, words=words),),
    )


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_words_appear_as_text(words: str) -> None:
    for path, body in files(Behind(), shouting(words)).items():
        html = body.decode()
        assert not re.search(r"<script>alert|<img src=x|<svg/onload", html), path
        assert "\u202e" not in html
        assert len(html) < 150_000
        if path in READ:
            parsed(body)


@pytest.mark.parametrize("code", ["en", "ar", "ja"])
def test_every_kind_of_page_is_valid(code: str) -> None:
    found = files(Behind(), lives.lived_in(languages=LANGUAGES), code)
    for path in READ:
        parsed(found[path])


def test_a_page_without_anything_has_its_pages() -> None:
    empty = replace(lives.page(), components=(), url="")
    found = files(Behind(), empty)

    of_history = {"history/index.html", "history/2026-11/index.html"}
    assert set(found) == {*of_history, "about/index.html", "404.html"}
    for body in found.values():
        parsed(body)


def test_a_clock_that_was_wrong_breaks_nothing() -> None:
    ahead = lives.NOW + timedelta(days=400)
    page = lives.page(
        lives.component(since=ahead, first_seen=ahead.date()),
        incidents=(lives.incident(began_at=ahead, resolved_at=lives.NOW),),
        maintenance=(lives.work(starts_at=ahead, ends_at=lives.NOW),),
    )
    for body in files(Behind(), page).values():
        parsed(body)


def test_a_chart_of_one_point_and_one_of_a_year_are_drawn() -> None:
    one = Series("", timedelta(hours=1), (Point(lives.NOW, lives.MS, lives.MS),))
    days = tuple(
        Point(lives.NOW - back * lives.DAY, lives.MS, None) for back in reversed(range(365))
    )
    for series in (one, Series("", lives.DAY, days)):
        page = lives.page(lives.component(chart=(series,)))
        parsed(files(Behind(), page)["components/uploads/index.html"])


def test_nothing_depends_on_the_time_of_day() -> None:
    page = lives.lived_in(languages=("en", "de"))
    later = replace(page, made_at=page.made_at + timedelta(minutes=40))
    first, after = status_page.render(page), status_page.render(later)

    changed = {path for path in first if first[path] != after[path]}
    assert {path.rpartition("/")[2] for path in changed} <= {"as-of.json", "as-of.html"}


def test_every_link_to_a_page_leads_to_one() -> None:
    found = status_page.render(lives.lived_in(languages=("en", "ar")))
    pages = [path for path in found if path.endswith("index.html")]

    for path in pages:
        for address in re.findall(r'(?:href|src)="((?:\.\./)*[\w./-]+)["?#]', found[path].decode()):
            assert _resolved(path, address) in found, (path, address)


def _resolved(path: str, address: str) -> str:
    parts = path.split("/")[:-1]
    while address.startswith("../"):
        address = address[3:]
        parts.pop()
    return "/".join([*parts, address])


def test_public_pages_say_nothing_of_probes() -> None:
    page = lives.lived_in()
    for path, body in files(Behind(), page).items():
        assert b"192.0.2.7" not in body, path
