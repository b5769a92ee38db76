"""What counts as a good answer, and what is said about the others."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from probes import Reason
from probes.expect import Failing, Hidden, judge, one_line, quote
from probes.expect.pattern import SIZE_LIMIT, TEXT_LIMIT, Pattern
from tests.support.answers import expect, seen, verdict


def refusal(**table: Any) -> str:
    """The sentence with which a configuration is refused."""
    with pytest.raises(ValidationError) as refused:
        expect(**table)
    said: str = refused.value.errors()[0]["msg"]
    return said.removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("wanted", "status", "good"),
    [
        (200, 200, True),
        (200, 201, False),
        ("2xx", 204, True),
        ("2xx", 302, False),
        ([200, 404], 404, True),
        (["2xx", 304], 304, True),
        (["2xx", 304], 303, False),
    ],
)
def test_a_status_is_a_number_a_class_or_one_of_several(
    wanted: Any, status: int, good: bool
) -> None:
    assert (not verdict(seen(status=status), status=wanted)) is good


def test_without_a_word_the_status_has_to_be_good() -> None:
    assert verdict(seen(status=503)) == [(Reason.STATUS, "status 503, expected 2xx")]
    assert verdict(seen(status=204)) == []


@pytest.mark.parametrize("wanted", [0, 99, 600, "2XX", "ok", True, [], [200, "many"], 2.5])
def test_what_is_no_status_is_refused(wanted: Any) -> None:
    assert "write" in refusal(status=wanted) or "a status is" in refusal(status=wanted)


@pytest.mark.parametrize(
    ("table", "reason", "said"),
    [
        ({"contains": "Welcome"}, Reason.TEXT_MISSING, '"Welcome" missing; the answer begins "Hi"'),
        (
            {"contains_all": ["Hi", "Basket", "Pay"]},
            Reason.TEXT_MISSING,
            '"Basket" and "Pay" missing; the answer begins "Hi"',
        ),
        ({"lacks": ["Hi", "Bye"]}, Reason.TEXT_PRESENT, '"Hi" found, expected not to be'),
        (
            {"pattern": "^H[^i]"},
            Reason.PATTERN,
            'nothing matches "^H[^i]"; the answer begins "Hi"',
        ),
        ({"json": {"$": {}}}, Reason.NOT_JSON, 'not JSON; the answer begins "Hi"'),
        ({"header": {"X-Cache": "HIT"}}, Reason.HEADER, 'no header X-Cache, expected "HIT"'),
        (
            {"header": {"server": {"contains": "nginx"}}},
            Reason.HEADER,
            'header server is "gunicorn", expected something that contains "nginx"',
        ),
        (
            {"header": {"Server": {"pattern": "^ng"}}},
            Reason.HEADER,
            'header Server is "gunicorn", expected a match of "^ng"',
        ),
        (
            {"certificate_valid_for": "14d"},
            Reason.CERTIFICATE_EXPIRES_SOON,
            "the certificate is valid for 9 days more, expected 14d",
        ),
        ({"within": "800ms"}, Reason.TOO_SLOW, "took 1.2 s, expected 800ms"),
    ],
)
def test_what_is_wrong_is_said_with_what_was_expected(
    table: dict[str, Any], reason: Reason, said: str
) -> None:
    answer = seen("Hi", took=timedelta(seconds=1.2), left=timedelta(days=9.5), server="gunicorn")
    assert verdict(answer, **table) == [(reason, said)]


def test_all_that_is_wrong_is_named_the_most_important_first_and_the_answer_quoted_once() -> None:
    table: dict[str, Any] = {
        "within": "1s",
        "json": {"$.a": {}},
        "contains": "a",
        "lacks": "o",
        "status": 201,
    }
    answer = seen("oops", status=500, took=timedelta(seconds=2))
    found = judge(expect(**table), answer)

    assert [failing.reason for failing in found] == [
        Reason.STATUS,
        Reason.TEXT_MISSING,
        Reason.TEXT_PRESENT,
        Reason.NOT_JSON,
        Reason.TOO_SLOW,
    ]
    assert [failing.slow for failing in found] == [False, False, False, False, True]
    assert sum("oops" in failing.said for failing in found) == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"json": {"items": {}}}, "is not a JSONPath"),
        ({"json": {"$[": {}}}, "is not a JSONPath"),
        ({"json": {"$.items": {"count_min": 1}}}, 'write "$.items[*]"'),
        ({"json": {"$.a[*]": {"count_max": 0}}}, "write exists = false"),
        ({"json": {"$.a[*]": {"exists": False, "equals": 1}}}, "stands alone"),
        ({"json": {"$.a[*]": {"count_min": 3, "count_max": 2}}}, "exchange them"),
        ({"json": {"$.a": {"matches": "("}}}, "is not a pattern"),
        ({"pattern": "(?=ahead)"}, "look-around"),
        ({"pattern": "(?:a{1,100}){1,50}"}, "too large"),
        ({"contains": ""}, "an empty text is found in everything"),
        ({"header": {"Server": {}}}, "write the text of the header"),
        ({"json_schema": "nowhere.json"}, "give the path of a JSON file"),
        ({"json_schema": {"type": "text"}}, "not a JSON Schema"),
        ({"json_schema": {"$ref": "https://example.org/s.json"}}, "nothing is fetched"),
        ({"json_schema": {"$ref": "#/$defs/gone"}}, "leads nowhere"),
        ({"json_schema": {"pattern": "(a)\\1"}}, "back-references"),
        ({"within": 30}, "write it with a unit"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(table: dict[str, Any], said: str) -> None:
    assert said in refusal(**table)


@pytest.mark.parametrize(
    ("body", "content_type", "found"),
    [
        ("Grüße".encode(), "text/html", True),
        ("Grüße".encode("latin-1"), "text/html; charset=ISO-8859-1", True),
        ("Grüße".encode("utf-16"), 'text/html; charset="utf-16"', True),
        ("Grüße".encode("latin-1"), "text/html", False),
        ("Grüße".encode(), "text/html; charset=zip", True),
        ("Grüße".encode(), "text/html; charset=utf-99", True),
    ],
)
def test_text_is_read_as_its_header_says(body: bytes, content_type: str, found: bool) -> None:
    answer = seen(body, content_type=content_type)
    assert (not verdict(answer, contains="Grüße")) is found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(a+)+$", "a" * (TEXT_LIMIT - 1) + "b"),
        (r"\s*x", " " * TEXT_LIMIT),
        (r".*.*.*=x", "a" * TEXT_LIMIT),
        (rf"(?:a{{1,{SIZE_LIMIT // 2 - 1}}}){{2}}b", "a" * TEXT_LIMIT),
        (r"(?:\w|\d|[a-z]|é){60}\W", "a" * TEXT_LIMIT),
    ],
)
def test_no_pattern_stalls_on_any_text(pattern: str, text: str) -> None:
    began = time.process_time()
    assert not Pattern(pattern).found_in(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "pattern",
    ["[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{12}", r"\d{4}-\d\d", "(?i)welcome", r"\p{Lu}\w+ [^]]{3,}"],
)
def test_a_pattern_that_people_write_is_not_too_large(pattern: str) -> None:
    assert Pattern(pattern).text == pattern


def test_an_answer_that_repeats_a_secret_is_quoted_without_it() -> None:
    hidden = Hidden(["s3cret-token"])
    answer = seen(f"{'x' * 74} s3cret-token", x_echo="Bearer s3cret-token")
    wanted = expect(contains="hello", header={"X-Echo": "no"})
    told = hidden.failings(wanted, answer, judge(wanted, answer))

    assert "s3c" not in " ".join(failing.said for failing in told)
    assert told[0] == Failing(Reason.HEADER, 'header X-Echo is "Bearer ***", expected "no"')


def test_an_answer_that_reads_otherwise_without_its_secret_is_not_quoted() -> None:
    answer = seen({"token": "12345678"})
    wanted = expect(json={"$.token": {"matches": "^x"}}, lacks="***")
    told = Hidden(["12345678"]).failings(wanted, answer, judge(wanted, answer))
    assert [failing.said for failing in told] == [
        "json value; the answer repeats a secret and is not quoted"
    ]


@given(st.text())
def test_whatever_a_target_says_is_quoted_in_one_short_printable_line(text: str) -> None:
    for line in (quote(text), one_line(text)):
        assert "\n" not in line
        assert not any(ord(char) < 32 or char in "\u202e\u2028\x7f\x9b" for char in line)
    assert len(quote(text)) <= 83
