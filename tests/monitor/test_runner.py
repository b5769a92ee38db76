"""One run: tries, waits and deadlines; and whatever goes wrong becomes a value."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

from monitor.clock import SystemClock
from monitor.config.model import Probe
from monitor.runner import SUMMARY_MAX, Run, Runner
from probes import Kind, Outcome, Reason, Result, Settings, Step, Tools
from probes.browser import Browsers
from probes.wire import Wire
from tests.support.clock import NIGHT
from tests.support.configs import a_probe

MOMENT = timedelta(milliseconds=10)
PASS = Result(outcome=Outcome.PASS, took=MOMENT)
FAIL = Result(outcome=Outcome.FAIL, reason=Reason.STATUS, summary="status 500", took=MOMENT)
ERROR = Result(outcome=Outcome.ERROR, reason=Reason.BROWSER_CRASHED, took=MOMENT)


async def run(
    *script: Result | Exception,
    confirm: tuple[timedelta, ...] = (MOMENT, MOMENT),
    scrub: Callable[[str], str] = str,
) -> tuple[Run, int]:
    """The run over a kind that answers from a script, and how many tries it made."""
    answers = iter(script)
    made = 0

    async def ask(_: Settings, __: Tools) -> Result:
        nonlocal made
        made += 1
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    tools = Tools(
        transport=Wire(),
        browsers=cast("Browsers", None),
        monotonic=SystemClock().monotonic,
    )
    probe = a_probe(ask=ask, confirm=confirm)
    return await Runner(tools, SystemClock(), scrub).run(probe, NIGHT), made


async def test_a_pass_is_asked_once() -> None:
    done, made = await run(PASS)
    assert (done.result, made) == (PASS, 1)


async def test_a_failure_is_confirmed_and_the_last_try_decides() -> None:
    done, made = await run(FAIL, FAIL, FAIL)
    assert (done.result.outcome, done.result.tries, made) == (Outcome.FAIL, 3, 3)


async def test_a_blip_inside_a_run_passes_and_is_remembered() -> None:
    done, _ = await run(FAIL, PASS)
    assert (done.result.outcome, done.result.tries) == (Outcome.PASS, 2)
    assert done.result.summary == "passed on try 2, after: status 500"


async def test_our_own_trouble_is_tried_again_and_stays_ours() -> None:
    assert (await run(ERROR, PASS))[0].result.outcome is Outcome.PASS
    assert (await run(ERROR, ERROR, ERROR))[0].result.outcome is Outcome.ERROR


async def test_a_bug_of_ours_is_an_error_and_never_their_outage() -> None:
    done, _ = await run(ZeroDivisionError("by zero"), confirm=())
    assert (done.result.outcome, done.result.reason) == (Outcome.ERROR, Reason.CRASHED)
    assert done.result.summary == "ZeroDivisionError: by zero"


async def test_a_kind_that_does_not_end_is_cut_off_and_that_is_our_trouble() -> None:
    async def never_ends(_: Settings, __: Tools) -> Result:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    kind = Kind("toy", Settings, never_ends, grace=MOMENT)
    probe = a_probe(kind=kind, settings=Settings(timeout=MOMENT))
    tools = cast("Tools", None)
    done = await Runner(tools, SystemClock(), str).run(probe, NIGHT)
    assert (done.result.outcome, done.result.reason) == (Outcome.ERROR, Reason.OVERRAN)


async def test_every_try_is_weighed_and_the_last_word_counts() -> None:
    weighed: list[Result] = []

    async def weigh(probe: Probe, result: Result, began: float) -> Result:
        assert (probe.id, began <= SystemClock().monotonic()) == ("toy", True)
        weighed.append(result)
        return replace(result, outcome=Outcome.ERROR, reason=Reason.NETWORK_GONE)

    async def fails(_: Settings, __: Tools) -> Result:
        return FAIL

    probe = a_probe(ask=fails, confirm=(MOMENT,))
    done = await Runner(cast("Tools", None), SystemClock(), str, weigh).run(probe, NIGHT)
    assert (done.result.outcome, done.result.reason) == (Outcome.ERROR, Reason.NETWORK_GONE)
    assert weighed == [FAIL, FAIL]


async def test_no_secret_and_no_essay_leaves_a_run() -> None:
    said = Result(
        outcome=Outcome.FAIL,
        reason=Reason.STATUS,
        summary="token hunter2 refused\n" + "x" * 5000,
        took=MOMENT,
        steps=(Step("type hunter2", MOMENT, Outcome.FAIL),),
        excerpt="Sorry,\n\nhunter2 \x1b[31mis wrong" + "\nand" * 50,
    )
    done, _ = await run(said, confirm=(), scrub=lambda text: text.replace("hunter2", "•••"))
    assert done.result.summary.startswith("token ••• refused x")
    assert len(done.result.summary) == SUMMARY_MAX
    assert done.result.steps[0].name == "type •••"
    assert done.result.excerpt == "Sorry,\n••• [31mis wrong\nand\nand\nand"
