"""Installing, with progress that a person can follow and failures that say what to do."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from scripts.house.say import ROOT, Stop, say
from scripts.house.stamp import CONSTRAINTS, PYTHON, VENV, Level

DEADLINE = 900.0  # seconds
EVERY = 5.0  # seconds between lines of progress
LOG = VENV / "setup.log"
TARGETS = {Level.RUN: ".", Level.DEVELOP: ".[dev]"}
NO_SPACE = ("No space left on device", "Disk quota exceeded")
NO_NETWORK = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "SSLError",
    "Connection broken",
    "Network is unreachable",
)
# constraints.txt holds for what the build needs, too; pip takes that from the environment only
CONSTRAINED = {"PIP_CONSTRAINT": CONSTRAINTS.name, "PIP_BUILD_CONSTRAINT": CONSTRAINTS.name}


def install(level: Level, lock: int) -> None:
    """Installs this checkout and what it needs. Raises Stop."""
    say(f"installing what it takes to {level.name.lower()} (once; a minute or so)")
    pip(PYTHON, ["install", "-c", CONSTRAINTS.name, "-e", TARGETS[level]], CONSTRAINED, lock)


def pip(python: Path, arguments: Sequence[str], env: dict[str, str], *keep: int) -> None:
    """Runs pip to its end, with the descriptors *keep* held open by it. Raises Stop."""
    command = [str(python), "-m", "pip", *arguments, "--progress-bar=off", "--no-input"]
    running = subprocess.Popen(
        [*command, "--disable-pip-version-check"],
        cwd=ROOT,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=keep,
    )
    alarm = threading.Timer(DEADLINE, running.kill)
    alarm.start()
    try:
        assert running.stdout is not None
        said = "".join(_with_progress(running.stdout))
    finally:
        alarm.cancel()
        if running.poll() is None:
            running.terminate()
        running.wait(30)
    if running.returncode:
        raise _failure(said)


def _with_progress(output: IO[str]) -> Iterator[str]:
    found, told_at = 0, time.monotonic()
    for line in output:
        yield line
        if line.startswith("Installing collected packages"):
            say(f"unpacking {line.count(',') + 1} packages")
        elif line.startswith("Collecting "):
            found += 1
            if time.monotonic() - told_at > EVERY:
                told_at = time.monotonic()
                say(f"{found} packages found so far")


def _failure(said: str) -> Stop:
    known = reason(said)
    if known:
        return known
    with suppress(OSError):
        LOG.write_text(said)
    errors = [line for line in said.splitlines() if line.startswith("ERROR")]
    return Stop(
        f"pip failed: {errors[-1] if errors else 'it was ended, or ran too long.'}",
        f"All that it said is in {LOG}.",
    )


def reason(said: str) -> Stop | None:
    """The failures that have nothing to do with us, recognised by their traces."""
    if any(trace in said for trace in NO_SPACE):
        return Stop("The disk is full.", "Make about 1 GB of room, then start again.")
    if any(trace in said for trace in NO_NETWORK):
        return Stop(
            "Packages could not be fetched: there is no way to the package index.",
            "Look at the network (and pip's own settings: pip config list), then start again.",
        )
    return None
