"""The benchmark of whole runs says what it promises. How fast is for people to judge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks._climb import Climb, Step
from tests.benchmarks.programs import LAGS, MACHINE, PATIENCE, bench, document_of, needs_nginx
from tests.support.checkout import ROOT


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    peers = ("true=true", "absent=/nowhere/program --quiet")
    folder = tmp_path_factory.mktemp("bench")
    return document_of(folder, "runs", "--seconds", "3", *(f"--peer={peer}" for peer in peers))


@needs_nginx
@pytest.mark.parametrize("scheme", ["plain", "tls"])
def test_a_run_costs_something_and_some_are_made(document: dict[str, Any], scheme: str) -> None:
    figures = document[scheme]

    at_1000 = figures.pop("at_1000")
    assert list(figures) == ["cpu_us_per_run", "runs_per_s", "lag_ms", "missed"]
    for step in (figures, at_1000):
        assert step["cpu_us_per_run"] > 0
        assert step["runs_per_s"] >= 0  # a machine that is busy may keep up with none
        assert step["missed"] >= 0
        assert list(step["lag_ms"]) == LAGS
        assert 0 <= step["lag_ms"]["p50"] <= step["lag_ms"]["p99"] <= step["lag_ms"]["max"]


@needs_nginx
def test_it_says_what_it_measured_and_where(document: dict[str, Any]) -> None:
    assert list(document) == ["plain", "tls", "rss_mb", "peers", *MACHINE]
    assert document["rss_mb"] > 0


@needs_nginx
@pytest.mark.parametrize("peer", ["httpx", "true"])
def test_peers_are_measured_beside_it(document: dict[str, Any], peer: str) -> None:
    for scheme in ("plain", "tls"):
        assert document["peers"][peer][scheme]["cpu_us_per_run"] > 0
        assert document["peers"][peer][scheme]["ratio"] > 0


@needs_nginx
def test_a_peer_that_is_not_there_is_left_out(document: dict[str, Any]) -> None:
    assert document["peers"]["absent"] == {}


def test_a_peer_without_a_command_is_refused() -> None:
    done = bench("runs", "--peer", "curl=")

    assert done.returncode == 2
    assert "'curl=' is not NAME=COMMAND" in done.stderr


def test_without_a_web_server_it_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import shutil; shutil.which = lambda *_, **__: None\n"
        "import sys; sys.argv = ['runs']\n"
        "from benchmarks import runs; runs.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        check=False,
    )

    assert done.returncode == 1
    assert "nginx is not installed; install it" in done.stderr
    assert list(tmp_path.iterdir()) == []


def step(p99_ms: float) -> Step:
    lag_ms = {"p50": 1.0, "p99": p99_ms, "max": 99.0}
    return Step(cpu_us_per_run=300, runs_per_s=1, lag_ms=lag_ms, missed=0, failed=0, rss_mb=50)


def test_the_climb_goes_up_until_it_is_late_and_then_in_between() -> None:
    climb = Climb()
    tried = [1000]
    while not climb.over:
        climb.take(tried[-1], step(p99_ms=25 if tried[-1] > 1500 else 3))
        tried.append(climb.next())

    assert tried[:4] == [1000, 1300, 1690, 1495]
    assert 1450 < climb.good <= 1500 < climb.bad


def test_the_climb_goes_down_while_nothing_is_on_time() -> None:
    climb = Climb()
    tried = [1000]
    while not climb.over:
        climb.take(tried[-1], step(p99_ms=25))
        tried.append(climb.next())

    assert tried[:3] == [1000, 591, 349]
    assert climb.best is None
