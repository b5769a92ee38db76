"""Parts of a component put together, and the arithmetic of spans."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.uptime import (
    DAY_US,
    FINE_US,
    HOUR_US,
    Part,
    Sum,
    by_day,
    minus,
    steadied,
    together,
    total,
    union,
    window,
    within,
)

H = HOUR_US
TODAY = date(2026, 3, 14)
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)


def day(*parts: Part) -> Sum:
    return together(parts, 0, DAY_US)


def down(start: int, end: int, known: int = DAY_US) -> Part:
    return Part(known, end - start, [(start, end)])


def test_a_window_ends_today() -> None:
    assert window(TODAY, 3) == [date(2026, 3, 12), date(2026, 3, 13), TODAY]


def test_nothing_is_known_of_nothing() -> None:
    assert day() == Sum()


def test_a_component_is_known_only_as_far_as_all_its_parts_are() -> None:
    assert day(Part(DAY_US, 0), Part(3 * H, 0)) == Sum(3 * H, 0)


def test_time_that_was_down_is_known_whatever_the_other_parts_say() -> None:
    assert day(Part(H, 0), Part(DAY_US, 5 * H)) == Sum(5 * H, 5 * H)


def test_nothing_is_longer_than_the_span_that_it_is_in() -> None:
    assert together([Part(DAY_US, DAY_US)], 0, 2 * H) == Sum(2 * H, 2 * H)
    assert together([Part(DAY_US, 0)], 2 * H, 0) == Sum(0, 0)


@pytest.mark.parametrize(
    ("second", "both"),
    [((0, H), H), ((H // 2, 3 * H // 2), 3 * H // 2), ((4 * H, 5 * H), 2 * H)],
    ids=["at once", "partly", "one after the other"],
)
def test_parts_that_are_down_count_once_for_the_time_they_share(
    second: tuple[int, int], both: int
) -> None:
    assert day(down(0, H), down(*second)) == Sum(DAY_US, both)


def test_parts_whose_outages_nobody_can_place_are_down_as_long_as_the_worst() -> None:
    assert day(Part(DAY_US, H), Part(DAY_US, 2 * H)) == Sum(DAY_US, 2 * H)


def test_a_monitor_that_slept_counts_what_it_saw_not_how_long_it_lasted() -> None:
    slept = [Part(12 * H, H, [(0, 10 * H)])] * 2
    assert day(*slept) == Sum(12 * H, H)


def test_announced_work_is_neither_known_nor_down() -> None:
    work = [(2 * H, 4 * H)]
    assert day(Part(DAY_US, 0, (), work)) == Sum(22 * H, 0, 2 * H)
    assert day(Part(DAY_US, 3 * H, [(3 * H, 6 * H)], work)) == Sum(22 * H, 2 * H, 2 * H)


def test_work_on_one_part_is_no_excuse_for_another() -> None:
    worked = Part(DAY_US, 2 * H, [(2 * H, 4 * H)], [(2 * H, 4 * H)])
    assert day(worked, down(3 * H, 5 * H)) == Sum(23 * H, 2 * H, H)


def test_work_all_day_leaves_nothing_known() -> None:
    assert day(Part(DAY_US, DAY_US, [(0, DAY_US)], [(-H, 2 * DAY_US)])) == Sum(0, 0, DAY_US)


def test_what_was_down_in_work_without_an_incident_to_place_it_is_taken_to_be_announced() -> None:
    assert day(Part(DAY_US, H, (), [(0, 2 * H)])) == Sum(22 * H, 0, 2 * H)


@given(first=SPANS, second=SPANS)
@settings(max_examples=150, deadline=None)
def test_spans_are_sets_of_moments(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    def moments(spans: list[tuple[int, int]]) -> set[int]:
        return {moment for start, end in spans for moment in range(start, end)}

    one, two = union(first), union(second)
    assert moments(one) == moments(first)
    assert total(one) == len(moments(first))
    assert moments(minus(one, two)) == moments(first) - moments(second)
    assert moments(within(one, 20, 40)) == moments(first) & set(range(20, 40))


def test_a_span_over_midnight_belongs_to_both_days() -> None:
    assert by_day([(DAY_US - H, DAY_US + 2 * H)], 0) == {0: H, DAY_US: 2 * H}


@pytest.mark.parametrize(
    ("known", "down", "told"),
    [
        (13 * H + 36 * 60_000_000, 0, 13 * H),
        (13 * H + 36 * 60_000_000, 60_000_000, 13 * H),
        (H // 2 + 7, 0, H // 2),
        (FINE_US - 1, 0, FINE_US - 1),
        (360_000_000, 180_000_000, 360_000_000),
        (H + 2, H + 1, H + 1),
    ],
)
def test_a_day_that_is_not_over_is_told_in_steps(known: int, down: int, told: int) -> None:
    assert steadied(known, down) == told
