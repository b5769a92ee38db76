"""A target sees no more runs a minute than it was promised."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.blindspots import Pace

SPANS = st.floats(0, 90).map(lambda span: round(span, 3))


def test_the_first_ones_begin_at_once_and_the_next_a_minute_after_the_first_one_ended() -> None:
    pace = Pace(2)

    assert not pace.begin("a", 0)
    assert not pace.begin("a", 1)
    assert pace.begin("a", 2).total_seconds() == 0.5  # nobody knows how long they take
    pace.end("a", 4)
    assert round(pace.begin("a", 5).total_seconds(), 3) == 59
    assert not pace.begin("a", 64.1)


def test_targets_do_not_wait_for_each_other() -> None:
    pace = Pace(1)

    assert not pace.begin("a", 0)
    assert pace.begin("a", 0)
    assert not pace.begin("b", 0)


@given(st.integers(1, 4), st.lists(st.tuples(SPANS, SPANS), max_size=20))
def test_no_minute_ever_holds_more(per_minute: int, asked: list[tuple[float, float]]) -> None:
    """Whenever in its time a run asks its target; each begins when it may and lasts so long."""
    pace, at = Pace(per_minute), 0.0
    under_way: list[float] = []
    runs: list[tuple[float, float]] = []
    for gap, lasts in asked:
        at += gap
        while True:
            for end in sorted(end for end in under_way if end <= at):
                pace.end("a", end)
                under_way.remove(end)
            wait = pace.begin("a", at).total_seconds()
            if not wait:
                break
            at += wait
        under_way.append(at + lasts)
        runs.append((at, at + lasts))

    for began, _ in runs:
        ended_late = [end for start, end in runs if start < began and end > began - 59.999]
        same_moment = [start for start, _ in runs if start == began]
        assert len(ended_late) + len(same_moment) <= per_minute
