"""When an incident opens and ends, told as histories: one letter a minute from 02:00."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from monitor.incidents import (
    Event,
    Evidence,
    Firing,
    Flapping,
    Opened,
    Pending,
    Reading,
    Resolved,
    Settled,
    Track,
    Worsened,
    step,
)
from monitor.policy import For, InARow, Opening, OutOf, Policy
from monitor.why import Why
from tests.support.clock import NIGHT

LETTERS = {"u": Evidence.GOOD, "d": Evidence.BAD, "s": Evidence.BAD, "e": Evidence.NONE}
MINUTE = timedelta(minutes=1)


def at(minute: int) -> datetime:
    return NIGHT + minute * MINUTE


def readings(history: str) -> list[Reading]:
    """`u` good, `d` failing, `s` slow where slow counts, `e` our own trouble."""
    return [
        Reading(at(n), at(n), LETTERS[letter], grave=letter == "d")
        for n, letter in enumerate(history)
    ]


def row(runs: int, close_after: int = 2, *, flapping: bool = True) -> Policy:
    return Policy(InARow(runs), close_after, flapping)


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
    told = replay("udddduu", row(3))
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
    told = replay("dduduu", row(2))
    assert [type(event) for event in told.values()] == [Opened, Resolved]
    assert told[5] == Resolved(began_at=at(0), lasted=4 * MINUTE)


def test_an_outage_ends_with_the_first_good_run_of_the_row_that_closed_it() -> None:
    assert replay("dddduuu", row(2, 3))[6] == Resolved(began_at=at(0), lasted=4 * MINUTE)


def test_the_next_outage_is_a_new_incident() -> None:
    told = replay("dduudduu")
    assert [type(event) for event in told.values()] == [Opened, Resolved, Opened, Resolved]


def test_three_of_the_last_five_open_although_never_two_failed_in_a_row() -> None:
    told = replay("uuduudud", Policy(OutOf(3, 5)))
    assert told == {}
    told = replay("uududud", Policy(OutOf(3, 5)))
    assert told == {6: Opened(began_at=at(2), failures=3, why=Why.FAILED_OUT_OF)}


def test_failures_of_an_incident_that_is_over_do_not_open_the_next_one() -> None:
    told = replay("dduudud", Policy(OutOf(2, 7), flapping=False))
    assert {minute: type(event) for minute, event in told.items()} == {
        1: Opened,
        3: Resolved,
        6: Opened,
    }
    assert told[6] == Opened(began_at=at(4), failures=2, why=Why.FAILED_OUT_OF)


def test_failing_for_five_minutes_opens_however_many_runs_that_were() -> None:
    told = replay("uddddud" + "d" * 6, Policy(For(5 * MINUTE)))
    assert told == {11: Opened(began_at=at(6), failures=6, why=Why.FAILED_FOR)}


def test_two_failures_with_a_night_of_nobody_looking_between_them_are_no_row() -> None:
    patience = 10 * MINUTE
    evening = Reading(at(0), at(0), Evidence.BAD, patience=patience)
    morning = Reading(at(600), at(600), Evidence.BAD, patience=patience)
    after = Reading(at(601), at(601), Evidence.BAD, patience=patience)
    track, told = follow([evening, morning], Policy())
    assert told == {}
    assert step(track, after, Policy())[1] == (Opened(began_at=at(600), failures=2),)


def test_an_open_incident_is_not_forgotten_over_night() -> None:
    patience = 10 * MINUTE
    evening = [Reading(at(n), at(n), Evidence.BAD, patience=patience) for n in (0, 1)]
    morning = [Reading(at(n), at(n), Evidence.GOOD, patience=patience) for n in (600, 601)]
    assert follow(evening + morning, Policy())[1][601] == Resolved(at(0), lasted=600 * MINUTE)


def test_what_keeps_breaking_and_mending_is_one_incident_with_one_notice() -> None:
    told = replay("u" * 21 + "dduu" * 8 + "u" * 30)
    kinds = [type(event) for _, event in sorted(told.items())]
    assert kinds == [Opened, Resolved, Opened, Resolved, Opened, Flapping, Resolved]


def test_it_is_over_only_when_it_has_been_steady_for_a_while() -> None:
    told = replay("u" * 21 + "dduu" * 8 + "u" * 30)
    last_failure = 21 + 8 * 4 - 3
    ended = max(told)
    assert last_failure + 10 < ended <= last_failure + 21
    end = told[ended]
    assert isinstance(end, Resolved)
    assert end.began_at + end.lasted == at(last_failure + 1)


def test_what_opens_while_it_is_unsteady_says_so_at_once_and_only_once() -> None:
    told = replay("u" * 21 + "dudduu" * 8, row(2, 1))
    flapped = [event for event in told.values() if getattr(event, "flapping", False)]
    notices = [event for event in told.values() if isinstance(event, Flapping)]
    assert len(flapped) + len(notices) == 1


def test_with_flapping_switched_off_every_outage_is_told() -> None:
    told = replay("u" * 21 + "dduu" * 8, row(2, flapping=False))
    assert len(told) == 16


def test_single_failures_that_open_nothing_never_count_as_flapping() -> None:
    assert replay("u" * 21 + "du" * 20 + "dd")[62] == Opened(at(61), failures=2)


def test_slow_runs_open_something_less_grave_and_a_failure_makes_it_worse_at_once() -> None:
    told = replay("ussd", Policy(slow_counts=True))
    assert told == {2: Opened(at(1), failures=2, grave=False), 3: Worsened(at(1))}


def test_a_slow_and_a_failing_run_are_not_yet_evidence_of_an_outage() -> None:
    assert replay("uds", Policy(slow_counts=True))[2] == Opened(at(1), failures=2, grave=False)


def test_what_flapped_and_is_simply_down_now_is_said_once() -> None:
    told = replay("u" * 21 + "dduu" * 5 + "d" * 40)
    *_, last = told.values()
    assert isinstance(last, Settled)
    assert sum(isinstance(event, Settled) for event in told.values()) == 1


def test_hours_of_slowness_after_a_failure_are_no_outage_any_more() -> None:
    policy = Policy(slow_counts=True)
    track, told = follow(readings("dd" + "s" * 5), policy)
    assert told == {1: Opened(at(0), failures=2)}
    assert isinstance(track.state, Firing)
    assert not track.state.grave
    assert isinstance(step(track, readings("sssssssd")[-1], policy)[1][0], Worsened)


def test_a_clock_that_was_set_back_does_not_keep_a_duration_from_passing() -> None:
    ahead = Reading(at(60), at(600), Evidence.BAD)
    then = [Reading(at(61 + n), at(n), Evidence.BAD) for n in range(7)]
    assert follow([ahead, *then], Policy(For(5 * MINUTE)))[1].keys() == {5}


histories = st.text(alphabet="udse", max_size=80)
openings: st.SearchStrategy[Opening] = st.one_of(
    st.builds(InARow, st.integers(1, 4)),
    st.integers(1, 6).flatmap(lambda of: st.builds(OutOf, st.integers(1, of), st.just(of))),
    st.builds(For, st.integers(1, 5).map(lambda minutes: minutes * MINUTE)),
)
policies = st.builds(Policy, openings, st.integers(1, 4), st.booleans())


@given(histories, policies)
def test_the_same_run_told_twice_or_late_changes_nothing(history: str, policy: Policy) -> None:
    once = readings(history)
    twice = [again for reading in once for again in (reading, reading)]
    late = once + list(reversed(once))
    assert follow(twice, policy) == follow(once, policy)
    assert follow(late, policy) == follow(once, policy)


@given(histories, policies, st.randoms())
def test_runs_in_any_order_never_page_more_than_the_ordered_ones_could(
    history: str, policy: Policy, dice: Random
) -> None:
    mixed = readings(history)
    dice.shuffle(mixed)
    track, newest, taken = Track(), None, []
    for reading in mixed:
        track, events = step(track, reading, policy)
        if newest is None or reading.slot > newest:
            newest = reading.slot
            taken.append(reading)
        else:
            assert events == ()
    assert follow(taken, policy)[0] == track


@given(histories, policies)
def test_no_history_opens_anything_without_the_evidence_its_policy_asks_for(
    history: str, policy: Policy
) -> None:
    _, told = follow(readings(history), policy)
    for minute, event in told.items():
        if isinstance(event, Opened):
            seen = [r for r in readings(history)[: minute + 1] if r.evidence is not Evidence.NONE]
            assert enough(policy.opening, seen)
            assert event.began_at in [r.at for r in seen if r.evidence is Evidence.BAD]


def enough(opening: Opening, seen: list[Reading]) -> bool:
    """The policy's own words, counted another way."""
    bad = [reading.evidence is Evidence.BAD for reading in seen]
    match opening:
        case InARow(runs):
            return len(bad) >= runs and all(bad[-runs:])
        case OutOf(failing, of):
            return sum(bad[-of:]) >= failing
        case For(span):
            since = next((n for n in range(len(bad), 0, -1) if not bad[n - 1]), 0)
            return seen[-1].at - seen[since].at >= span


@given(histories, policies)
def test_every_opened_incident_ends_in_exactly_one_resolve(history: str, policy: Policy) -> None:
    track, told = follow(readings(history + "u" * 30), policy)
    kinds = [type(event) for _, event in sorted(told.items())]
    turns = [kind for kind in kinds if kind in (Opened, Resolved)]
    assert turns == [Opened, Resolved] * (len(turns) // 2)
    assert not isinstance(track.state, Firing)
    assert all(kind is not Flapping or policy.flapping for kind in kinds)


@given(histories, policies)
def test_good_runs_and_our_own_trouble_never_open_anything(history: str, policy: Policy) -> None:
    track, told = follow(readings(history.replace("d", "u").replace("s", "u")), policy)
    assert told == {}
    assert not isinstance(track.state, Firing | Pending)
