"""scripts/check and scripts/test: one stage after the other, up to the first that fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.house import apt, browser, environment
from scripts.house.say import ROOT, Stop, rule, say
from scripts.house.stamp import VENV, Level

PROCESSES = max(2, min(len(os.sched_getaffinity(0)), 8))


@dataclass(frozen=True, slots=True)
class Stage:
    """One tool from the environment. `remedy` is said when it finds something."""

    name: str
    command: tuple[str, ...]
    remedy: str = ""


FAST = (
    Stage("format", ("ruff", "format", "--check", "."), "Try: .venv/bin/ruff format ."),
    Stage("lint", ("ruff", "check", "."), "Try: .venv/bin/ruff check --fix ."),
    Stage("types", ("mypy",)),
    Stage(
        "imports", ("lint-imports", "--no-logo"), "docs/development.md says which way imports run."
    ),
)
HOUSE = Stage("house", ("pytest", "tests/test_house.py", "tests/test_documentation.py"))


def check(arguments: Sequence[str]) -> int:
    """The fast part alone."""
    if arguments:
        raise Stop(f"scripts/check takes no arguments, and got {' '.join(arguments)!r}.")
    environment.prepare(Level.DEVELOP)
    return all_of((*FAST, HOUSE))


def test(arguments: Sequence[str]) -> int:
    """Everything; *arguments* are for pytest."""
    environment.prepare(Level.DEVELOP)
    say(f"journeys run in {browser.prepare()}")
    _nginx()
    command = ("pytest", "-n", str(PROCESSES), "--dist=worksteal", "-rfEs", *arguments)
    return all_of((*FAST, Stage("tests", command)))


def _nginx() -> None:
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        return
    if not (apt.possible() and apt.install("nginx-light")):
        say("there is no nginx; the tests that need one are skipped")


def all_of(stages: Sequence[Stage]) -> int:
    """The exit status, 0 or 1; the last line it prints says which."""
    began = time.monotonic()
    for stage in stages:
        rule(stage.name)
        status = _run(stage)
        if status:
            rule(f"FAILED: {stage.name} (exit status {status}). {stage.remedy}".rstrip())
            return 1
    rule(f"all good: {', '.join(s.name for s in stages)} in {time.monotonic() - began:.0f} s")
    return 0


def _run(stage: Stage) -> int:
    began = time.monotonic()
    tool, *arguments = stage.command
    status = subprocess.run([VENV / "bin" / tool, *arguments], cwd=ROOT, check=False).returncode
    print(f"   {stage.name}: {time.monotonic() - began:.1f} s", flush=True)
    return status
