"""Told now, later, or not at all: every answer has a named reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.deciding import (
    CAUSE_PATIENCE,
    GATHER_FOR,
    STORM,
    TOGETHER,
    Case,
    Decision,
    Need,
    Tell,
    Withhold,
    decide,
)
from monitor.routing import Hours, Routing, Severity, everyone
from monitor.why import Why
from tests.support.clock import NIGHT

HOUR = timedelta(hours=1)
ALONE = Case(
    severity=Severity.CRITICAL, routing=Routing(channels=everyone("oncall")), opened_at=NIGHT
)
ALWAYS = Hours("always")


def now(**changes: Any) -> Decision:
    return decide(replace(ALONE, **changes), NIGHT)


def test_an_outage_alone_is_told_at_once() -> None:
    assert now() == Tell(("oncall",))


def test_maintenance_goes_before_everything_else() -> None:
    everything: dict[str, Any] = {
        "maintained_until": NIGHT + HOUR,
        "silenced_until": NIGHT + 2 * HOUR,
        "needs": (Need("database", incident=7),),
        "summary": 3,
    }
    assert now(**everything) == Withhold(Why.MAINTENANCE, NIGHT + HOUR)


def test_a_known_cause_is_told_instead() -> None:
    needs = (Need("network"), Need("database", incident=7))
    assert now(needs=needs) == Withhold(Why.CAUSE_KNOWN, under=7)


def test_a_likely_cause_has_half_a_minute_to_become_a_known_one() -> None:
    case = replace(ALONE, needs=(Need("database", undecided=True),))
    assert decide(case, NIGHT) == Withhold(Why.CAUSE_LIKELY, NIGHT + CAUSE_PATIENCE)
    assert decide(case, NIGHT + CAUSE_PATIENCE) == Tell(("oncall",))


def test_quiet_hours_delay_only_what_is_not_critical() -> None:
    quiet = Routing(channels=everyone("oncall"), quiet=ALWAYS)
    assert now(routing=quiet) == Tell(("oncall",))
    held = now(routing=quiet, severity=Severity.WARNING)
    assert isinstance(held, Withhold)
    assert held.why is Why.QUIET_HOURS
    assert held.until is not None
    assert held.until > NIGHT


def test_three_together_gather_and_two_do_not() -> None:
    assert now(together=TOGETHER) == Withhold(Why.GATHERING, NIGHT + GATHER_FOR)
    assert now(together=TOGETHER - 1) == Tell(("oncall",))
    assert now(together=TOGETHER, gathering=False) == Tell(("oncall",))


def test_the_eleventh_within_a_minute_waits_for_a_summary() -> None:
    assert now(lately=STORM) == Withhold(Why.GATHERING, NIGHT + GATHER_FOR)
    assert now(lately=STORM - 1) == Tell(("oncall",))


def test_whoever_can_join_a_summary_does() -> None:
    assert now(summary=12) == Withhold(Why.IN_A_SUMMARY, under=12)


def test_nobody_to_tell_is_said_plainly() -> None:
    assert now(routing=Routing()) == Withhold(Why.NOBODY_TO_TELL)


maybe_later = st.none() | st.just(NIGHT + HOUR)
cases = st.builds(
    Case,
    severity=st.sampled_from(Severity),
    routing=st.builds(
        Routing,
        channels=st.sampled_from([everyone("oncall"), everyone()]),
        quiet=st.none() | st.just(Hours("night", starts=time(1), ends=time(3))),
    ),
    opened_at=st.just(NIGHT),
    silenced_until=maybe_later,
    maintained_until=maybe_later,
    needs=st.lists(
        st.builds(Need, st.just("x"), st.none() | st.integers(1, 9), st.booleans()), max_size=2
    ).map(tuple),
    recovering_until=maybe_later,
    together=st.integers(1, 5),
    lately=st.integers(0, 20),
    summary=st.none() | st.integers(1, 9),
    gathering=st.booleans(),
)


@given(cases)
def test_what_is_withheld_has_an_end_or_somebody_who_is_told_instead(case: Case) -> None:
    match decide(case, NIGHT):
        case Tell(channels):
            assert channels
        case Withhold(why, until, under):
            assert until is None or until > NIGHT
            assert until or under or why is Why.NOBODY_TO_TELL


@given(cases)
def test_a_critical_outage_that_nothing_explains_never_waits_longer_than_half_a_minute(
    case: Case,
) -> None:
    plain = replace(
        case,
        severity=Severity.CRITICAL,
        silenced_until=None,
        maintained_until=None,
        recovering_until=None,
        needs=tuple(replace(need, incident=None) for need in case.needs),
        summary=None,
        routing=replace(case.routing, channels=everyone("oncall")),
    )
    answer = decide(plain, NIGHT)
    if isinstance(answer, Withhold):
        assert answer.until is not None
        assert answer.until - NIGHT <= CAUSE_PATIENCE
    later = decide(replace(plain, gathering=False), NIGHT + CAUSE_PATIENCE)
    assert later == Tell(("oncall",))
