"""The benchmark of whole runs says what it promises. How fast is for people to judge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.support.checkout import ROOT

PATIENCE = 60.0  # seconds; a bound for a machine under load, not a wait
NGINX = which("nginx") or which("nginx", path="/usr/sbin:/usr/local/sbin")
LAGS = ["p50", "p99", "max"]


def bench(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "runs.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | environ,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For temporary files."""
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    if NGINX is None:
        pytest.skip("nginx is not installed")
    peers = ("true=true", "absent=/nowhere/program --quiet")
    done = bench("--seconds", "3", *(f"--peer={peer}" for peer in peers), TMPDIR=str(folder))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


@pytest.mark.parametrize("scheme", ["plain", "tls"])
def test_a_run_costs_something_and_some_are_made(document: dict[str, Any], scheme: str) -> None:
    figures = document[scheme]

    assert list(figures) == ["cpu_us_per_run", "runs_per_s", "lag_ms", "missed"]
    assert figures["cpu_us_per_run"] > 0
    assert figures["runs_per_s"] > 0
    assert figures["missed"] >= 0
    assert list(figures["lag_ms"]) == LAGS
    assert 0 <= figures["lag_ms"]["p50"] <= figures["lag_ms"]["p99"] <= figures["lag_ms"]["max"]


def test_it_says_where_it_was_measured(document: dict[str, Any]) -> None:
    assert list(document) == ["plain", "tls", "rss_mb", "python", "cores", "peers"]
    assert document["rss_mb"] > 0
    assert document["python"].startswith("3.")
    assert document["cores"] > 0


@pytest.mark.parametrize("peer", ["httpx", "true"])
def test_peers_are_measured_beside_it(document: dict[str, Any], peer: str) -> None:
    for scheme in ("plain", "tls"):
        assert document["peers"][peer][scheme]["cpu_us_per_run"] > 0
        assert document["peers"][peer][scheme]["ratio"] > 0


def test_a_peer_that_is_not_there_is_left_out(document: dict[str, Any]) -> None:
    assert document["peers"]["absent"] == {}


def test_a_peer_without_a_command_is_refused() -> None:
    done = bench("--peer", "curl=")

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


def test_it_leaves_nothing_in_the_folder_for_temporary_files(
    document: dict[str, Any], folder: Path
) -> None:
    assert document
    assert list(folder.iterdir()) == []
