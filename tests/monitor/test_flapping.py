"""The formula: 21 states, changes weighted from 0.75 to 1.25, 30 % to start and 20 % to stop."""

from __future__ import annotations

import pytest

from monitor import flapping
from monitor.flapping import Mark
from tests.support.clock import NIGHT

STATES = {"u": Mark(), "d": Mark(NIGHT), "s": Mark(NIGHT, soft=True)}


def marks(history: str) -> list[Mark]:
    return [STATES[letter] for letter in history]


def test_what_changes_with_every_state_has_changed_wholly() -> None:
    assert flapping.share(marks("ud" * 10 + "u")) == pytest.approx(1.0)


def test_the_newest_change_counts_for_more_than_the_oldest() -> None:
    assert flapping.share(marks("u" + "d" * 20)) == pytest.approx(0.75 / 20)
    assert flapping.share(marks("u" * 20 + "d")) == pytest.approx(1.25 / 20)


def test_one_outage_and_its_end_are_far_from_flapping() -> None:
    assert flapping.share(marks("u" * 10 + "d" * 5 + "u" * 6)) < flapping.STOPS_AT


def test_what_came_before_the_first_known_state_is_taken_to_have_been_the_same() -> None:
    assert flapping.share(marks("ud")) == pytest.approx(flapping.share(marks("u" * 20 + "d")))
    assert flapping.share([]) == 0.0


def test_a_failure_that_opened_nothing_is_no_change() -> None:
    assert flapping.share(marks("us" * 10 + "u")) == 0.0


def test_only_the_last_21_states_count() -> None:
    assert flapping.share(marks("ud" * 10 + "u" * 21)) == 0.0


def test_between_the_two_limits_it_goes_on_as_it_was() -> None:
    between = marks("u" * 13 + "dduudduu")
    assert flapping.STOPS_AT < flapping.share(between) < flapping.STARTS_AT
    assert flapping.goes_on(between, already=True)
    assert not flapping.goes_on(between, already=False)
