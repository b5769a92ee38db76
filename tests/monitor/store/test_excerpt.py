"""At three in the morning eight lines are read, so they are those that say what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.captured import FIRST_LINES, first_of
from monitor.store.excerpt import excerpt


def fault(version: str, says: str = "TypeError: the JSON object must be str") -> list[str]:
    return [
        f"02:14:05 ERROR {version} could not be shortened (× 3)",
        "Traceback (most recent call last):",
        *(f'  File "/srv/release-{version}.py", line {n}, in shorten' for n in range(8)),
        "    raise TypeError(said)",
        says,
    ]


INFO = [f"02:14:05 INFO GET /{letter}" for letter in "abcdefghijklmnop"]


@pytest.mark.parametrize("says", ["TypeError: the JSON object must be str", "shop.Empty: basket"])
def test_the_beginning_and_the_end_of_a_traceback_are_quoted(says: str) -> None:
    lines = [*INFO, *fault("1.4.2", says), *INFO[:3]]
    block = fault("1.4.2", says)
    assert excerpt(lines, 8) == [*block[:2], "…", *block[-5:]]


def test_the_newest_of_several_blocks_is_quoted() -> None:
    lines = [*fault("1.4.2"), "…", *INFO[:2], *fault("1.4.3"), *INFO[:2]]
    quoted = excerpt(lines, 8)
    assert quoted[0] == fault("1.4.3")[0]
    assert quoted[-1].startswith("TypeError")
    assert not any("1.4.2" in line for line in quoted)


def test_older_ones_follow_where_there_is_room() -> None:
    lines = [*INFO[:3], "ERROR old", "…", *INFO[3:9], "… 7 more …", "ERROR new", INFO[9]]
    assert excerpt(lines, 6) == ["ERROR new", INFO[9], "…", INFO[1], INFO[2], "ERROR old"]


def test_what_a_java_program_says_is_its_first_line() -> None:
    stack = ["java.lang.IllegalStateException: no", *(f"\tat org.example.A{n}" for n in range(20))]
    quoted = excerpt([*INFO, *stack, *INFO], 5)
    assert quoted == stack[:5]


def test_without_any_trouble_the_last_lines_are_quoted() -> None:
    assert excerpt(INFO, 8) == INFO[-8:]


def test_lines_around_are_quoted_where_there_is_room() -> None:
    lines = [*INFO[:8], "ERROR boom", *INFO[8:]]
    assert excerpt(lines, 5) == lines[6:11]


def test_what_the_journal_puts_before_each_line_is_left_out_where_it_is_indented() -> None:
    lines = [f"2026-03-14T02:14:05+0000 web api[812]: {line}" for line in fault("1.4.2")]
    quoted = first_of("\n".join(lines)).splitlines()
    assert quoted[0] == lines[0]
    assert quoted[-2:] == ["    raise TypeError(said)", lines[-1]]


def test_marks_below_a_line_take_no_room_from_others() -> None:
    first, second, *rest = fault("1.4.2")
    marked = [first, second, *(each for line in rest for each in (line, "      ^^^^^^~~~"))]
    assert excerpt(marked, 8) == [first, second, "…", *rest[-5:]]
    assert excerpt(marked[:5], 8) == marked[:5]


LINES = st.lists(
    st.sampled_from((*fault("1"), *INFO[:3], "…", "… 7 more …", "", "  ")), max_size=80
)


@given(LINES, st.integers(1, 12))
def test_it_fits_and_invents_nothing(lines: list[str], room: int) -> None:
    quoted = excerpt(lines, room)
    assert len(quoted) == min(room, len(lines)) or len(quoted) < room
    assert set(quoted) <= {*lines, "…"}


def test_a_text_of_very_many_lines_is_no_trouble() -> None:
    for line in ("  a", "Traceback (most recent call last):", "…", "ERROR a"):
        assert len(first_of("\n".join([line] * 30_000)).splitlines()) <= FIRST_LINES
