"""A pin is written whole or not at all, and never outside of the folder of the configuration."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.pins import CannotWrite, write
from tests.support.checkout import ROOT

KILLED = """
import os, runpy, signal, sys
from pathlib import Path
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
write = runpy.run_path("monitor/pins/writing.py")["write"]
write(Path(sys.argv[1]), Path(sys.argv[2]), "half a file")
"""


async def test_a_link_that_leads_out_of_the_folder_is_not_followed(
    tmp_path: Path,
) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "etc"
    elsewhere.mkdir()
    folder.mkdir()
    (folder / "pins").symlink_to(elsewhere)

    with pytest.raises(CannotWrite, match="leads out of"):
        write(folder / "pins" / "a.json", folder, "{}")
    assert list(elsewhere.iterdir()) == []

    (folder / "pins").unlink()
    (folder / "pins").mkdir()
    (folder / "pins" / "a.json").symlink_to(elsewhere / "kept")
    (elsewhere / "kept").write_text("as it was")
    write(folder / "pins" / "a.json", folder, "{}")
    assert (elsewhere / "kept").read_text() == "as it was"
    assert (folder / "pins" / "a.json").read_text() == "{}"


def test_what_somebody_learned_by_hand_can_be_read_by_whoever_runs_the_daemon(
    tmp_path: Path,
) -> None:
    before = os.umask(0o077)
    try:
        write(tmp_path / "pins" / "a.json", tmp_path, "{}")
    finally:
        os.umask(before)
    assert (tmp_path / "pins").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "pins" / "a.json").stat().st_mode & 0o777 == 0o644


def test_one_that_is_killed_while_writing_leaves_no_half_file(tmp_path: Path) -> None:
    pin = tmp_path / "pins" / "account.json"
    command = [sys.executable, "-c", KILLED, str(pin), str(tmp_path)]
    killed = subprocess.run(command, cwd=ROOT, check=False, timeout=60)

    assert killed.returncode == -signal.SIGKILL
    assert not pin.exists()
    write(pin, tmp_path, "{}")
    assert [path.name for path in pin.parent.iterdir()] == ["account.json"]
