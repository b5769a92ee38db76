"""What is written down of a run, whatever its worker says and in whatever order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.browser import BrowserTrouble
from probes.browser.line import heard, said
from probes.browser.record import STEPS, Record
from probes.result import Outcome, Reason, Result
from probes.scrub import Scrubber
from probes.traits import Trait


def a_record(*messages: dict[str, Any], spacing: float = 0.1) -> Record:
    record = Record(Scrubber(["swordfish"]), timedelta(seconds=10))
    for number, message in enumerate(({"say": "begun"}, *messages)):
        record.take(message, number * spacing)
    return record


def stepped(name: str, outcome: str = "PASS") -> dict[str, Any]:
    return {"say": "stepped", "name": name, "took_us": 1000, "outcome": outcome}


def found(outcome: str, reason: str | None = None, at: float = 1.0) -> dict[str, Any]:
    return {"say": "found", "outcome": outcome, "reason": reason, "took_us": 1000, "at": at}


def told(result: Result) -> list[tuple[str, Outcome]]:
    return [(step.name, step.outcome) for step in result.steps]


def test_a_run_that_is_cut_off_has_the_steps_seen_so_far() -> None:
    record = a_record(stepped("open"), {"say": "step", "name": "pay with swordfish"})
    record.cut_off(20.0)
    result = record.result(20.0)
    assert told(result) == [("open", Outcome.PASS), ("pay with ***", Outcome.ERROR)]
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.JOURNEY_BROKEN)
    assert result.took > timedelta(seconds=19)


def test_of_many_steps_the_last_one_stays_for_it_is_the_one_that_failed() -> None:
    steps = [stepped(f"step {n}") for n in range(STEPS + 100)]
    result = a_record(*steps, stepped("last", "FAIL"), found("FAIL", "text_missing")).result(9)
    assert len(result.steps) == STEPS
    assert told(result)[-1] == ("last", Outcome.FAIL)
    passed = a_record(*steps, found("PASS")).result(9)
    assert {step.outcome for step in passed.steps} == {Outcome.PASS}


def test_trouble_before_the_journey_may_be_tried_again_and_later_never() -> None:
    trouble = {"say": "trouble", "reason": "crashed", "sentence": "OSError: disk full"}
    with pytest.raises(BrowserTrouble):
        Record(Scrubber([]), timedelta(seconds=1)).take(trouble, 0.0)
    result = a_record(stepped("send"), trouble).result(1.0)
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.CRASHED)
    kept = a_record(found("FAIL", "text_missing"), trouble).result(1.0)
    assert (kept.outcome, kept.reason) == (Outcome.FAIL, Reason.TEXT_MISSING)


@pytest.mark.parametrize(
    ("message", "reason"),
    [({"say": "other"}, Reason.STALLED), ({"say": "blocked", "at": "pay.py:3"}, None)],
)
def test_waiting_in_vain_while_we_stood_still_ourselves_is_no_evidence(
    message: dict[str, Any], reason: Reason | None
) -> None:
    beats = [{"say": "beat", "at": at} for at in (0.0, 0.5)]
    late = a_record(*beats, message, found("FAIL", "timeout", at=4.0)).result(4.0)
    assert late.outcome is Outcome.ERROR
    assert late.reason is (reason or Reason.JOURNEY_BROKEN)
    answered = a_record(*beats, message, found("FAIL", "text_missing", at=4.0)).result(4.0)
    assert answered.outcome is Outcome.FAIL, "what the target answered is evidence"
    prompt = a_record(*beats, found("FAIL", "timeout", at=1.0)).result(1.0)
    assert prompt.outcome is Outcome.FAIL


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
KEYS = st.sampled_from(["name", "took_us", "outcome", "reason", "summary", "views", "at", "cls"])
SAID = st.sampled_from(["here", "beat", "begun", "step", "stepped", "found", "seen", "over", "x"])


@given(
    st.lists(st.builds(lambda s, m: {**m, "say": s}, SAID, st.dictionaries(KEYS, JSON)), max_size=9)
)
def test_whatever_a_worker_says_there_is_a_result(messages: list[dict[str, Any]]) -> None:
    record = a_record(*messages)
    record.cut_off(5.0)
    assert record.result(5.0).outcome in Outcome


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_a_message_or_none(line: bytes) -> None:
    assert isinstance(heard(line), dict)


def test_lines_made_to_break_a_parser_are_none() -> None:
    assert heard(b"[" * 100_000) == {}
    assert heard(said({"say": "beat", "at": float("nan")}))["say"] == "beat"


@pytest.mark.parametrize("fields", [None, 5, "x" * 9, {"server": "gate"}, [1, [2], ["a", {}, 3]]])
def test_headers_that_are_none_tell_nothing(fields: Any) -> None:
    assert not a_record(found("PASS") | {"fields": fields}).result(1).facts.traits


def test_headers_tell_what_serves_a_page_bounded_and_without_secrets() -> None:
    fields = [["server", "gate swordfish\x1b[2J"], ["x-powered-by", "é" * 10**5], ["via", None]]
    traits = a_record(found("FAIL") | {"fields": fields * 50}).result(1).facts.traits
    assert traits[Trait.SERVER] == "gate ***"
    assert len(traits[Trait.RUNTIME]) <= 200
    doubted = found("FAIL", "timeout", at=9.0) | {"fields": fields}
    beats: list[dict[str, Any]] = [{"say": "beat", "at": at} for at in (0.0, 0.1)]
    stalled = a_record(*beats, doubted).result(9)
    assert (stalled.outcome, stalled.facts.traits) == (Outcome.ERROR, {})
