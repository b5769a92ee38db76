"""When an incident opens and ends, told as histories: one letter a minute from 02:00."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.incidents import (
    Event,
    Evidence,
    Firing,
    Opened,
    Pending,
    Policy,
    Reading,
    Resolved,
    Track,
    step,
)
from tests.support.clock import NIGHT

LETTERS = {"u": Evidence.GOOD, "d": Evidence.BAD, "e": Evidence.NONE}
MINUTE = timedelta(minutes=1)


def at(minute: int) -> datetime:
    return NIGHT + minute * MINUTE


def readings(history: str) -> list[Reading]:
    return [Reading(at(n), at(n), LETTERS[letter]) for n, letter in enumerate(history)]


def follow(given_readings: list[Reading], policy: Policy) -> tuple[Track, dict[int, Event]]:
    track, told = Track(), {}
    for reading in given_readings:
        track, events = step(track, reading, policy)
        for event in events:
            told[(reading.at - NIGHT) // MINUTE] = event
    return track, told


def replay(history: str, policy: Policy = Policy()) -> dict[int, Event]:  # noqa: B008 - frozen
    return follow(readings(history), policy)[1]


def test_the_third_failure_opens_and_the_second_pass_resolves() -> None:
    told = replay("udddduu", Policy(open_after=3, close_after=2))
    assert told == {
        3: Opened(began_at=at(1), failures=3),
        6: Resolved(began_at=at(1), lasted=4 * MINUTE),
    }


def test_an_incident_begins_at_the_first_failing_run_not_at_the_decision() -> None:
    assert replay("uuudd")[4] == Opened(began_at=at(3), failures=2)


def test_a_single_failure_between_good_runs_wakes_nobody() -> None:
    assert replay("ududududu") == {}


def test_our_own_trouble_neither_opens_nor_closes_anything() -> None:
    assert replay("eeeeee") == {}
    assert replay("ddeeee").keys() == {1}
    assert replay("ddueee").keys() == {1}


def test_our_own_trouble_between_two_failures_does_not_hide_the_second() -> None:
    assert replay("udeed")[4] == Opened(began_at=at(1), failures=2)


def test_a_relapse_during_recovery_keeps_one_incident_open() -> None:
    told = replay("dduduu", Policy(open_after=2, close_after=2))
    assert [type(event) for event in told.values()] == [Opened, Resolved]
    assert told[5] == Resolved(began_at=at(0), lasted=4 * MINUTE)


def test_an_outage_ends_with_the_first_good_run_of_the_row_that_closed_it() -> None:
    assert replay("dddduuu", Policy(2, 3))[6] == Resolved(began_at=at(0), lasted=4 * MINUTE)


def test_the_next_outage_is_a_new_incident() -> None:
    told = replay("dduudduu")
    assert [type(event) for event in told.values()] == [Opened, Resolved, Opened, Resolved]


histories = st.text(alphabet="ude", max_size=60)
policies = st.builds(Policy, st.integers(1, 4), st.integers(1, 4))


@given(histories, policies)
def test_the_same_run_told_twice_or_late_changes_nothing(history: str, policy: Policy) -> None:
    once = readings(history)
    twice = [again for reading in once for again in (reading, reading)]
    late = once + list(reversed(once))
    assert follow(twice, policy) == follow(once, policy)
    assert follow(late, policy) == follow(once, policy)


@given(histories, policies)
def test_openings_and_endings_alternate_and_an_opening_has_its_evidence(
    history: str, policy: Policy
) -> None:
    track, told = follow(readings(history), policy)
    kinds = [type(event) for _, event in sorted(told.items())]
    assert kinds == ([Opened, Resolved] * len(kinds))[: len(kinds)]
    assert isinstance(track.state, Firing) == bool(kinds and kinds[-1] is Opened)
    for minute, event in told.items():
        if isinstance(event, Opened):
            seen = history[: minute + 1].replace("e", "")
            assert seen.endswith("d" * policy.open_after)
            assert event.failures == policy.open_after


@given(histories, policies)
def test_without_enough_failures_in_a_row_nothing_ever_opens(history: str, policy: Policy) -> None:
    if "d" * policy.open_after not in history.replace("e", ""):
        track, told = follow(readings(history), policy)
        assert told == {}
        assert not isinstance(track.state, Firing)
        if isinstance(track.state, Pending):
            assert track.state.failures < policy.open_after
