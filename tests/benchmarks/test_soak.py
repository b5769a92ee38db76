"""Whatever is done to the monitor, nobody is paged for the service, which is well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks import _apart, soak
from benchmarks._harm import harms
from benchmarks._watched import Log
from tests.support.checkout import ROOT

PATIENCE = 220.0  # seconds; a bound for a machine under load, not a wait


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("soak")
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "soak.py"), "--briefly", "--seed", "3"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | {"TMPDIR": str(folder)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path for path in folder.iterdir() if path.name.startswith("trueup-soak-")] == []
    read: dict[str, Any] = json.loads(done.stdout)
    return read


@pytest.mark.timeout(240)
def test_each_trouble_of_our_own_pages_nobody_for_the_service(document: dict[str, Any]) -> None:
    possible, impossible = harms(apart=bool(_apart.way()))
    assert document["faults"] == dict.fromkeys(sorted(possible), 1)
    assert document["skipped"] == impossible
    assert document["pages_to_service"] == 0
    assert document["incidents"] == 0


@pytest.mark.timeout(240)
def test_no_time_counts_as_down_and_the_page_never_said_so(document: dict[str, Any]) -> None:
    assert document["false_down_s"] == 0
    assert document["page_said_down"] is False


@pytest.mark.timeout(240)
def test_every_probe_goes_on_after_each_trouble(document: dict[str, Any]) -> None:
    assert document["runs"] > 0
    assert set(document["longest_gap_s"]) == {"front", "search", "journey"}
    assert not [said for said in document["anomalies"] if "did not come back" in said]


def test_the_log_is_read_as_it_comes_and_what_is_not_ours_is_passed_over() -> None:
    log = Log()
    log.take("Fontconfig warning: nothing of ours\n")
    log.take(json.dumps({"level": "info", "event": "watching"}))
    log.take(json.dumps({"event": "run", "probe": "front", "outcome": "PASS"}))
    before_s = log.passed_s["front"]
    log.take(json.dumps({"event": "run", "probe": "front", "outcome": "ERROR"}))
    log.take(json.dumps({"event": "run", "probe": "search", "outcome": "FAIL", "reason": "status"}))
    log.take(json.dumps({"level": "error", "event": "broke", "error": "KeyError: 'x' (a.py:1)"}))

    assert log.watching
    assert log.passed_s == {"front": before_s}
    assert log.ran_s["front"] <= time.monotonic()
    assert dict(log.runs) == {"PASS": 1, "ERROR": 1, "FAIL": 1}
    assert log.failed == ["search: status: None"]
    assert len(log.crashed) == 1


@pytest.mark.parametrize("strict", [True, False])
def test_the_configuration_is_one_that_the_daemon_takes(tmp_path: Path, strict: bool) -> None:
    given = soak.arguments(["--seed", "1", *(["--strict"] if strict else [])])
    (tmp_path / "journey.py").write_text(soak.JOURNEY)
    (tmp_path / "probes.toml").write_text(soak.configuration(8601, given))
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "check", "--config", str(tmp_path / "probes.toml")],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
