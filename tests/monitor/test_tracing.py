"""Every try is told what the target's own tracing will know it by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from monitor.clock import SystemClock
from monitor.runner import Run, Runner
from monitor.tracing import Attempts, span_id_of, trace_id_of
from probes import Outcome, Reason, Result, Settings, Tools
from probes.tools import FIRST, Attempt
from tests.support.clock import NIGHT
from tests.support.configs import a_probe
from tests.support.tools import borrowed_tools

MOMENT = timedelta(milliseconds=10)
PASS = Result(outcome=Outcome.PASS, took=MOMENT)
FAIL = Result(outcome=Outcome.FAIL, reason=Reason.STATUS, summary="status 500", took=MOMENT)
TEXT = some.text(max_size=20)


def hidden(text: str) -> str:
    return text.replace("hunter2", "•••")


async def told(attempts: Attempts | None, *script: Result) -> tuple[Run, list[Attempt]]:
    answers, heard = iter(script), list[Attempt]()

    async def ask(_: Settings, tools: Tools) -> Result:
        heard.append(tools.attempt)
        return next(answers)

    probe = a_probe(ask=ask, confirm=(MOMENT, MOMENT))
    async with borrowed_tools() as tools:
        return await Runner(tools, SystemClock(), hidden, None, attempts).run(probe, NIGHT), heard


@settings(max_examples=50)
@given(TEXT, TEXT, TEXT)
def test_the_names_are_those_of_the_standard_and_always_the_same(
    instance: str, probe: str, location: str
) -> None:
    trace_id = trace_id_of(instance, probe, location, NIGHT)

    assert trace_id == trace_id_of(instance, probe, location, NIGHT)
    assert (len(trace_id), int(trace_id, 16) > 0) == (32, True)
    assert (len(span_id_of(trace_id, "1")), int(span_id_of(trace_id, "1"), 16) > 0) == (16, True)
    assert trace_id == trace_id.lower()


def test_no_two_runs_share_a_name() -> None:
    there = [
        trace_id_of(instance, probe, location, NIGHT + later)
        for instance in ("a", "b")
        for probe in ("web", "api")
        for location in ("here", "there")
        for later in (timedelta(), timedelta(microseconds=1))
    ]
    assert len(set(there)) == 16


async def test_each_try_has_a_span_of_its_own_in_the_trace_of_the_run() -> None:
    _, heard = await told(Attempts("instance", "here"), FAIL, FAIL, PASS)

    trace_id = trace_id_of("instance", "toy", "here", NIGHT)
    assert {attempt.trace_id for attempt in heard} == {trace_id}
    assert [attempt.span_id for attempt in heard] == [span_id_of(trace_id, n) for n in "123"]
    assert heard[0].traceparent == f"00-{trace_id}-{span_id_of(trace_id, '1')}-01"
    assert [attempt.confirms for attempt in heard] == [False, True, True]


async def test_a_run_after_one_that_failed_confirms_from_its_first_try_on() -> None:
    _, heard = await told(Attempts("instance", "here", {"toy"}.__contains__), PASS)

    assert [attempt.confirms for attempt in heard] == [True]


async def test_where_targets_are_told_nothing_a_try_still_knows_whether_it_confirms() -> None:
    silent = Attempts("instance", "here")
    silent.told = False

    _, heard = await told(silent, FAIL, PASS)
    _, plain = await told(None, PASS)

    assert heard == [FIRST, Attempt(confirms=True)]
    assert (heard[1].traceparent, plain) == ("", [FIRST])


async def test_a_run_remembers_the_tries_before_the_last_and_when_they_were() -> None:
    with_secret = replace(FAIL, summary="token hunter2")
    run, _ = await told(None, with_secret, FAIL, PASS)
    once, _ = await told(None, PASS)

    assert [made.result.summary for made in run.earlier] == ["token •••", "status 500"]
    assert timedelta() == run.earlier[0].after < run.earlier[1].after < run.decided_after
    assert run.decided_after <= run.lasted
    assert (once.earlier, once.decided_after) == ((), timedelta())
