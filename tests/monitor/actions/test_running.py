"""Running a program: what it gets, how it ends, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from monitor.actions import running
from monitor.actions.asking import Task
from monitor.actions.outcome import Answer
from monitor.store.action_words import State
from tests.monitor.actions.test_asking import TASK
from tests.support.acting import an_action
from tests.support.waiting import until


async def ran(*command: str, task: Task = TASK, timeout: float = 5, **more: object) -> Answer:
    action = an_action(command=command, timeout=timedelta(seconds=timeout), **more)
    return await running.run(action, task)


def shell(script: str) -> tuple[str, str, str]:
    return ("/bin/sh", "-c", script)


async def test_placeholders_stay_inside_their_argument_and_no_shell_reads_them() -> None:
    odd = replace(TASK, values=replace(TASK.values, environment="a b; $(id)"))
    answer = await ran("/bin/echo", "{service}={previous}", "{environment}", task=odd)
    assert answer == Answer(State.DONE, "the program ended well", "api=1.4.1 a b; $(id)\n")


async def test_a_program_gets_few_surroundings_and_no_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_SECRET", "s3cret")
    answer = await ran(
        *shell("env; pwd; cat"), folder=str(tmp_path), environment={"KUBECONFIG": "/k"}
    )
    assert "OUR_SECRET" not in answer.output
    for line in ("KUBECONFIG=/k", "TRUEUP_VERSION=1.4.2", f"TRUEUP_KEY={TASK.key}", str(tmp_path)):
        assert line in answer.output.splitlines()


async def test_a_program_that_fails_says_its_last_line() -> None:
    answer = await ran(*shell("echo one; echo no such release >&2; exit 4"))
    assert (answer.state, answer.said) == (
        State.FAILED,
        "the program ended with status 4: no such release",
    )


async def test_a_program_that_is_ended_by_a_signal_failed() -> None:
    answer = await ran(*shell("kill -9 $$"))
    assert answer.said == "the program was ended by signal 9"


@pytest.mark.parametrize("program", ["/nowhere/at/all", "no-such-program-anywhere"])
async def test_a_program_that_is_not_there_was_never_asked(program: str) -> None:
    answer = await ran(program)
    assert (answer.state, answer.again) == (State.UNSENT, True)


async def test_a_program_that_may_not_be_run_is_not_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "rollback"
    path.write_text("#!/bin/sh\n")
    answer = await ran(str(path))
    assert (answer.state, answer.again) == (State.UNSENT, False)


async def test_what_hangs_is_asked_to_end_and_leaves_nobody_behind(tmp_path: Path) -> None:
    said = tmp_path / "said"
    answer = await ran(
        *shell(f"trap 'echo asked > {said}; exit 1' TERM; sleep 77.25 & sleep 77.25 & wait"),
        timeout=1.2,
    )
    assert (answer.state, answer.said) == (
        State.UNKNOWN,
        "the program did not end in time and was ended",
    )
    assert said.read_text() == "asked\n"
    _nobody("77.25")


async def test_what_does_not_listen_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "GRACE", 0.2)
    began = time.monotonic()
    answer = await ran(*shell("trap '' TERM; sleep 77.5; sleep 77.5"), timeout=0.2)
    assert answer.state is State.UNKNOWN
    assert time.monotonic() - began < 3
    _nobody("77.5")


async def test_what_a_program_leaves_running_is_ended_with_it() -> None:
    answer = await ran(*shell("sleep 77.75 & echo started"))
    assert answer.state is State.DONE
    _nobody("77.75")


def _nobody(span: str) -> None:
    until(lambda: not _sleeping(span), f"nobody sleeps for {span} s", within=5)


def _sleeping(span: str) -> list[psutil.Process]:
    alive = psutil.process_iter(["cmdline", "status"])
    return [
        process
        for process in alive
        if process.info["cmdline"] == ["sleep", span]
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="what left a group is found in /proc")
async def test_of_what_did_not_end_in_time_nothing_is_left_wherever_it_went() -> None:
    answer = await ran(*shell("setsid sleep 77.625 & sleep 77.625"), timeout=0.3)
    assert answer.state is State.UNKNOWN
    _nobody("77.625")


async def test_what_a_program_that_ended_well_took_out_of_its_group_stays() -> None:
    answer = await ran(*shell("setsid sleep 77.375 & sleep 0.2"))
    assert answer.state is State.DONE
    until(lambda: _sleeping("77.375"), "it goes on", within=1)
    for process in _sleeping("77.375"):
        process.kill()


async def test_of_a_program_that_prints_for_ever_the_end_is_kept() -> None:
    answer = await ran(sys.executable, "-c", "print('x' * 300_000); print('end')")
    assert answer.output.endswith("xxx\nend\n")
    assert len(answer.output) == 64 * 1024
    forever = await ran(*shell("yes"), timeout=0.3)
    assert forever.state is State.UNKNOWN
    assert len(forever.output) <= 64 * 1024


async def test_bytes_that_are_no_text_are_kept_as_text() -> None:
    answer = await ran(*shell(r"printf '\377\000\001'; exit 1"))
    assert answer.state is State.FAILED
    assert answer.output == "�\0\x01"


async def test_who_is_stopped_while_it_runs_leaves_nobody_behind() -> None:
    task = asyncio.create_task(ran(*shell("sleep 77.125"), timeout=30))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    _nobody("77.125")
