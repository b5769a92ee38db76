"""Posting: in order, inside one deadline, and every answer means something."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.channels import Delivered, Delivery, Outside, Refused, Retry
from monitor.channels.posting import (
    ANSWER_MAX,
    ASKED_MAX,
    Headers,
    as_json,
    header_time,
    json_bytes,
    judge,
    post,
    read_json,
)
from tests.support.receivers import Act, Answer, Trouble, receiving

NOW = datetime(2026, 3, 3, 2, 15, tzinfo=UTC)
PATIENT = timedelta(seconds=5)


async def test_one_follows_the_other_only_when_it_was_confirmed(outside: Outside) -> None:
    with receiving(200, 503) as receiver:
        posts = [as_json(f"{receiver.url}/{n}", n) for n in (1, 2, 3)]
        assert await post(outside, PATIENT, *posts) == Retry("answered 503")
    assert [request.path for request in receiver.requests] == ["/1", "/2"]


async def test_the_deadline_is_one_for_all_of_them(outside: Outside) -> None:
    with receiving(Trouble.HANG_AFTER_200, Trouble.HANG) as receiver:
        began = time.monotonic()
        posts = [as_json(receiver.url, n) for n in (1, 2)]
        delivery = await post(outside, timedelta(milliseconds=300), *posts)
        assert time.monotonic() - began < 5
    assert delivery == Retry("no answer in time")


@pytest.mark.parametrize("act", [200, Trouble.THEN_CLOSE, Trouble.HANG_AFTER_200])
async def test_a_second_thought_hears_what_came_and_never_turns_a_confirmation_by_silence(
    outside: Outside, act: Act
) -> None:
    heard = []

    def reads(_: Headers, body: bytes) -> Delivery | None:
        heard.append(body)
        return None

    with receiving(act) as receiver:
        one = as_json(receiver.url, {})
        assert await post(outside, timedelta(seconds=1.5), one, reads=reads) == Delivered()
    assert heard in ([b""], [])


async def test_a_second_thought_reads_no_more_than_the_bound(outside: Outside) -> None:
    def reads(headers: Headers, body: bytes) -> Delivery | None:
        return Refused(f"{headers['x-mood']} {len(body)}")

    act = Answer(200, {"X-Mood": "grim"}, b"x" * 3_000_000)
    with receiving(act) as receiver:
        delivery = await post(outside, PATIENT, as_json(receiver.url, {}), reads=reads)
    assert delivery == Refused(f"grim {ANSWER_MAX}")


@given(st.text() | st.text(st.characters(categories=["Cs", "Cc", "Ll"])))
def test_any_text_becomes_valid_json_and_the_same_every_time(words: str) -> None:
    content = json_bytes({"words": words})
    assert content.decode("utf-8")
    assert content == json_bytes({"words": words})


def test_what_is_posted_prints_without_what_it_may_keep_secret() -> None:
    assert "4711" not in repr(as_json("https://example.org/4711", "4711", {"Key": "4711"}))


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("Tue, 03 Mar 2026 02:16:00 GMT", 60),
        ("Tue, 03 Mar 2026 02:14:00 GMT", 0),
        ("Tue, 03 Mar 2026 02:16:00 -0000", 60),
        ("Tue, 03 Mar 2099 02:16:00 GMT", 3600),
    ],
)
def test_a_receiver_may_ask_for_time(asked: str, seconds: int) -> None:
    verdict = judge(503, httpx.Headers({"Retry-After": asked}), NOW)
    assert verdict == Retry("answered 503", timedelta(seconds=seconds))


@pytest.mark.parametrize("words", ["", "yesterday", "Tue, 99 Mar 2026 02:15:00 GMT"])
def test_what_names_no_time_is_none(words: str) -> None:
    assert header_time(words) is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 60_000])
def test_what_is_not_json_says_nothing(body: bytes) -> None:
    assert read_json(body) is None


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,40}"))
def test_no_demand_for_time_breaks_anything_or_holds_us_for_ever(asked: str) -> None:
    verdict = judge(503, {"retry-after": asked}, NOW)
    assert isinstance(verdict, Retry)
    assert verdict.after is None or timedelta() <= verdict.after <= ASKED_MAX


@given(st.integers(100, 999))
def test_every_status_means_something(status: int) -> None:
    assert isinstance(judge(status, {}, NOW), Delivered | Retry | Refused)
