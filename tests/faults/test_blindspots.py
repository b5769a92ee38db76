"""Runs through faults do no harm, whatever becomes of them; and nothing wrong is learned."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.breaking import Breaking, breaking
from tests.support.client import CLIENT
from tests.support.serve import serving
from tests.support.waiting import until
from tests.support.world import PATIENCE, ROOT, World, a_world

SAYS = "A message from our own monitoring"
FAULTS = [f"--fault={name}" for name in ("status-500", "another-page", "stale", "cookies-dropped")]
WHO = {"Authorization": "Bearer practice-canary-token"}
CONFIG = """
[trueup]
[defaults]
timeout = "20s"
confirm = []
[probe.home]
kind = "http"
url = "{site}/"
[probe.about]
kind = "http"
url = "{site}/about"
[probe.health]
kind = "http"
url = "{site}/health"
[probe.message]
kind = "journey"
journey = "message"
url = "{site}/messages"
[probe.message.login]
url = "{site}/sign-in"
username = "canary@example.org"
password = "practice-makes-perfect"
[probe.upload]
kind = "journey"
journey = "upload"
url = "{site}/uploads"
timeout = "7s"
blindspots = "read-only"
"""
LEARNER = """
[trueup]
[probe.odd]
kind = "http"
url = "{site}/"
timeout = "5s"
confirm = []
expect.shape = "learn"
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("harmless"), "", starts=False) as running:
        yield running


@pytest.fixture
def door(world: World) -> Iterator[Breaking]:
    """Which breaks nothing, and remembers who came through."""
    with breaking(world.site) as way_in:
        world.configure(CONFIG.format(site=way_in.url))
        yield way_in


def begun(config: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "monitor", "blindspots", "--config", str(config), *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )


def writes(door: Breaking, path: str = "") -> list[str]:
    return [at for method, at in door.asked if method == "POST" and at.startswith(path)]


def left_over(world: World) -> list[str]:
    answer = CLIENT.get(f"{world.site}/api/messages", headers=WHO).raise_for_status()
    return [each["text"] for each in answer.json()["items"] if each["text"].startswith(SAYS)]


@pytest.mark.timeout(180)
def test_killed_in_the_middle_of_a_broken_journey_it_leaves_no_browser_and_no_harm(
    world: World, door: Breaking
) -> None:
    seeking = begun(world.config, "message", "--fault", "stale", "--json")
    until(lambda: len(writes(door, "/sign-in")) == 2, "the broken run has signed in", PATIENCE)
    until(lambda: left_over(world), "and has written", PATIENCE)
    family = psutil.Process(seeking.pid).children(recursive=True)
    assert len(family) > 4, "a worker, a driver and a browser with its processes"
    seeking.kill()
    seeking.communicate(timeout=PATIENCE)

    until(lambda: not [each for each in family if _lives(each)], "all of them are gone", PATIENCE)
    left = left_over(world)
    done = world.command("once", "message")
    assert done.returncode == 0, done.stdout
    assert len(left) == 1, "it was killed before it could remove what it wrote"
    assert left_over(world) == left, "the next run takes it for nobody's fault, and removes its own"


@pytest.mark.timeout(180)
def test_a_probe_that_must_not_write_writes_nothing_under_any_fault(
    world: World, door: Breaking
) -> None:
    done = world.command("blindspots", "upload", "--json", "--per-minute=60", *FAULTS)
    assert done.returncode == 0, done.stderr
    found = {cell["fault"]: cell["verdict"] for cell in json.loads(done.stdout)["matrix"]}

    assert {method for method, _ in door.asked} == {"GET"}
    assert found["another-page"] == found["status-500"] == "seen"
    assert found["stale"] == found["cookies-dropped"] == "not_tried", "nobody knows"


@pytest.mark.timeout(120)
def test_no_more_runs_a_minute_than_were_allowed(world: World, door: Breaking) -> None:
    seeking = begun(world.config, "home", "about", "health", "--per-minute", "2", "--json")
    until(lambda: len(door.asked) == 2, "the first two ran", PATIENCE)
    with pytest.raises(subprocess.TimeoutExpired):
        seeking.wait(3)
    assert len(door.asked) == 2
    seeking.send_signal(signal.SIGTERM)
    told, _ = seeking.communicate(timeout=PATIENCE)
    assert seeking.returncode == 128 + signal.SIGTERM
    assert json.loads(told)["complete"] is False


@pytest.mark.timeout(120)
def test_a_target_that_changes_on_every_answer_can_be_judged_and_learned(tmp_path: Path) -> None:
    numbers = itertools.count(1000)

    async def odd(_: Request) -> Response:
        number = next(numbers)
        here = {f"{number:024x}": {"seen": True}, f"{number + 7:024x}": {"seen": False}}
        headers = {"X-Powered-By": f"Quill/{number}"}
        return JSONResponse(
            {"users": here, "id": number, "at": [number] * (number % 3)}, 200, headers
        )

    with serving(Starlette(routes=[Route("/", odd)])) as site:
        config = configured(tmp_path, site)
        assert ours(config, "learn").returncode == 0
        pin = json.loads((tmp_path / "pins" / "odd.json").read_text())
        assert pin["varies"] == ["$.users"]
        assert [ours(config, "once").returncode for _ in range(3)] == [0, 0, 0]
        done = ours(config, "blindspots", "--json")
    assert done.returncode == 0, done.stderr
    found = {(c["fault"], c["at"]): c["verdict"] for c in json.loads(done.stdout)["matrix"]}
    assert found["field-removed", "$.id"] == found["field-renamed", "$.users"] == "seen"
    assert found["field-removed", "$.users[*].seen"] == "seen"
    assert not [at for _, at in found if at and "000" in at], "keys that are data are no fields"


@pytest.mark.timeout(120)
@pytest.mark.parametrize("bad", [0, 1, 2])
def test_nothing_is_learned_from_a_target_that_is_broken_now_and_then(
    tmp_path: Path, bad: int
) -> None:
    asked = itertools.count()

    async def shaky(_: Request) -> Response:
        if next(asked) % 3 == bad:
            return JSONResponse({"error": "no database"}, 500)
        return JSONResponse({"items": []})

    with serving(Starlette(routes=[Route("/", shaky)])) as site:
        done = ours(configured(tmp_path, site), "learn")
    assert done.returncode == 1
    assert "500" in done.stdout + done.stderr
    assert not [*tmp_path.rglob("odd.json")]


def configured(folder: Path, site: str) -> Path:
    config = folder / "probes.toml"
    config.write_text(LEARNER.format(site=site))
    return config


def ours(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command: list[Any] = [sys.executable, "-m", "monitor", *words, "--config", config]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT, check=False
    )


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
