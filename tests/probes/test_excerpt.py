"""The first lines of an answer."""

from __future__ import annotations

import pytest

from probes import Outcome
from probes.excerpt import LENGTH, LINES, excerpt
from tests.support.computing import computed
from tests.support.targets import answering, ok
from tests.support.tools import ask

BAD_GATEWAY = """<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title><style>h1 { color: red }</style>
<script>document.title = "never seen"</script></head>
<body><!-- a note --><center><h1>502 Bad&nbsp;Gateway</h1></center><hr>
<p>Ask the <b>people on duty</b>
  &amp; wait</p></body></html>"""


def test_of_a_page_the_words_are_shown() -> None:
    assert excerpt(BAD_GATEWAY).splitlines() == [
        "502 Bad Gateway",
        "502 Bad Gateway",
        "Ask the people on duty & wait",
    ]


def test_of_a_text_the_first_lines_are_shown_without_empty_ones() -> None:
    text = "\n\nTraceback:\r\n\n  one\n\ttwo\nthree\x1b[31m\u202e\nfour\nfive"
    assert excerpt(text) == "Traceback:\none\ntwo\nthree [31m\nfour"


def test_a_document_that_holds_markup_is_no_page() -> None:
    assert excerpt('{"error": "<html>"}') == '{"error": "<html>"}'


@pytest.mark.parametrize("text", ["", " \n", "\x89PNG\0\0", "\ufffd\x01\x02" * 10, "<html></html>"])
def test_what_says_nothing_is_left_out(text: str) -> None:
    assert excerpt(text) == ""


@pytest.mark.parametrize("text", ["x" * 10_000, "word\n" * 1000, ("y" * 200 + "\n") * 9, "é" * 700])
def test_it_is_bounded(text: str) -> None:
    shown = excerpt(text)
    assert len(shown) <= LENGTH
    assert len(shown.splitlines()) <= LINES


@pytest.mark.parametrize(
    "page",
    ["<a ", "<!--", "<script>", "<a b='", "</", "<![CDATA[", "&#", "<!-- --><style></style>"],
)
def test_a_page_made_to_keep_a_parser_busy_does_not(page: str) -> None:
    with computed() as spent:
        excerpt("<html>" + page * 10_000)
    assert spent.seconds < 0.5


async def test_a_failed_run_carries_what_was_answered_without_its_secrets() -> None:
    page = b"<html><body><h1>Forbidden</h1><p>t0k3n-of-ours</p><p>t0k3n<b>-of-</b>ours</p>"
    answer = ok(page, "Content-Type: text/html", status="403 Forbidden")
    with answering(answer) as there:
        result = await ask(there.url, auth={"bearer": "t0k3n-of-ours"})
    assert result.excerpt == "Forbidden\n***\n***"


async def test_a_run_that_did_not_fail_carries_nothing() -> None:
    with answering(ok(b"hello")) as there:
        assert (await ask(there.url)).excerpt == ""
        slow = await ask(there.url, expect={"within": "1ms"}, timeout="5s")
    assert slow.outcome in (Outcome.SLOW, Outcome.PASS)
    assert slow.excerpt == ""
