"""Pages with a password: those who guess, and those who know it."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from starlette.requests import Request

from monitor.config.model import PageSettings
from monitor.server.gate import GUESSES, Gate
from tests.support.clock import HandClock

PAGE = PageSettings(id="acme", password="sesame-4711")


def status(gate: Gate, password: str, source: str = "192.0.2.7") -> int:
    said = base64.b64encode(f"x:{password}".encode())
    request = Request(
        {
            "type": "http",
            "client": (source, 4711),
            "headers": [
                (b"authorization", b"Basic " + said),
                (b"x-forwarded-for", source.encode()),
            ],
        }
    )
    answer = gate(request, PAGE)
    return 200 if answer is None else answer.status_code


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def gate(clock: HandClock) -> Gate:
    return Gate(clock.monotonic)


def test_who_tries_one_password_after_the_other_is_told_to_wait_and_learns_nothing_more(
    gate: Gate, clock: HandClock
) -> None:
    tried = [status(gate, f"guess {number}") for number in range(GUESSES + 20)]
    assert tried == [401] * GUESSES + [429] * 20
    assert status(gate, PAGE.password) == 429, "else guessing would go on"
    assert status(gate, PAGE.password, "192.0.2.8") == 200, "others are not kept out"
    clock.wind(timedelta(minutes=2))
    assert status(gate, PAGE.password) == 200


def test_pages_left_open_with_the_password_of_before_do_not_keep_anybody_out(gate: Gate) -> None:
    assert {status(gate, "the one of before") for _ in range(500)} == {401}
    assert status(gate, PAGE.password) == 200
