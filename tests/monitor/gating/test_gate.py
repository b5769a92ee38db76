"""All probes side by side, again and again, and no longer than is needed."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from monitor.clock import SystemClock
from monitor.gating import Gate, Standing
from monitor.runner import Runner
from monitor.tracing import Attempts
from probes import Result, Settings, Tools
from tests.monitor.gating.gates import judged, result, scripted, terms
from tests.support.configs import a_probe
from tests.support.tools import borrowed_tools

LONG = timedelta(seconds=30)


async def test_it_ends_as_soon_as_all_have_passed_their_row() -> None:
    heard: list[str] = []
    began = time.monotonic()
    verdict = await judged(scripted("api", "p"), scripted("web", "p"), heard=heard, settle=LONG)
    assert time.monotonic() - began < 5
    assert verdict.standing is Standing.PASSED
    assert [line for line in heard if line.startswith("api")] == [
        "api PASS 1",
        "api PASS 2",
        "api PASS 3",
    ]
    assert len(heard) == 6


async def test_a_failing_run_begins_the_row_anew() -> None:
    heard: list[str] = []
    verdict = await judged(scripted("api", "ppfep"), heard=heard, settle=LONG)
    rows = [int(line[-1]) for line in heard]
    assert rows == [1, 2, 0, 0, 1, 2, 3]
    assert verdict.standing is Standing.PASSED


async def test_what_answers_every_second_request_does_not_pass() -> None:
    """Though the daemon would try again inside the run, and find it well."""
    verdict = await judged(scripted("api", "fp" * 200, confirm=(timedelta(),)))
    assert verdict.standing is Standing.FAILED
    [counted] = verdict.tallies
    assert counted.failed >= 2


async def test_one_that_fails_stops_it_when_the_time_is_over_and_not_before() -> None:
    began = time.monotonic()
    verdict = await judged(scripted("api", "p"), scripted("upload", "f"))
    assert 0.2 < time.monotonic() - began < 5
    assert verdict.standing is Standing.FAILED
    assert [counted.probe.id for counted in verdict.of(Standing.FAILED)] == ["upload"]
    api, upload = verdict.tallies
    assert api.runs == 3, "what has passed its row rests"
    assert upload.runs > 3


async def test_a_trouble_of_ours_is_no_verdict() -> None:
    verdict = await judged(scripted("api", "p"), scripted("signin", "e"))
    assert verdict.standing is Standing.UNKNOWN


async def test_a_failure_weighs_more_than_what_could_not_be_told() -> None:
    verdict = await judged(scripted("api", "f"), scripted("signin", "e"))
    assert verdict.standing is Standing.FAILED


async def test_failing_fast_gives_up_what_is_under_way() -> None:
    began = time.monotonic()
    slow = scripted("signin", "h", settings=Settings(timeout=LONG))
    verdict = await judged(scripted("api", "f"), slow, settle=LONG, fail_fast=3)
    assert time.monotonic() - began < 5
    assert verdict.cut_short
    assert verdict.standing is Standing.FAILED
    assert [counted.runs for counted in verdict.tallies] == [3, 0]


async def test_a_run_that_hangs_ends_at_its_own_deadline_and_the_gate_with_it() -> None:
    stuck = scripted("api", "h", settings=Settings(timeout=timedelta(milliseconds=100)))
    began = time.monotonic()
    verdict = await judged(stuck, settle=timedelta(milliseconds=50))
    assert time.monotonic() - began < 10
    assert verdict.standing is Standing.UNKNOWN


async def test_every_run_of_a_gate_has_a_name_of_its_own() -> None:
    """Or the target's own tracing would show them as one."""
    named: list[str] = []

    async def ask(_: Settings, tools: Tools) -> Result:
        named.append(tools.attempt.trace_id)
        return result("p")

    gate = Gate(SystemClock(), terms())
    async with borrowed_tools() as tools:
        attempts = Attempts("0" * 32, "here", gate.unsettled)
        runner = Runner(tools, SystemClock(), str, attempts=attempts)
        await gate.judge([a_probe("api", ask)], runner)
    assert len(set(named)) == len(named) == 3


async def test_the_run_after_a_failing_one_is_told_to_keep_more_evidence() -> None:
    confirms: list[bool] = []
    letters = list("ffppp")

    async def ask(_: Settings, tools: Tools) -> Result:
        confirms.append(tools.attempt.confirms)
        return result(letters.pop(0))

    gate = Gate(SystemClock(), terms(settle=LONG))
    async with borrowed_tools() as tools:
        attempts = Attempts("0" * 32, "here", gate.unsettled)
        runner = Runner(tools, SystemClock(), str, attempts=attempts)
        await gate.judge([a_probe("api", ask)], runner)
    assert confirms == [False, True, True, False, False]


async def test_nothing_goes_on_after_it_was_stopped() -> None:
    before = asyncio.all_tasks()
    task = asyncio.create_task(judged(scripted("api", "h"), settle=LONG))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asyncio.all_tasks() == before
