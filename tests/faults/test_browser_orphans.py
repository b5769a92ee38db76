"""A daemon that is killed takes its browsers with it, whatever they are doing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from probes.browser.folder import PrivateFolder
from tests.support.waiting import until

DAEMON = """
import asyncio, sys
from datetime import timedelta
from probes.browser import Browsers, Errand
from tests.support import traps

async def main():
    browsers = Browsers(slots=1)
    await browsers.run(Errand(journey=traps.quick, timeout=timedelta(seconds=20)))
    print("ready", flush=True)
    errand = Errand(journey=getattr(traps, sys.argv[1]), timeout=timedelta(seconds=60))
    await browsers.run(errand)

asyncio.run(main())
"""


@pytest.mark.parametrize("journey", ["spins", "swallows", "holds_the_interpreter"])
def test_nothing_outlives_a_daemon_that_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journey: str
) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    daemon = subprocess.Popen(
        [sys.executable, "-c", DAEMON, journey], env=environment, stdout=subprocess.PIPE
    )
    assert daemon.stdout is not None
    with daemon.stdout:
        assert daemon.stdout.readline() == b"ready\n"
    family = psutil.Process(daemon.pid).children(recursive=True)
    assert len(family) > 4, "a worker, a driver and a browser with its processes"
    daemon.kill()
    daemon.wait(10)
    until(lambda: not [p for p in family if _lives(p)], "all of them are gone")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    next_one = PrivateFolder()
    assert [*tmp_path.iterdir()] == [next_one.path], "what it left is swept by the next one"
    next_one.remove()


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
