"""Laying out inside the room that a service has, whatever a target says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.channels.markup import HTML, MARKDOWN, PLAIN, Markup, cut_bytes, lay_out
from monitor.notices import SAMPLES, Words
from tests.support.notices import opened

ROOM = 600


@pytest.mark.parametrize("markup", [PLAIN, MARKDOWN, HTML], ids=["plain", "markdown", "html"])
@given(words=st.text(max_size=2_000))
def test_whatever_is_said_fits_and_the_links_stay(markup: Markup, words: str) -> None:
    notice = opened(says=(words,), summary=words, excerpt=words)
    said = lay_out(Words().message(notice), markup, ROOM)
    assert len(said) <= ROOM
    assert "https://wiki.example.org/playbooks/signin" in said


def test_the_opening_comes_first_and_what_has_no_room_is_left_out_whole() -> None:
    message = Words().message(SAMPLES["opened"])
    narrow, wide = lay_out(message, PLAIN, 400), lay_out(message, PLAIN, 3_000)
    assert narrow.startswith("People cannot sign in.\n\nDown since: ")
    assert "Incident: 42" in wide
    lines = set(wide.split("\n"))
    assert set(narrow.split("\n")) <= lines


def test_a_quote_without_room_loses_its_last_lines_and_never_the_fact() -> None:
    answer = "\n".join(f"{number} " + "x" * 100 for number in range(6))
    said = lay_out(Words().message(opened(excerpt=answer)), PLAIN, ROOM)
    assert "Seen: expected text is missing" in said
    assert "| 0 xxx" in said
    assert "| 5 xxx" not in said


def test_a_target_marks_nothing_and_calls_nobody() -> None:
    hostile = opened(summary="*bold* [x](https://evil.example.org) <!here> @channel `code`")
    said = lay_out(Words().message(hostile), MARKDOWN, 3_000)
    assert r"\*bold\* \[x\]\(https://evil.example.org\) \<!here\>" in said
    assert not re.search(r"@\w", said)


def test_html_is_cut_between_its_marks() -> None:
    message = Words().message(opened(says=("<script>&amp;" * 100,)))
    for room in range(150, 400, 7):
        said = lay_out(message, HTML, room)
        assert set(re.findall(r"<(\w+)", said)) <= {"b", "a", "pre"}
        assert not re.search(r"&[a-z]*(?:…|$)|<[^>]*$", said)


def test_bytes_are_counted_where_bytes_are_what_counts() -> None:
    assert cut_bytes("😀" * 10, 13) == "😀😀…"
    assert cut_bytes("short", 13) == "short"
