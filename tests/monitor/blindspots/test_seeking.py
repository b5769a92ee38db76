"""Probes through faults: what the target sees of it, and what is known afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.blindspots import Matrix, Seeking, Terms, Verdict
from monitor.clock import SystemClock
from monitor.config import Config, Probe, load
from monitor.runner import Runner
from probes import Outcome, Reason, Result, Settings, Tools
from probes.injection import BY_NAME, FAULTS
from probes.result import Facts
from tests.monitor.blindspots.conftest import Site
from tests.support.configs import Ask, a_probe
from tests.support.tools import borrowed_tools


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    async with borrowed_tools() as lent:
        yield lent


@pytest.fixture
def loaded(config: Path) -> Config:
    return load(config)


def seeking(tools: Tools) -> Seeking:
    clock, terms = SystemClock(), Terms(per_minute=6000)
    return Seeking(tools, lambda lent: Runner(lent, clock, lambda text: text), clock, terms)


def verdicts(matrix: Matrix, probe: str) -> dict[str, Verdict]:
    [row] = [row for row in matrix.rows if row.probe == probe]
    return {name: cell.verdict for name, cell in row.cells.items()}


async def test_the_target_sees_one_ordinary_run_of_an_http_probe(
    tools: Tools, loaded: Config, site: Site
) -> None:
    matrix = await seeking(tools).seek([loaded.probes["list"]])
    found = verdicts(matrix, "list")

    assert site.asked == ["GET /list"]
    assert list(found) == [fault.name for fault in FAULTS]
    assert found["refused"] is found["timeout"] is found["status-500"] is Verdict.SEEN
    assert found["empty-lists"] is found["another-page"] is Verdict.UNSEEN
    assert found["assets-missing"] is found["empty-tables"] is Verdict.NOT_TOUCHED
    assert matrix.told


async def test_every_field_is_renamed_once(tools: Tools, loaded: Config) -> None:
    matrix = await seeking(tools).seek([loaded.probes["list"]])
    cell = matrix.rows[0].cells["field-renamed"]

    assert {trial.fault.at for trial in cell.trials} == {
        *("$.items", "$.total", "$.items[*].id", "$.items[*].name"),
    }


async def test_a_probe_that_does_not_pass_is_not_tried(tools: Tools, loaded: Config) -> None:
    matrix = await seeking(tools).seek([loaded.probes["broken"]])

    assert matrix.rows[0].trouble == "does not pass as it is: status 503, expected 2xx"
    assert (matrix.rows[0].cells, matrix.told) == ({}, False)


async def test_a_probe_that_is_slow_as_it_is_is_not_tried(tools: Tools) -> None:
    async def slow(_: Settings, __: Tools) -> Result:
        return Result(outcome=Outcome.SLOW, took=timedelta(), summary="took 3 s")

    matrix = await seeking(tools).seek([a_probe("slow", slow)])
    assert matrix.rows[0].trouble == "does not pass as it is: took 3 s"


async def test_nothing_is_written_where_that_is_not_allowed(
    tools: Tools, loaded: Config, site: Site
) -> None:
    matrix = await seeking(tools).seek([loaded.probes["write"]])
    found = verdicts(matrix, "write")

    assert site.asked == []
    assert found["refused"] is found["writes-500"] is Verdict.SEEN
    assert found["truncated"] is found["slow"] is Verdict.NOT_TRIED
    assert matrix.told


async def test_a_probe_that_never_takes_part_is_not_even_asked(
    tools: Tools, loaded: Config, site: Site
) -> None:
    matrix = await seeking(tools).seek([loaded.probes["never"]])

    assert site.asked == []
    assert set(verdicts(matrix, "never").values()) == {Verdict.NOT_TRIED}


async def test_what_goes_through_a_browser_is_travelled_once_for_each_fault(tools: Tools) -> None:
    travelled: list[str] = []
    probe = a_probe("journey", _journey(travelled))
    matrix = await seeking(tools).seek([probe])
    found = verdicts(matrix, "journey")

    # nothing is travelled for a certificate where there is no https, and a toy has no address
    assert travelled == ["", *(fault.name for fault in FAULTS)]
    assert found["refused"] is Verdict.SEEN
    assert found["stale"] is Verdict.UNSEEN


def _journey(travelled: list[str]) -> Ask:
    async def run(_: Settings, tools: Tools) -> Result:
        name = tools.fault.name if tools.fault else ""
        travelled.append(name)
        outcome = Outcome.FAIL if name == "refused" else Outcome.PASS
        return Result(outcome=outcome, took=timedelta(), facts=Facts(touched=bool(name)))

    return run


async def test_a_failure_that_no_fault_explains_is_tried_again_before_it_is_ours(
    tools: Tools,
) -> None:
    runs = 0

    async def flaky(_: Settings, tools: Tools) -> Result:
        nonlocal runs
        runs += 1
        bad = tools.fault is not None and runs == 2
        return Result(outcome=Outcome.FAIL if bad else Outcome.PASS, took=timedelta())

    found = seeking(tools)
    matrix = await found.seek([a_probe("flaky", flaky)])
    assert set(verdicts(matrix, "flaky").values()) == {Verdict.NOT_TOUCHED}


async def test_a_run_for_which_time_ran_out_is_repeated_where_the_daemon_would(
    tools: Tools,
) -> None:
    tried: list[str] = []

    async def late(_: Settings, tools: Tools) -> Result:
        name = tools.fault.name if tools.fault else ""
        tried.append(name)
        if not name or tried.count(name) > 1:
            return Result(outcome=Outcome.PASS, took=timedelta(), facts=Facts(touched=1))
        facts = Facts(touched=1)
        reason = Reason.STEP_TIMEOUT
        return Result(outcome=Outcome.FAIL, reason=reason, took=timedelta(), facts=facts)

    probe = replace(a_probe("late", late), confirm=(timedelta(seconds=1),))
    found = verdicts(await seeking(tools).seek([probe]), "late")
    assert (found["timeout"], found["stale"]) == (Verdict.SEEN, Verdict.UNSEEN)
    assert (tried.count("timeout"), tried.count("stale")) == (1, 2)


async def test_no_confirming_try_is_waited_for(tools: Tools) -> None:
    async def fails(_: Settings, tools: Tools) -> Result:
        outcome = Outcome.FAIL if tools.fault else Outcome.PASS
        return Result(outcome=outcome, took=timedelta(), facts=Facts(touched=1))

    probe = replace(a_probe("patient", fails), confirm=(timedelta(hours=1),))
    matrix = await seeking(tools).seek([probe])
    assert set(verdicts(matrix, "patient").values()) == {Verdict.SEEN}


async def test_a_crash_of_ours_is_no_evidence(tools: Tools) -> None:
    async def crashes(_: Settings, tools: Tools) -> Result:
        if tools.fault:
            raise RuntimeError("ours")
        return Result(outcome=Outcome.PASS, took=timedelta())

    matrix = await seeking(tools).seek([a_probe("crashing", crashes)])
    assert set(verdicts(matrix, "crashing").values()) == {Verdict.ERROR}
    assert not matrix.told


async def test_what_is_known_is_kept_when_it_is_interrupted(tools: Tools) -> None:
    reached = asyncio.Event()

    async def hangs(_: Settings, tools: Tools) -> Result:
        if tools.fault and tools.fault.name == "status-500":
            reached.set()
            await asyncio.sleep(3600)
        facts = Facts(touched=1)
        return Result(outcome=Outcome.PASS, took=timedelta(), facts=facts)

    probe: Probe = a_probe("long", hangs, settings=Settings(timeout=timedelta(hours=2)))
    found = seeking(tools)
    task = asyncio.create_task(found.seek([probe]))
    await asyncio.wait_for(reached.wait(), 10)
    task.cancel()
    await asyncio.wait({task})
    matrix = found.matrix(complete=False)

    assert list(verdicts(matrix, "long")) == ["refused", "timeout"]
    assert not matrix.told


@pytest.mark.parametrize(
    ("waits", "verdict"),
    [
        ([20], Verdict.NOT_TOUCHED),
        ([1500], Verdict.UNSEEN),
        ([200], Verdict.NOT_TOUCHED),
        ([320, 200], Verdict.NOT_TOUCHED),
        ([320, 260], Verdict.UNSEEN),
    ],
)
async def test_a_journey_that_is_hardly_kept_waiting_is_looked_at_twice(
    tools: Tools, waits: list[int], verdict: Verdict
) -> None:
    left = list(waits)

    async def travel(_: Settings, lent: Tools) -> Result:
        added = timedelta(milliseconds=left.pop(0)) if lent.fault else timedelta()
        facts = Facts(touched=3, added=added)
        took = timedelta(seconds=5) if not lent.fault else timedelta(seconds=3)
        return Result(outcome=Outcome.PASS, took=took, facts=facts)

    probe, clock = a_probe("tour", travel), SystemClock()
    terms = Terms(faults=(BY_NAME["slow"],), per_minute=6000)
    looking = Seeking(tools, lambda lent: Runner(lent, clock, str), clock, terms)
    [trial] = (await looking.seek([probe])).rows[0].trials

    assert (trial.verdict, left, trial.ran) == (verdict, [], len(waits))
