"""Weeks of being on time do not hide that runs are late now."""

from __future__ import annotations

from datetime import timedelta

from monitor.clock import to_us
from monitor.daemon.lately import Lately
from monitor.punctuality import Punctuality
from tests.support.clock import HandClock

TICK = timedelta(seconds=10)


def test_a_daemon_that_just_began_has_nothing_to_say_yet() -> None:
    clock = HandClock()
    found = Lately(Punctuality(), clock).figures()
    assert found["since_us"] == to_us(clock.now())
    assert found["lately"]["runs"] == 0
    assert found["lately"]["within_us"] is None


def test_the_last_ten_minutes_are_told_apart_from_all_the_time_before() -> None:
    clock, counts = HandClock(), Punctuality()
    lately = Lately(counts, clock)
    for _ in range(1000):  # good times
        for _ in range(10):
            counts.began(0.0007)
        clock.wind(TICK)
        lately.figures()
    for _ in range(6):  # a minute of trouble
        counts.began(1.7)
        counts.missed += 1
        clock.wind(TICK)
        trouble = lately.figures()
    assert trouble["lately"]["runs"] == 54 * 10 + 6
    assert trouble["lately"]["within_us"] == 2_500_000
    assert (trouble["lately"]["late"], trouble["lately"]["missed"]) == (6, 6)
    assert trouble["lately"]["span_us"] == 600_000_000
    for _ in range(60):
        counts.began(0.0007)
        clock.wind(TICK)
        over = lately.figures()
    assert over["lately"] == {
        "span_us": 600_000_000,
        "runs": 60,
        "within_us": 1000,
        "late": 0,
        "missed": 0,
        "crowded": 0,
    }
    assert (over["late"], over["missed"]) == (6, 6)


def test_what_is_later_than_can_be_told_has_no_bound() -> None:
    clock, counts = HandClock(), Punctuality()
    lately = Lately(counts, clock)
    counts.began(60)
    assert lately.figures()["lately"]["within_us"] is None
