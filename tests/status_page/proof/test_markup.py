"""Every file of a page with everything on it, in every language: valid, and held together."""

from __future__ import annotations

import re
from collections.abc import Mapping

import html5lib
import pytest

from status_page import LANGUAGES, render
from tests.status_page.proof.rules import Markup, broken
from tests.status_page.proof.worlds import rich

URL = "https://status.example.org/"
OURS = re.compile(rb"https://status\.example\.org/([^\s\"'<>\\)#?&]*)")
OTHERS = tuple(f"{code}/" for code in LANGUAGES[1:])


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    return render(rich())


@pytest.fixture(scope="module")
def read(files: Mapping[str, bytes]) -> Mapping[str, Markup]:
    return {path: Markup(body) for path, body in files.items() if path.endswith(".html")}


def spoken(paths: Mapping[str, object], code: str) -> list[str]:
    """The pages in a language."""
    if code == LANGUAGES[0]:
        return [path for path in paths if path.endswith(".html") and not path.startswith(OTHERS)]
    return [path for path in paths if path.endswith(".html") and path.startswith(f"{code}/")]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_is_valid(files: Mapping[str, bytes], code: str) -> None:
    for path in spoken(files, code):
        html5lib.HTMLParser(strict=True).parse(files[path].decode())


def test_every_page_keeps_the_rules(files: Mapping[str, bytes], read: Mapping[str, Markup]) -> None:
    found = {path: wrong for path in read if (wrong := list(broken(path, files, read)))}
    assert found == {}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_says_its_language_and_its_direction(
    read: Mapping[str, Markup], code: str
) -> None:
    direction = "rtl" if code == "ar" else "ltr"
    pages = spoken(read, code)
    assert len(pages) == len(spoken(read, LANGUAGES[0]))
    for path in pages:
        (top,) = read[path].all("html")
        assert (top["lang"], top["dir"]) == (code, direction), path


def test_every_absolute_address_of_ours_leads_to_a_file(files: Mapping[str, bytes]) -> None:
    asked = set[str]()
    for path, body in files.items():
        if not path.endswith(".png"):
            asked |= {found.decode() for found in OURS.findall(body)}
    assert len(asked) > 100
    named = {path + "index.html" if path.endswith("/") or not path else path for path in asked}
    assert named - files.keys() <= {"subscribe/index.html"}


def test_what_breaks_a_rule_is_found() -> None:
    page = (
        b'<html><head></head><body><h2 id="a">x</h2><h4 id="a">x</h4><img src="no.png">'
        b'<a href="/x" aria-labelledby="z">x</a><a href="#no" style="x">x</a></body></html>'
    )
    found = list(broken("index.html", {"index.html": page}, {"index.html": Markup(page)}))
    assert found == [
        "id a is there 2 times",
        "an image without words: no.png",
        "a aria-labelledby=z",
        "a has style",
        "begins with h2",
        "h2 is followed by h4",
        "no.png leads to nothing",
        "'/x' does not work in any folder",
        "#no leads to no place of its page",
        "no title",
    ]
