"""A target sees no more runs a minute than it was promised."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.blindspots import Pace


def begun(pace: Pace, target: str, *asked_at: float) -> list[float]:
    """When each run begins that was asked for at those seconds."""
    return [at + pace.begin(target, at).total_seconds() for at in asked_at]


def test_the_first_ones_begin_at_once_and_the_next_when_a_minute_is_over() -> None:
    assert begun(Pace(3), "a", 0, 1, 2, 3, 3) == [0, 1, 2, 60, 61]


def test_targets_do_not_wait_for_each_other() -> None:
    pace = Pace(1)

    assert begun(pace, "a", 0, 0) == [0, 60]
    assert begun(pace, "b", 5) == [5]


@given(
    st.integers(1, 5),
    st.lists(st.floats(0, 100).map(lambda gap: round(gap, 3)), max_size=30),
)
def test_no_minute_ever_holds_more(per_minute: int, gaps: list[float]) -> None:
    pace, at, found = Pace(per_minute), 0.0, []
    for gap in gaps:
        at += gap
        found += begun(pace, "a", at)

    for earlier, later in zip(found, found[per_minute:], strict=False):
        assert later - earlier >= 60 - 1e-3
