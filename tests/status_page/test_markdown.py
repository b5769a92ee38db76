"""What a person wrote at three in the morning, or somebody with bad intentions."""

from __future__ import annotations

import re

import html5lib
import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from status_page.markdown import LONGEST, to_html, to_text
from tests.support.computing import computed

SOON = 1.0  # seconds of CPU; measured: 0.03
HOSTILE = (
    "[", "![", "](", "[a](b", "[a][b]", "[](){}", "[![a](b)](c)", "[x](<", "[a](http://b '",
    "*", "**a", "***a_", "a_ ", "*a _b ", "a**b", "*a*\n", "_", "~", "~~a", "`", "`a``b", "```\n",
    ">", "> ", "- ", "1. ", "- a\n", "  - a\n", "1) a\n   > b\n", "# ", "a\n=", "|", "|a\n|-\n",
    "|x|y|\n", "<", "<a href=x>", "<!--", "&", "&amp;", "&#x202e;", "&#xd800;", "\\", "((((", '"',
    "\n", "    \n", "\t", "\u202e", "\ud800", "\x00", "x", "é", "🙂", "a ", "a\n\n", "https://",
    "http://a ", "see [x](https://example.org) ", "word *em* **strong** _x_ ",
)  # fmt: skip
PIECES = st.sampled_from([*HOSTILE, "\n\n", " ", "javascript:alert(1)", "onerror=", "</p>", "1"])


def harmless(html: str) -> None:
    """Well-formed, nothing but what is allowed, no invisible mischief."""
    html5lib.HTMLParser(strict=False).parseFragment(html)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", html)
    tags = {"a": {"href", "rel"}, "ol": {"start"}, "*": {"dir"}}
    names = set(re.findall(r"<([a-z0-9]+)", html))
    assert not names & {"img", "script", "style", "iframe", "input", "svg", "h1", "h2", "h3"}
    assert nh3.clean(html, tags=names, attributes=tags, link_rel=None) == html
    for href in re.findall(r'href="([^"]*)"', html):
        assert href.lower().startswith(("http://", "https://", "mailto:"))


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_ten_thousand_characters_of_mischief_end_soon(piece: str) -> None:
    text = piece * (LONGEST // len(piece))
    with computed() as spent:
        html, plain = to_html(text), to_text(text)

    assert spent.seconds < SOON
    harmless(html)
    assert plain == plain.strip()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join))
def test_whatever_is_written_does_no_harm(text: str) -> None:
    harmless(to_html(text))
    to_text(text).encode()


def test_a_megabyte_is_cut_before_it_is_read() -> None:
    assert len(to_text("word " * 200_000)) <= LONGEST
    assert to_text("word " * 200_000).endswith("…")


def test_an_update_reads_as_it_was_meant() -> None:
    html = to_html("We *know* **why**.\nSee [the plan](https://example.org/a_b) ~~soon~~.")
    assert html == (
        '<p dir="auto">We <em>know</em> <strong>why</strong>.<br>\n'
        'See <a href="https://example.org/a_b" rel="nofollow noopener noreferrer">the plan</a> '
        "<s>soon</s>.</p>\n"
    )


def test_html_is_shown_as_it_was_typed() -> None:
    html = to_html("<b onclick=alert(1)>x</b>\n\n<script>alert(1)</script>")
    assert "&lt;b onclick=alert(1)&gt;x&lt;/b&gt;" in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "/admin", "//example.org", "ftp://x/",
     "&#106;avascript:x", "\x01javascript:x", "#top", "file:///etc/passwd"],
)  # fmt: skip
def test_only_the_web_and_mail_are_linked(address: str) -> None:
    assert "<a " not in to_html(f"[here]({address}) <{address}>")


def test_a_bare_address_is_a_link_without_the_full_stop_after_it() -> None:
    html = to_html("See https://example.org/x?a=b&c=d.")
    assert '<a href="https://example.org/x?a=b&amp;c=d"' in html
    assert html.endswith("</a>.</p>\n")
    assert to_html("[https://example.org/](https://example.org/)").count("<a ") == 1


def test_a_link_has_an_address_and_words() -> None:
    assert to_html("[]() [x]()") == '<p dir="auto"> x</p>\n'
    assert " https://example.org/</a>" in to_html("[ ![](https://e.org/) ](https://example.org/)")


def test_images_become_their_description() -> None:
    html = to_html(
        '![A "graph"](https://example.org/x.png) [![in](https://e.org/)](https://e.org/)'
    )
    assert "<img" not in html
    assert "A &quot;graph&quot;" in html or 'A "graph"' in html
    assert ">in</a>" in html


def test_headings_stand_below_those_of_the_page() -> None:
    tags = re.findall(r"<(h\d)", to_html("# A\n## B\n### C\n###### D\n\nE\n="))
    assert tags == ["h4", "h5", "h6", "h6", "h4"]


def test_invisible_signs_go_also_where_they_were_spelled_out() -> None:
    assert to_text("a\u202eb &#x202e;c &#8238;d\x00e") == "a b c d e"
    assert "\u202e" not in to_html("&#x202e; `\u202e` [a](https://e.org/\u202e)")


def test_as_plain_text_lists_tables_and_addresses_still_make_sense() -> None:
    text = (
        "# What happened\n\nA [link](https://example.org/).\n\n3. one\n   - sub\n4. two\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx   = 1\n```\n![a *graph*](x:y) <me@example.org>"
    )
    assert to_text(text) == (
        "What happened\n\nA link (https://example.org/).\n\n3. one\n  - sub\n4. two\n\n"
        "a  b\n1  2\n\nx   = 1\n\n![a graph](x:y) me@example.org"
    )


def test_nothing_stays_nothing() -> None:
    assert to_html("") == to_text("") == to_html(" \n\u202e\n") == ""
