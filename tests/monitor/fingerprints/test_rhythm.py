"""What changes again and again is usual, and only as far as it went before."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from monitor.fingerprints.rhythm import Moved, Story, habit
from tests.support.clock import NIGHT

WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)
PATCHES = "1.4.1 | 1.4.2 | 1.4.3 | 1.4.4"
AGES = "5.6.40 | 6.0.0 | 7.0.0 | 8.0.0"
ADDRESSES = "93.184.215.14 | 93.184.216.34 | 96.7.128.175 | 96.7.128.198"


def after(
    values: str,
    became: str,
    trait: str = "version",
    every: timedelta = WEEK,
    *,
    times: int = 3,
    deploys: bool = False,
) -> timedelta | None:
    """The last of *values*, another one each time, becomes this as long after it."""
    seen = values.split(" | ")
    moves = [Moved(was, now, NIGHT + n * every) for n, (was, now) in enumerate(pairwise(seen))]
    story = Story(trait=trait, before=tuple(moves), deploys=deploys)
    return habit(story, Moved(seen[-1], became, NIGHT + len(moves) * every), times)


@pytest.mark.parametrize(
    ("trait", "values", "became"),
    [
        ("version", PATCHES, "1.4.5"),
        ("version", PATCHES, "1.4.17"),
        ("version", "1.3.9 | 1.4.0 | 1.4.1 | 1.4.2", "1.5.0"),
        ("version", AGES, "9.0.0"),
        ("version", "5_6_37 | 6_0_0 | 7_0_0 | 8_0_0", "9_0_0"),
        ("version", "101 | 102 | 103 | 104", "117"),
        ("version", "1.4 | 1.3 | 1.2 | 1.1", "1.0"),
        ("version", "a1b2c3d | 00a9f31 | 1f2e3d4 | 99aa00b", "1234567"),
        ("version", "2026.10.3 | 2026.10.4 | 2026.11.1 | 2026.11.2", "2026.11.3"),
        ("version", "20261101 | 20261108 | 20261115 | 20261122", "20261129"),
        ("version", "1.4.1+90 | 1.4.2+91 | 1.4.3+92 | 1.4.4+93", "1.4.5+94"),
        (
            "version",
            "1.4-9-gaaaaaa1 | 1.5-1-gaaaaaa2 | 1.5-8-g1111111 | 1.6-2-gaaaaaa3",
            "1.7-0-gf0a1234",
        ),
        ("version", "Amber | Birch | Cedar | Dune", "Ember"),
        ("runtime", "Quill/8.0.2 | Quill/8.0.3 | Quill/8.0.4 | Quill/8.1.0", "Quill/8.1.1"),
        ("server", "Inkwell/2.1 | Inkwell/2.2 | Inkwell/2.3 | Inkwell/2.4", "Inkwell/2.5"),
        ("address", ADDRESSES, "23.215.0.136"),
        ("json_keys", "a | a, b | a, b, c | a, b, c, d", "a, b, c, d, e"),
    ],
    ids=str,
)
def test_what_goes_on_as_it_did_is_usual(trait: str, values: str, became: str) -> None:
    assert after(values, became, trait) == WEEK


@pytest.mark.parametrize(
    ("trait", "values", "became"),
    [
        ("version", "1.4.2 | 1.4.3 | 1.4.4", "1.4.5"),
        ("version", PATCHES, "1.5.0"),
        ("version", PATCHES, "2.0.0"),
        ("version", PATCHES, "1.4.3"),
        ("version", PATCHES, "1.4.5-rc1"),
        ("version", PATCHES, "a1b2c3d"),
        ("version", "5_6_37 | 6_0_0 | 7_0_0 | 8_0_0", "99_0_0"),
        ("version", "2024-01-03 | 2025-01-03 | 2026-01-03 | 2027-01-03", "9999-0-0"),
        ("version", "101 | 102 | 103 | 104", "208"),
        ("version", "101 | 102 | 103 | 104", "20240101"),
        ("version", PATCHES, ""),
        ("version", "a1b2c3d | 00a9f31 | 1f2e3d4 | 99aa00b", "00a9f31"),
        ("version", "5.6.37 | 5.6.38 | 5.6.39 | 5.6.40", "8.0.2"),
        ("version", "5.6.37+1 | 5.6.38+2 | 5.6.39+3 | 5.6.40+4", "8.0.2+5"),
        ("version", "5.6.37-a | 5.6.38-b | 5.6.39-c | 5.6.40-d", "8.0.2-e"),
        ("version", "3.0.0 | 4.0.0 | 5.0.0 | 5.6.40", "8.0.2"),
        ("version", "Amber 1.1 | Amber 1.2 | Amber 1.3 | Amber 1.4", "Birch 1.5"),
        ("runtime", "Quill/5.6.37 | Quill/5.6.38 | Quill/5.6.39 | Quill/5.6.40", "Quill/8.0.2"),
        ("runtime", "Quill/5.0 | Quill/6.0 | Quill/7.0 | Quill/8.0", "Quill/9.0"),
        ("runtime", "Q/1.1, P/5.6 | Q/1.2, P/5.6 | Q/1.3, P/5.6 | Q/1.4, P/5.6", "Q/1.5, P/8.0"),
        ("server", "Inkwell/2.1 | Inkwell/2.2 | Inkwell/2.3 | Inkwell/2.4", "Blotter/2.5"),
        ("server", "Inkwell | Blotter | Inkwell | Blotter", "Sponge"),
        ("address", ADDRESSES, "127.0.0.1"),
        ("address", ADDRESSES, "10.1.2.3"),
        ("address", ADDRESSES, "2600:1406::1"),
        ("json_keys", "a | a, b | a, b, c | a, b, c, d", "a, b, d, e"),
        ("json_keys", "a | a, b | a, b, c | a, b, c, d", ""),
        ("tls_issuer", "R3 | R10 | R11 | R12", "R13"),
        ("environment", "one | two | three | four", "five"),
        ("title", "Home 1 | Home 2 | Home 3 | Home 4", "Home 5"),
    ],
    ids=str,
)
def test_what_went_never_so_far_is_news(trait: str, values: str, became: str) -> None:
    assert after(values, became, trait) is None


def test_an_evening_of_trying_is_no_habit_and_neither_is_a_change_a_month() -> None:
    assert after(PATCHES, "1.4.5", every=HOUR) is None
    assert after(PATCHES, "1.4.5", every=DAY) == DAY
    assert after(PATCHES, "1.4.5", every=18 * DAY) == 18 * DAY
    assert after(PATCHES, "1.4.5", every=20 * DAY) is None


def test_one_recorded_deploy_says_that_a_change_without_is_news() -> None:
    assert after(PATCHES, "1.4.5", deploys=True) is None


def test_how_often_it_takes_can_be_said() -> None:
    assert after("1.4.2 | 1.4.3 | 1.4.4", "1.4.5", times=2) == WEEK
    assert after(PATCHES, "1.4.5", times=4) is None
    assert after(PATCHES, "1.4.5", times=0) is None
