"""What an error says, and what it must not."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from playwright.async_api import Error, TimeoutError  # noqa: A004 - Playwright's own

from probes.browser.worker.judging import judge
from probes.result import Outcome, Reason
from probes.scrub import STARS, Scrubber

WORD = "päss word&'\"\\"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Page.goto: net::ERR_CONNECTION_REFUSED at http://x/", Reason.CONNECT_REFUSED),
        ("net::ERR_NAME_NOT_RESOLVED", Reason.NAME_NOT_FOUND),
        ("net::ERR_CERT_DATE_INVALID", Reason.TLS_EXPIRED),
        ("net::ERR_CERT_REVOKED", Reason.TLS_FAILED),
        ("net::ERR_SSL_PROTOCOL_ERROR", Reason.TLS_FAILED),
        ("net::ERR_EMPTY_RESPONSE", Reason.CLOSED_EARLY),
        ("net::ERR_BLOCKED_BY_CLIENT", Reason.PAGE_NOT_LOADED),
        ("Locator.click: Target crashed", Reason.PAGE_CRASHED),
    ],
)
def test_what_the_browser_reports_is_the_targets_failure(text: str, reason: Reason) -> None:
    finding = judge(Error(text))
    assert (finding.outcome, finding.reason) == (Outcome.FAIL, reason)
    assert "net::" not in finding.summary


def test_an_address_that_did_not_load_is_told_in_words() -> None:
    finding = judge(Error("Page.goto: net::ERR_CONNECTION_REFUSED at http://x/\nCall log:\n - x"))
    assert finding.summary == "http://x/ did not load: connection refused"
    assert judge(Error("net::ERR_FAILED")).summary == "the page did not load: failed"


def test_a_timeout_is_one_even_where_it_mentions_the_network() -> None:
    finding = judge(TimeoutError("Page.goto: Timeout 9ms exceeded.\nCall log:\n  - navigating"))
    assert (finding.outcome, finding.reason) == (Outcome.FAIL, Reason.STEP_TIMEOUT)
    assert finding.summary == "Page.goto: Timeout 9ms exceeded."


def test_of_several_errors_at_once_the_first_is_judged() -> None:
    group = ExceptionGroup("two", [AssertionError("no receipt"), NameError("x")])
    assert judge(group).summary == "no receipt"


@pytest.mark.parametrize(
    "form",
    [
        WORD,
        quote(WORD),
        quote(WORD, safe=""),
        quote_plus(WORD),
        json.dumps(WORD),
        repr(WORD),
        "päss word&amp;&#x27;&quot;\\",
        base64.b64encode(WORD.encode()).decode(),
    ],
)
def test_a_secret_is_found_however_it_is_written(form: str) -> None:
    scrub = Scrubber(["", WORD])
    told = scrub(f"before {form} after")
    assert STARS in told
    assert "word" not in told
    assert scrub.shows(form)
    assert not scrub.shows("before after")


def test_a_secret_that_holds_another_one_is_replaced_whole() -> None:
    assert Scrubber(["abc", "abcdef"])("say abcdef") == "say ***"


def test_a_line_is_short_printable_and_single() -> None:
    line = Scrubber([]).line("\x1b[2mgrey\x1b[22m\nnext\u202eeman " + "x" * 999)
    assert line.startswith("grey next eman xxx")
    assert line.isprintable()
    assert len(line) == 300
