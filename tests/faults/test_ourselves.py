"""What breaks is trueup's own: its browser, its clock, its event loop. Nobody's service is down."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.world import ROOT, World, a_world

CONFIG = """
[trueup]
state = "var"
listen = "127.0.0.1:8600"
operators = ["ops"]
[defaults]
every = "1s"
timeout = "2s"
confirm = []
channels = ["pager"]
[probe.uploads]
kind = "http"
url = "http://127.0.0.1:8601/health/uploads"
[component.uploads]
name = "Uploads"
probes = ["uploads"]
[channel.pager]
kind = "webhook"
url = "http://127.0.0.1:8601/pager"
[channel.ops]
kind = "webhook"
url = "http://127.0.0.1:8601/pager"
"""
JOURNEY = """
[probe.signin]
kind = "journey"
journey = "login"
url = "http://127.0.0.1:8601/sign-in"
username = "canary@example.org"
password = "practice-makes-perfect"
expect_text = "Your library"
every = "1s"
timeout = "5s"
[component.signin]
name = "Signing in"
probes = ["signin"]
"""


def abouts(world: World) -> list[tuple[str, str, str]]:
    return [(body["about"], body["event"], body["probe"]) for body in world.pages()]


@pytest.mark.timeout(120)
def test_a_browser_that_dies_at_its_start_wakes_the_operator_and_nobody_else(
    tmp_path: Path,
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nkill -TRAP $$\n")
    broken.chmod(0o755)
    text = CONFIG.replace("[defaults]", f'browser = "{broken}"\n[defaults]', 1) + JOURNEY
    with a_world(tmp_path, text) as world:
        world.wait(lambda: abouts(world), "the operator hears of it")
        assert abouts(world) == [("trueup", "opened", "trueup/browser")]
        world.wait(lambda: world.conditions().get("uploads") == "up", "http goes on")
        assert world.conditions()["signin"] == "unknown"
        assert len(abouts(world)) == 1


class Launched:
    """A daemon that can be harmed from within, and its log, a line of JSON for each thing said."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._log = world.folder / "daemon.log"
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "benchmarks._launched", str(world.config)]
            pipe, cwd = subprocess.PIPE, ROOT
            self.process = subprocess.Popen(command, stdin=pipe, stdout=log, stderr=log, cwd=cwd)
        self.does("begin")

    def does(self, command: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{command}\n".encode())
        self.process.stdin.flush()

    def runs(self) -> list[dict[str, Any]]:
        lines = self._log.read_text(errors="replace").splitlines()
        said = [json.loads(line) for line in lines if line.startswith("{")]
        return [line for line in said if line["event"] == "run"]

    def runs_on(self) -> None:
        """Until it has made three runs more."""
        known = len(self.runs())
        self.world.wait(lambda: len(self.runs()) >= known + 3, "it goes on probing")


@contextmanager
def launched(world: World) -> Iterator[Launched]:
    daemon = Launched(world)
    try:
        daemon.runs_on()
        world.wait(lambda: world.conditions() == {"uploads": "up"}, "all is up")
        yield daemon
        daemon.process.terminate()
        assert daemon.process.wait(30) == 0
    finally:
        daemon.process.kill()
        daemon.process.communicate()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, CONFIG, starts=False) as running:
        yield running


@pytest.mark.timeout(120)
@pytest.mark.parametrize("step_s", [-3_600, 86_400])
def test_the_wall_clock_is_set_and_probing_goes_on_at_its_pace(world: World, step_s: int) -> None:
    with launched(world) as daemon:
        before, began = len(daemon.runs()), time.monotonic()
        daemon.does(f"step {step_s}")
        daemon.runs_on()
        spent = time.monotonic() - began
        assert len(daemon.runs()) - before <= spent + 4, "no burst makes up for what never was"
        outcomes = {run["outcome"] for run in daemon.runs()}
        assert {"PASS"} <= outcomes <= {"PASS", "ERROR"}, "but for a machine that stands still"
        broken = time.monotonic()
        world.breaks("upload-down")
        world.wait(lambda: abouts(world), "an outage afterwards is told")
        [body] = world.pages()
        assert (body["about"], body["probe"]) == ("probe", "uploads")
        world.mended("upload-down")
        world.wait(lambda: len(abouts(world)) == 2, "and so is its end")
        lasted = world.pages()[1]["lasted_s"]
        assert 0 < lasted < time.monotonic() - broken + 5, "as long as it was, by any clock"


@pytest.mark.timeout(120)
def test_an_event_loop_that_stands_still_makes_no_target_slow_or_down(world: World) -> None:
    with launched(world) as daemon:
        daemon.does("block 5")
        time.sleep(6)  # the length of the stillstand is what this is about
        daemon.runs_on()
        assert {run["outcome"] for run in daemon.runs()} <= {"PASS", "ERROR"}
        assert [about for about, *_ in abouts(world) if about == "probe"] == []
