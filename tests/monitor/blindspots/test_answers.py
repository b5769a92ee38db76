"""What an answer offers to be expected of it, and what it cannot do to whoever reads it."""

from __future__ import annotations

import json
import time

import pytest

from monitor.blindspots.answers import Answer, is_named_by_release
from probes.injection import Asked, Given

ASKED = Asked("GET", "https://example.org/")
PAGE = """<html><head><title>The Little Archive</title><script>const hidden = "> words <"</script>
<script src="/app.js"></script><link rel="stylesheet" href="/a.css?v=1&amp;w=2">
<link rel="icon" href="/icon.png"></head><body><h1>Your library</h1><p>17 files today</p>
<p>Fish &amp; chips</p><p>Kept by volunteers</p></body></html>"""


def page(text: str) -> Answer:
    return Answer(ASKED, Given(200, (("Content-Type", "text/html"),), text.encode()))


def test_titles_come_first_then_what_does_not_change_then_the_end() -> None:
    texts = ["The Little Archive", "Your library", "Kept by volunteers", "</html>"]
    assert list(page(PAGE).texts()) == texts


@pytest.mark.parametrize(
    "text",
    [
        "token mySessionQwertyZxcvAsdf",
        "deadbeefdeadbeef",
        "dGhlIGxpdHRsZSBhcmNoaXZl==",
        "canary@example.org",
        "21 November",
        "last seen 10:45",
    ],
)
def test_what_the_next_visitor_is_told_otherwise_is_not_proposed(text: str) -> None:
    assert list(page(f"<p>{text}</p>").texts()) == []


@pytest.mark.parametrize("text", ["Internationalisation", "Rosenheim-Oberbayern", "Impressum"])
def test_a_long_word_is_no_token(text: str) -> None:
    assert list(page(f"<p>{text}</p>").texts()) == [text]


def test_scripts_and_style_sheets_are_found_and_icons_are_not() -> None:
    assert list(page(PAGE).assets()) == ["/app.js", "/a.css?v=1&w=2"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/app.3f9a1c07.js", True),
        ("/assets/index-BZk3x9Qa.js", True),
        ("/static/2f3a4b5c/app.css", True),
        ("/css/halfmoon.min.css?2.25.2", False),
        ("/css/simple-datatables@10.2.0.css", False),
        ("/css/fontawesome-all.min.css", False),
    ],
)
def test_a_file_that_the_next_release_calls_otherwise_is_known(path: str, expected: bool) -> None:
    assert is_named_by_release(f"https://example.org{path}") is expected


def test_what_was_written_to_take_long_is_not_looked_at() -> None:
    plain = (("Content-Type", "text/plain"),)
    for text in ("a" * 40_000 + "A" * 40_000, "the quick brown fox " * 40_000):
        began = time.perf_counter()
        assert list(Answer(ASKED, Given(200, plain, text.encode())).texts()) == []
        assert not is_named_by_release(f"https://example.org/{'_' * 60_000}")
        assert time.perf_counter() - began < 1


def test_a_plain_text_is_known_by_its_last_line() -> None:
    def texts(kind: str, text: str) -> list[str]:
        return list(Answer(ASKED, Given(200, (("Content-Type", kind),), text.encode())).texts())

    assert texts("text/calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n") == ["END:VCALENDAR"]
    assert texts("text/plain", "as of 2026-03-14") == []
    assert texts("text/html", "<p>no end") == []
    assert texts("image/png", "END:VCALENDAR") == []


@pytest.mark.parametrize(
    ("document", "lists"),
    [
        (
            {"facets": [{}], "pages": [{"rows": [{}, {}, {}]}, {"rows": [{}]}], "none": []},
            [("$.pages[*]", 2), ("$.facets[*]", 1), ("$.pages[*].rows[*]", 3)],
        ),
        ({"labels": ["a", "b"], "found": {"items": [{}]}}, [("$.found.items[*]", 1)]),
        ({"labels": ["a"], "ids": [1, 2, 3, 4, 5]}, [("$.ids[*]", 5)]),
        (["a"], [("$[*]", 1)]),
        ({"labels": ["a"]}, []),
    ],
)
def test_lists_of_what_the_answer_is_about_are_counted_and_no_decoration(
    document: object, lists: list[tuple[str, int]]
) -> None:
    assert list(page(json.dumps(document)).lists()) == lists


def test_headings_and_sentences_come_before_single_words_and_none_is_a_technical_one() -> None:
    text = "<b>PARTIAL</b><i>uploads</i><p>Kept by volunteers</p><h3>New deeds</h3><h1>OPEN</h1>"
    assert list(page(text).texts()) == ["OPEN", "New deeds", "Kept by volunteers", "uploads"]


@pytest.mark.parametrize(
    "text",
    [
        "<script " * 40_000,
        "<link " * 60_000,
        "<!--" * 80_000,
        "<title" * 50_000,
        "<table><tr><td>" * 20_000,
        "[" * 90,
        '{"a":' * 200 + "1" + "}" * 200,
        "\x00\u202e" * 1000,
    ],
    ids=lambda text: text[:12],
)
def test_no_page_holds_it_up(text: str) -> None:
    began = time.monotonic()
    answer = page(text)
    for _ in (*answer.texts(), *answer.assets(), *answer.lists(), *answer.cookies()):
        pass

    assert time.monotonic() - began < 5
