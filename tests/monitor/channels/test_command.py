"""The command channel against real programs that succeed, fail, hang and shout."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest
import uvloop
from pydantic import ValidationError

from monitor.channels import (
    CHANNELS,
    Delivered,
    Delivery,
    Outside,
    Refused,
    Retry,
    reaching_out,
)
from monitor.notices import short, subject, to_json
from tests.support.clock import HandClock
from tests.support.notices import opened
from tests.support.waiting import until

COMMAND = CHANNELS["command"]


async def run(
    outside: Outside, *argv: str, timeout: str = "10s", folder: Path = Path()
) -> Delivery:
    settings = COMMAND.settings.model_validate(
        {"argv": list(argv), "timeout": timeout}, context={"folder": folder}
    )
    return await COMMAND.send(settings, opened(), to_json(opened()), outside)


def sh(script: str, *more: str) -> tuple[str, ...]:
    return ("sh", "-c", script, "sh", *more)


async def test_the_program_reads_the_notice_on_its_standard_input(
    outside: Outside, tmp_path: Path
) -> None:
    got = tmp_path / "got"
    assert await run(outside, *sh('cat > "$1"', str(got))) == Delivered()
    assert got.read_text() == to_json(opened())


async def test_the_program_sees_little_of_our_surroundings(
    outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "sesame")
    got = tmp_path / "got"
    await run(outside, *sh('env > "$1"', str(got)))
    seen = dict(line.split("=", 1) for line in got.read_text().splitlines())
    assert seen["TRUEUP_EVENT"] == "opened"
    assert seen["TRUEUP_INCIDENT"] == "42"
    assert seen["TRUEUP_PROBE"] == "signin"
    assert seen["PATH"] == os.environ["PATH"]
    shell_made = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert seen["TRUEUP_ABOUT"] == "probe"
    assert seen["TRUEUP_SEVERITY"] == "critical"
    assert seen["TRUEUP_ENVIRONMENT"] == "production"
    assert seen["TRUEUP_KEY"] == opened().dedup_key
    assert seen["TRUEUP_SUBJECT"] == subject(opened())
    assert seen["TRUEUP_SHORT"] == short(opened())
    told = {
        *("EVENT", "INCIDENT", "PROBE", "ABOUT", "SEVERITY"),
        *("ENVIRONMENT", "KEY", "SUBJECT", "SHORT"),
    }
    ours = {"PATH", "HOME", "LANG"} | {f"TRUEUP_{name}" for name in told}
    assert seen.keys() <= ours | shell_made


async def test_there_is_no_shell_in_between(outside: Outside, tmp_path: Path) -> None:
    got = tmp_path / "got"
    hostile = f"$(touch {got}); touch {got} | *"
    assert await run(outside, "printf", "%s", hostile) == Delivered()
    assert not got.exists()


async def test_a_relative_program_stands_next_to_the_configuration(
    outside: Outside, tmp_path: Path
) -> None:
    script(tmp_path / "siren", "#!/bin/sh\nexit 0\n")
    assert await run(outside, "./siren", folder=tmp_path) == Delivered()


@pytest.mark.parametrize(
    ("does", "verdict"),
    [
        ("exit 0", Delivered()),
        ("echo all well; exit 0", Delivered()),
        ("exit 75", Retry("the program ended with status 75")),
        ("exit 3", Retry("the program ended with status 3")),
        ("echo first; echo last >&2; echo; exit 1", Retry("the program ended with status 1: last")),
        ("kill -9 $$", Retry("the program was ended by signal 9")),
        (r"printf 'a\033[2Jb\rc\n'; exit 1", Retry("the program ended with status 1: a [2Jb c")),
        (r"printf '\377\376'; exit 1", Retry("the program ended with status 1: ��")),
    ],
)
async def test_what_an_exit_status_means(outside: Outside, does: str, verdict: Delivery) -> None:
    assert await run(outside, *sh(does)) == verdict


def script(path: Path, content: str, mode: int = 0o755) -> str:
    path.write_text(content)
    path.chmod(mode)
    return str(path)


async def test_a_program_that_cannot_be_started_is_refused(
    outside: Outside, tmp_path: Path
) -> None:
    for program in (
        "no-such-program-here",
        str(tmp_path / "absent"),
        str(tmp_path),
        script(tmp_path / "plain", "#!/bin/sh\n", mode=0o644),
        script(tmp_path / "orphan", "#!/no/such/interpreter\n"),
        script(tmp_path / "file", "") + "/inside",
    ):
        delivery = await run(outside, program)
        assert isinstance(delivery, Refused), program
        assert re.fullmatch(r"the program could not be started: [a-z ]+", delivery.why)


async def test_a_program_that_does_not_read_is_no_trouble(outside: Outside) -> None:
    settings = COMMAND.settings.model_validate({"argv": ["true"]})
    assert await COMMAND.send(settings, opened(), "x" * 1_000_000, outside) == Delivered()


async def test_a_shouting_program_is_heard_to_its_last_line_and_no_more(outside: Outside) -> None:
    shouts = "import sys; sys.stdout.write('x' * 50_000_000 + '\\n' + 'y' * 999); sys.exit(1)"
    delivery = await run(outside, sys.executable, "-c", shouts)
    assert isinstance(delivery, Retry)
    assert delivery.why.endswith("y…")
    assert len(delivery.why) < 300


async def test_a_hanging_program_is_killed_with_everything_it_started(
    outside: Outside, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    began = time.monotonic()
    hangs = 'trap "" TERM INT HUP; sleep 60 & echo $$ $! > "$1"; wait; sleep 60'
    delivery = await run(outside, *sh(hangs, str(pids)), timeout="1s")
    assert time.monotonic() - began < 10
    assert delivery == Retry("the program did not end in time")
    started = [int(pid) for pid in pids.read_text().split()]
    assert len(started) == 2
    gone(started)


async def test_what_a_program_leaves_running_is_ended_and_holds_nothing_up(
    outside: Outside, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    began = time.monotonic()
    assert await run(outside, *sh('sleep 60 & echo $! > "$1"', str(pid))) == Delivered()
    assert time.monotonic() - began < 10
    gone([int(pid.read_text())])


async def test_a_grandchild_that_fled_its_group_cannot_hold_up_the_answer(
    outside: Outside, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    flees = 'setsid sh -c \'echo $$ > "$1.new"; mv "$1.new" "$1"; exec sleep 60\' sh "$1" &'
    waits = 'while [ ! -e "$1" ]; do sleep 0.02; done; echo fled; exit 1'
    began = time.monotonic()
    try:
        delivery = await run(outside, *sh(f"{flees} {waits}", str(pid)))
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)
    assert time.monotonic() - began < 15
    assert delivery == Retry("the program ended with status 1: fled")


async def test_a_cancelled_delivery_leaves_no_program_behind(
    outside: Outside, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    writes = 'echo $$ > "$1.new"; mv "$1.new" "$1"; sleep 60'
    sending = asyncio.ensure_future(run(outside, *sh(writes, str(pid))))
    await asyncio.to_thread(until, pid.exists, "the program runs")
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    gone([int(pid.read_text())])


async def test_a_delivery_can_be_cancelled_while_its_program_is_being_started(
    outside: Outside,
) -> None:
    for moment in range(12):
        sending = asyncio.ensure_future(run(outside, *sh("sleep 60")))
        for _ in range(moment):
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.wait({sending}, timeout=5)
        assert sending.cancelled()
    gone([child.pid for child in psutil.Process().children() if child.name() == "sleep"])


def gone(pids: list[int]) -> None:
    """Neither running nor a zombie of ours; an orphan is reaped by whoever inherits it."""

    def over(pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            return process.status() == psutil.STATUS_ZOMBIE and process.ppid() != os.getpid()
        except psutil.NoSuchProcess:
            return True

    until(lambda: all(over(pid) for pid in pids), "every process is gone", within=3)


def test_it_works_the_same_on_the_loop_that_the_daemon_uses(tmp_path: Path) -> None:
    async def scenario() -> list[Delivery]:
        async with reaching_out(HandClock()) as outside:
            pid = tmp_path / "pid"
            answers = [
                await run(outside, *sh("cat > /dev/null; exit 0")),
                await run(outside, *sh("sleep 60 & echo busy; exit 75")),
                await run(outside, "no-such-program-here"),
                await run(outside, *sh('echo $$ > "$1"; sleep 60', str(pid)), timeout="500ms"),
            ]
            gone([int(pid.read_text())])
            # now and then the program has ended before its input can be written
            answers += [await run(outside, "true") for _ in range(20)]
            return answers

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        good, busy, absent, hung, *quick = runner.run(scenario())
    assert good == Delivered()
    assert busy == Retry("the program ended with status 75: busy")
    assert isinstance(absent, Refused)
    assert hung == Retry("the program did not end in time")
    assert set(quick) == {Delivered()}


@pytest.mark.parametrize("argv", [[], [""], "siren --loud", ["siren", 5], ["si\0ren"]])
def test_what_is_not_a_command_is_a_bad_configuration(argv: object) -> None:
    with pytest.raises(ValidationError):
        COMMAND.settings.model_validate({"argv": argv})
