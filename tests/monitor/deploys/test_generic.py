"""What a line in a pipeline sends, and bodies that nobody should have to guess about."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.deploys.reading import SOURCES, NotUnderstood, Post, Reading, Told
from monitor.deploys.reading.bodies import parsed
from tests.monitor.deploys.recorded import content
from tests.support.clock import NIGHT


def generic(given: Any, **headers: str) -> Reading:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return SOURCES["generic"].read(Post(body=given, headers=names))


def test_a_line_in_a_pipeline_sends_our_own_words() -> None:
    given = {
        "service": "api",
        "version": "1.4.2",
        "by": "ci",
        "id": 7,
        "at": "2026-03-14T02:00:00Z",
    }
    told = Told(service="api", version="1.4.2", by="ci", key="7", at=NIGHT)
    assert generic(given, idempotency_key="other").deploys == (told,)
    [keyed] = generic({"service": "api", "version": "1"}, idempotency_key="run-12").deploys
    assert (keyed.key, keyed.at) == ("run-12", None)
    [stamped] = generic({"version": "1", "at": NIGHT.timestamp()}).deploys
    assert stamped.at == NIGHT


def test_several_services_may_go_out_at_once_and_share_no_key() -> None:
    given = [{"service": name, "version": "7"} for name in ("api", "web")]
    found = generic(given, idempotency_key="same").deploys
    assert [(each.service, each.key) for each in found] == [("api", ""), ("web", "")]
    with pytest.raises(NotUnderstood, match="20 at a time"):
        generic(given * 11)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"service": "api"}, "version: is missing"),
        ({"service": "api", "version": ""}, "version: says nothing"),
        ({"service": "api", "version": 2}, "version: has to be text"),
        (
            {"service": "api", "version": "1", "enviroment": "x"},
            "enviroment: unknown key; did you mean 'environment'?",
        ),
        ({"service": "api", "version": "1", "at": "yesterday"}, "at: it is no time"),
        ({"service": "api", "version": "1", "at": 1e300}, "at: it is no time"),
    ],
)
def test_a_slip_in_it_is_answered_with_what_is_wrong(given: Any, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        generic(given)


def test_a_body_in_a_form_is_read_too() -> None:
    assert parsed(b"payload=%7B%22a%22%3A+1%7D") == {"a": 1}
    assert parsed(content("github-ping"))["hook_id"] == 30


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"a": 1, "a": 2}', "same key twice"),
        (b'{"a": NaN}', "a number that is none"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 40_000 + b"1" + b"}" * 40_000, "nested too deeply"),
        (b"1" * 100_000, "too large"),
        (b"a=1&" * 100, "no JSON"),
        (b"payload=", "no JSON"),
    ],
)
def test_a_body_that_leaves_something_to_guess_is_refused_in_one_line(
    sent: bytes, why: str
) -> None:
    with pytest.raises(NotUnderstood, match=why) as bad:
        parsed(sent)
    assert "\n" not in str(bad.value)


def test_a_form_of_many_fields_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="too large"):
        parsed(b"payload=1&" * 100)
