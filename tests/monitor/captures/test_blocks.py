"""A new release breaks in another place than the old one, in the same log, many times over."""

from __future__ import annotations

import tracemalloc
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.captures.blocks import Blocks, Line


def told(lines: list[str], most: int = 200, gaps: frozenset[int] = frozenset()) -> list[str]:
    blocks = Blocks(most)
    for place, line in enumerate(lines):
        blocks.add(Line(line), after_gap=place in gaps)
    return blocks.told(str)[0].splitlines()


def fault(version: str, says: str, second: int = 0) -> list[str]:
    return [
        f"02:14:{second:02} ERROR request_id=7f{second} could not be shortened",
        "Traceback (most recent call last):",
        f'  File "/srv/release-{version}.py", line 11, in shorten',
        "    body = json.loads(request.stream)",
        says,
    ]


def carried(lines: list[str]) -> list[str]:
    return [f"2026-03-14T02:14:05+0000 web api[812]: {line}" for line in lines]


@pytest.mark.parametrize("carrier", [list, carried])
def test_a_block_is_counted_as_one_and_says_so_on_its_first_line(carrier: type[list[str]]) -> None:
    lines = [line for second in range(3) for line in fault("1.4.2", "TypeError: no", second)]
    first, *rest = carrier(lines[:5])
    assert told(carrier(lines)) == [f"{first} (× 3)", *rest]


@pytest.mark.parametrize("carrier", [list, carried])
def test_the_fault_of_another_release_is_told_whole(carrier: type[list[str]]) -> None:
    old, new = (carrier(fault(version, "TypeError: no")) for version in ("1.4.2", "1.4.3"))
    assert told([*old, *old, *new, *old, *new]) == [
        f"{old[0]} (× 3)", *old[1:], f"{new[0]} (× 2)", *new[1:],
    ]  # fmt: skip


def test_what_differs_from_time_to_time_is_told_once_each() -> None:
    keys = ("'url'", "'uri'", "'url'")
    lines = [line for key in keys for line in fault("1.4.2", f"KeyError: {key}")]
    first, *rest = fault("1.4.2", "KeyError: 'url'")
    assert told(lines) == [f"{first} (× 3)", *rest, "KeyError: 'uri'"]


def test_what_always_came_together_is_counted_once() -> None:
    assert told(["POST /a", "then b", "then c"] * 4) == ["POST /a (× 4)", "then b", "then c"]


def test_what_is_trouble_says_itself_how_often_it_came() -> None:
    assert told(["POST /a", "ERROR b", "then c"] * 4) == [
        "POST /a (× 4)", "ERROR b (× 4)", "then c",
    ]  # fmt: skip


def test_what_came_as_often_but_apart_is_counted_for_itself() -> None:
    assert told(["a", "b", "b", "a"]) == ["a (× 2)", "b (× 2)"]
    assert told(["a", "b", "a", "b"], gaps=frozenset((1, 2, 3))) == ["a (× 2)", "…", "b (× 2)"]


def test_what_comes_again_far_away_stands_where_it_came_first() -> None:
    assert told(["a", "b", "c", "a", "d", "b"]) == ["a (× 2)", "b (× 2)", "c", "d"]


def test_a_chain_of_tracebacks_is_one_block() -> None:
    chain = [
        *fault("1.4.2", "KeyError: 'url'"),
        "During handling of the above exception, another exception occurred:",
        *fault("1.4.2", "ValueError: no address")[1:],
    ]
    assert told(chain * 2) == [f"{chain[0]} (× 2)", *chain[1:]]


def test_a_count_is_never_lost_with_the_line_that_it_stood_on() -> None:
    lines = [*("x1", "x2", "x3"), *("a", "b") * 5, "c"]
    assert told(lines, most=4) == ["x1", "x2", "… 6 more …", "b (× 5)", "c"]


def test_an_endless_storm_of_new_blocks_needs_no_room() -> None:
    tracemalloc.start()
    try:
        blocks = Blocks(40)
        for number in range(4000):
            for line in fault(f"1.4.{number}", f"KeyError: {number}"):
                blocks.add(Line(line), after_gap=False)
        text, lines, dropped = blocks.told(str)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (lines, lines + dropped) == (40, 20_000)
    assert text.splitlines()[-5:] == fault("1.4.3999", "KeyError: 3999")
    assert peak < 2_000_000


SAID = st.lists(
    st.sampled_from(
        (*fault("1.4.2", "KeyError: a"), *fault("1.4.3", "KeyError: b"), "INFO a", "\tat b", "c")
    ),
    max_size=60,
)


@given(SAID, st.sets(st.integers(0, 60)), st.integers(1, 100))
def test_nothing_is_invented_and_every_line_is_told_or_dropped(
    lines: list[str], gaps: set[int], most: int
) -> None:
    said = [line.partition(" (× ")[0] for line in told(lines, most, frozenset(gaps))]
    kept = [line for line in said if not line.startswith("…")]
    assert set(kept) <= set(lines)
    assert len(kept) <= most
    if most == 100:
        assert set(kept) == set(lines)


@given(SAID)
def test_what_is_told_stands_in_the_order_in_which_it_came_first(lines: list[str]) -> None:
    numbers = count()
    unlike = [f"{line} unlike{next(numbers)}" for line in lines]
    assert told(unlike) == unlike
