"""The commands in scripts/, on the machines of people who are having a bad day."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.house import bench, browser, lock, stages, stamp
from scripts.house.stages import Stage
from tests.support.checkout import ROOT
from tests.support.waiting import until


def command(
    name: str, *arguments: str, at: Path = ROOT, **env: str
) -> subprocess.CompletedProcess[str]:
    """Runs scripts/NAME as a person would, apart from pip's settings on this machine."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    return subprocess.run(
        [at / "scripts" / name, *arguments],
        env=ours | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def program(path: Path, text: str) -> Path:
    """An executable shell script."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clean clone, as far as the setup looks at it."""
    for name in ("pyproject.toml", "constraints.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    return tmp_path


def test_without_a_network_a_half_made_environment_is_replaced_and_a_sentence_says_what_is_missing(
    checkout: Path,
) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    index = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}

    ended = command("run", at=checkout, PIP_RETRIES="1", **index)

    assert ended.returncode == 1
    assert "making .venv" in ended.stderr
    assert "there is no way to the package index" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (checkout / ".venv" / "unfinished").exists(), "the next start would trust it"


def test_a_python_that_is_too_old_is_refused_with_a_sentence(tmp_path: Path) -> None:
    old = program(tmp_path / "python", "exit 1")
    ended = command("check", PYTHON=str(old))

    assert ended.returncode == 1
    assert "is not a Python 3.11 or later" in ended.stderr


def test_arguments_that_mean_nothing_are_refused() -> None:
    ended = command("check", "--fast", PYTHON=sys.executable)

    assert ended.returncode == 1
    assert "takes no arguments" in ended.stderr


def test_an_unknown_benchmark_is_told_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "latency.py").write_text('"""How late.\n\nMore."""\n')
    (tmp_path / "_shared.py").touch()
    there = bench.programs(tmp_path)

    assert list(there) == ["latency"]
    assert bench.first_line(there["latency"]) == "How late."
    assert "'latency'" in bench.nearest("latencies", there)


def test_two_setups_at_once_take_turns() -> None:
    enter = "from scripts.house.lock import alone\nwith alone(): print('inside', flush=True)"
    with lock.alone():
        second = subprocess.Popen(
            [sys.executable, "-c", enter],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert second.stderr is not None
        assert "waiting for it" in second.stderr.readline()
        assert second.poll() is None
    said, _ = second.communicate(timeout=20)
    assert said == "inside\n"


def test_the_lock_outlives_us_while_what_we_started_still_works() -> None:
    with lock.alone() as held:
        child = subprocess.Popen(["sleep", "60"], pass_fds=[held])
    assert not _free()
    child.kill()
    child.wait(20)
    until(_free, "the lock is free")


def _free() -> bool:
    return subprocess.run(["flock", "--nonblock", ROOT, "true"], check=False).returncode == 0


def test_a_setup_is_due_when_packages_change_and_not_when_a_tool_is_set(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamp, "ROOT", checkout)
    project = checkout / "pyproject.toml"
    before = stamp.wanted()

    project.write_text(project.read_text().replace("line-length = 100", "line-length = 99"))
    assert stamp.wanted() == before
    project.write_text(project.read_text().replace('"httptools>=', '"httptools>0,>='))
    assert stamp.wanted() != before


@pytest.mark.parametrize(
    "trouble", ["exit 133", "exec sleep 60", "echo '<htm'", "kill -TRAP $$"], ids=str
)
def test_a_browser_that_does_not_start_is_not_taken(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "PATIENCE", 0.5)

    assert not browser.starts(str(program(tmp_path / "chromium", trouble)))
    assert not browser.starts(str(tmp_path / "missing"))


def test_the_first_stage_that_fails_is_the_last_that_runs_and_the_last_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stages, "VENV", Path(sys.prefix))
    row = [
        Stage("format", ("python", "-c", "print('tidy')")),
        Stage("lint", ("python", "-c", "raise SystemExit(3)"), "Try: mending it."),
        Stage("tests", ("python", "-c", "print('too late')")),
    ]
    assert stages.all_of(row) == 1

    said = capfd.readouterr().out
    assert "tidy" in said
    assert "too late" not in said
    assert "FAILED: lint (exit status 3). Try: mending it." in said.splitlines()[-1]
