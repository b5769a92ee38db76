"""A secret is hidden in every form it takes on the way out."""

from __future__ import annotations

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from monitor.config import Scrubber

WORD = "pä ss/w\"o'rd+<&>%\n"


@pytest.mark.parametrize(
    "form",
    [
        WORD,
        quote(WORD),
        quote(WORD, safe=""),
        quote_plus(WORD),
        quote(WORD, safe="").lower().replace("%c3%a4", "%c3%a4"),
        json.dumps(WORD)[1:-1],
        json.dumps(WORD, ensure_ascii=False)[1:-1],
        html.escape(WORD),
        html.escape(WORD, quote=False),
        str(escape(WORD)),
        repr(WORD)[1:-1],
        base64.b64encode(WORD.encode()).decode(),
        base64.urlsafe_b64encode(WORD.encode()).decode().rstrip("="),
    ],
)
def test_every_form_is_hidden_and_what_stands_around_it_stays(form: str) -> None:
    hidden = Scrubber(frozenset({WORD})).text(f"before {form} after")

    assert form not in hidden
    assert hidden.startswith("before •••")
    assert hidden.endswith(" after")


@given(user=st.text(max_size=9), word=st.text(min_size=6, max_size=30))
def test_a_password_in_a_basic_authorization_header_is_hidden_at_any_alignment(
    user: str, word: str
) -> None:
    words = base64.b64encode(f"{user}:{word}".encode(errors="replace")).decode()
    hidden = Scrubber(frozenset({word})).text(f"Basic {words}")

    before, after = hidden.removeprefix("Basic ").rsplit("•••", maxsplit=1)
    unsure = 3  # characters that hold bits of the neighbour, on either side
    assert len(before) <= len(f"{user}:".encode()) * 4 / 3 + unsure
    assert len(after) <= unsure


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    scrub = Scrubber(frozenset({"abcd", "abcdefgh"})).text
    assert scrub("xabcdefghx abcd") == "x•••x •••"


def test_secrets_that_overlap_leave_nothing_of_either() -> None:
    assert Scrubber(frozenset({"abcdef", "defghi"})).text("-abcdefghi-") == "-•••-"
    assert Scrubber(frozenset({"aaaa"})).text("-aaaaaaa-") == "-•••-"


def test_what_is_too_short_stays_or_no_sentence_would_survive() -> None:
    assert Scrubber(frozenset({"abc", ""})).text("abc") == "abc"


def test_no_secret_is_shown_by_the_scrubber_itself() -> None:
    assert "hidden-word" not in repr(Scrubber(frozenset({"hidden-word"})))


@given(st.text(), st.frozensets(st.text(min_size=4), max_size=5))
def test_no_secret_survives_in_any_text(text: str, secrets: frozenset[str]) -> None:
    scrub = Scrubber(secrets).text
    hidden = scrub(text.join(secrets))

    stars = "•••"
    assert not [s for s in secrets if s in hidden.replace(stars, "\x00") and stars not in s]


def test_a_text_without_secrets_comes_back_itself_and_quickly() -> None:
    scrub = Scrubber(frozenset(f"secret-number-{n}" for n in range(100))).text
    text = "connection refused by 203.0.113.7:443, after 3 tries " * 4
    began = time.perf_counter()
    for _ in range(100):
        assert scrub(text) is text
    assert time.perf_counter() - began < 2  # measured: 0.02; the bound is for a loaded machine
