"""What a killed drill leaves behind goes with the next one, and nothing else does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import throwaway
from monitor.throwaway import MARK, PREFIX, sweep
from tests.support.waiting import until

KILLED = """
import os, subprocess, sys, tempfile
from monitor.throwaway import own
tempfile.tempdir = sys.argv[1]
with own() as made:
    (made.path / "var").mkdir()
    (made.path / "var" / "out").symlink_to(sys.argv[2])
    (made.path / "out").symlink_to(sys.argv[2])
    child = subprocess.Popen(["cat"], stdin=sys.stdin, pass_fds=(made.held,))
    print("at work", flush=True)
    os.kill(os.getpid(), 9)
"""


def test_a_killed_drill_is_swept_once_its_last_process_is_gone(tmp_path: Path) -> None:
    temporary, mine = tmp_path / "tmp", tmp_path / "mine"
    for each in (temporary, mine):
        each.mkdir()
    (mine / "kept").touch()
    argv = [sys.executable, "-c", KILLED, str(temporary), str(mine)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as drill:
        assert drill.stdin
        assert drill.stdout
        assert drill.stdout.readline()
        drill.wait(20)
        [left] = temporary.iterdir()
        sweep(temporary)
        assert (left / "var").is_dir(), "its child is still at work there"
        drill.stdin.close()  # which ends the child
        until(lambda: _is_swept(temporary), "the folder is swept")
    assert (mine / "kept").exists()


def _is_swept(temporary: Path) -> bool:
    sweep(temporary)
    return not list(temporary.iterdir())


def test_what_is_not_ours_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    notes, elsewhere = tmp_path / f"{PREFIX}notes", tmp_path / "elsewhere"
    for each in (notes, elsewhere):
        each.mkdir()
        (each / "kept").touch()
    (elsewhere / MARK).touch()
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    (tmp_path / f"{PREFIX}file").touch()
    with throwaway.own() as made, throwaway.own() as beside:
        before = sorted(tmp_path.iterdir())
        sweep(tmp_path)
        assert sorted(tmp_path.iterdir()) == before
        assert made.path in before
        assert beside.path in before
    assert sorted(tmp_path.iterdir()) == sorted(set(before) - {made.path, beside.path})
    assert (elsewhere / "kept").exists()


def test_a_drill_that_was_killed_before_it_set_its_mark_is_swept_an_hour_later(
    tmp_path: Path,
) -> None:
    young, old, full = (tmp_path / f"{PREFIX}{name}" for name in ("young", "old", "full"))
    for each in (young, old, full):
        each.mkdir()
    (full / "kept").touch()
    for each in (old, full):
        os.utime(each, (0, 0))
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == [full, young]


def test_what_is_another_users_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    theirs = tmp_path / f"{PREFIX}theirs"
    theirs.mkdir()
    (theirs / MARK).touch()
    with monkeypatch.context() as else_:
        else_.setattr("os.geteuid", lambda: 12345)
        sweep(tmp_path)
    assert theirs.exists()
    sweep(tmp_path)
    assert not theirs.exists()
