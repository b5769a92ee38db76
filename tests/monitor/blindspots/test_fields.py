"""A journey is travelled for single fields, and no more often than that tells something."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from monitor.blindspots import Heard, Matrix, Plan, Seeking, Terms, Verdict
from monitor.blindspots.document import document
from monitor.blindspots.remedies import Closing
from monitor.blindspots.scoring import overall
from monitor.cli.blindspots_progress import Progress
from monitor.clock import SystemClock
from monitor.config import Probe
from monitor.runner import Runner
from probes import Outcome, Reason, Result, Settings, Tools
from probes.injection import BY_NAME, FAULTS, Asked, Fault, Given, Kept, mutants
from probes.result import Facts
from tests.support.configs import Ask, a_probe
from tests.support.tools import borrowed_tools

REMOVED, RENAMED, STALE = (BY_NAME[name] for name in ("field-removed", "field-renamed", "stale"))
WIDE = {"account": {"name": "Ada"}, "items": [{f"a{number}": 1 for number in range(9)}]}


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    async with borrowed_tools() as lent:
        yield lent


def kept(*documents: Any) -> tuple[Kept, ...]:
    bodies = [json.dumps(each).encode() for each in documents]
    asked = Asked("GET", "https://archive.example.org/api", (), "fetch")
    return tuple(Kept(asked, Given(200, body=body)) for body in bodies)


def travelling(
    travelled: list[tuple[str, str]], misses: Sequence[str], answers: tuple[Kept, ...]
) -> Ask:
    """A journey that fails under the faults that break one of *misses*."""

    async def run(_: Settings, tools: Tools) -> Result:
        fault = tools.fault
        if fault is None:
            found = answers if tools.notes else ()
            return Result(outcome=Outcome.PASS, took=timedelta(), facts=Facts(answers=found))
        travelled.append((fault.name, fault.at))
        broken = fault.at in misses if fault.at else bool(misses)
        held_back = not tools.writes and not broken
        return Result(
            outcome=Outcome.FAIL if broken or held_back else Outcome.PASS,
            took=timedelta(),
            facts=Facts(touched=1, held_back=int(held_back)),
        )

    return run


async def found(tools: Tools, probe: Probe, *faults: Any, heard: Heard | None = None) -> Matrix:
    clock, terms = SystemClock(), Terms(faults=faults or (REMOVED,), per_minute=6000)
    seeking = Seeking(
        tools, lambda lent: Runner(lent, clock, lambda text: text), clock, terms, heard
    )
    return await seeking.seek([probe])


async def test_those_nearest_the_root_are_tried_and_the_others_are_counted(tools: Tools) -> None:
    travelled: list[tuple[str, str]] = []
    probe = a_probe("feed", travelling(travelled, ["$.items", "$.items[*].a0"], kept(WIDE, WIDE)))
    matrix = await found(tools, probe)
    [cell] = matrix.rows[0].cells.values()

    first = ["$.account", "$.items", "$.account.name", *(f"$.items[*].a{n}" for n in range(5))]
    assert travelled == [("field-removed", at) for at in ("", *first)]
    assert (cell.noticed, cell.tried, cell.untried, cell.share) == (2, 8, 4, 0.25)
    assert [each.fault.at for each in cell.trials[8:]] == [f"$.items[*].a{n}" for n in range(5, 9)]
    assert all("no more than 8 fields" in each.said for each in cell.trials[8:])
    assert sum(each.ran for each in cell.trials) == len(travelled)
    assert matrix.told
    told = document(matrix, (), overall(()), Closing())
    cells = told["probes"][0]["cells"]["field-removed"]
    assert cells == {"verdict": "unseen", "noticed": 2, "tried": 8, "untried": 4}


@pytest.mark.parametrize(
    ("misses", "answers", "runs", "verdict"),
    [
        ([], kept(WIDE), 1, Verdict.UNSEEN),
        (["x"], (), 1, Verdict.SEEN),
        (["$.only"], kept({"only": 1}), 2, Verdict.SEEN),
        (["x"], kept({"only": 1}), 2, Verdict.UNSEEN),
        (["$.b"], kept({"a": 1}, {"b": 2, "a": 3}), 3, Verdict.UNSEEN),
    ],
    ids=["all at once are unseen", "no JSON", "a single field", "noticed elsewhere", "two"],
)
async def test_no_run_is_made_that_tells_nothing(
    tools: Tools, misses: list[str], answers: tuple[Kept, ...], runs: int, verdict: Verdict
) -> None:
    travelled: list[tuple[str, str]] = []
    matrix = await found(tools, a_probe("feed", travelling(travelled, misses, answers)))
    assert (len(travelled), matrix.rows[0].cells["field-removed"].verdict) == (runs, verdict)


async def test_nothing_is_written_for_single_fields_either(tools: Tools) -> None:
    ask = travelling([], ["$.a"], kept({"a": 1, "b": 2}))
    matrix = await found(tools, a_probe("feed", ask, blindspots="read-only"))
    verdicts = [trial.verdict for trial in matrix.rows[0].trials]
    assert verdicts == [Verdict.SEEN, Verdict.NOT_TRIED]


async def test_answers_are_kept_only_where_they_are_of_use_and_as_long(tools: Tools) -> None:
    noted: list[bool] = []
    past: list[int] = []

    async def run(_: Settings, lent: Tools) -> Result:
        noted.append(lent.notes)
        past.append(len(lent.fault.yesterday) if lent.fault else 0)
        facts = Facts(touched=1, answers=kept(WIDE) if lent.notes else ())
        return Result(outcome=Outcome.PASS, took=timedelta(), facts=facts)

    await found(tools, a_probe("feed", run), BY_NAME["refused"])
    assert noted == [False, False]
    matrix = await found(tools, a_probe("feed", run), BY_NAME["refused"], STALE)
    assert (noted[2:], past[2:]) == ([True, False, False], [0, 0, 1])
    assert not any(trial.fault.yesterday for trial in matrix.rows[0].trials)


async def test_what_keeps_only_a_run_waiting_that_is_noted_is_not_held_against_it(
    tools: Tools,
) -> None:
    noted: list[bool] = []

    async def run(_: Settings, lent: Tools) -> Result:
        noted.append(lent.notes)
        if lent.notes:
            return Result(outcome=Outcome.FAIL, took=timedelta(), reason=Reason.TIMEOUT)
        return Result(outcome=Outcome.PASS, took=timedelta(), facts=Facts(touched=1))

    [row] = (await found(tools, a_probe("feed", run), STALE)).rows
    assert (noted, row.trouble) == ([True, False, False], "")


async def test_answers_are_looked_into_once_and_beside_everything_else(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []

    def one_for_each(fault: Fault, given: Given) -> Sequence[Fault]:
        looked.append(threading.current_thread() is threading.main_thread())
        return mutants(fault, given)

    monkeypatch.setattr("monitor.blindspots.columns.mutants", one_for_each)
    ask = travelling([], ["$.account"], kept(WIDE, WIDE))
    await found(tools, a_probe("feed", ask), REMOVED, RENAMED)
    assert looked == [False, False]


async def test_how_long_it_takes_is_said_with_and_without_them(
    tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress(as_terminal=False)
    answers = kept({"a": 1, "b": 2, "c": 3})
    clock, terms = SystemClock(), Terms(faults=FAULTS, per_minute=6000)
    seeking = Seeking(
        tools, lambda lent: Runner(lent, clock, lambda text: text), clock, terms, progress
    )
    ask = travelling([], ["$.a"], answers)
    await seeking.seek([a_probe("feed", ask)])
    pace = "a target sees at most 20 runs a minute"
    for per_minute, said in (
        (6000, ""),
        (20, f"1m where journeys are answered JSON of many fields: {pace}"),
    ):
        again = Progress(as_terminal=False)
        again.planned("feed", Plan(20, 18, "one.example.org", 16))
        again.begins(per_minute)
        assert capsys.readouterr().err == (f"at least {said}\n" if said else "")
    assert progress._plans["feed"].ordinary == 1 + 17 + 2 * 3
