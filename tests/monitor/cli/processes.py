"""Commands as processes of their own, for what depends on a pipe or a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def piped(config: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "monitor", *command, "--config", str(config)],
        env={**os.environ, **environment},
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


def on_a_terminal(config: Path, command: str, *, columns: int) -> list[str]:
    """The lines that a terminal of that width gets, without colours."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", command, "--config", str(config)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    ):
        os.close(theirs)
        said = b"".join(iter(lambda: _some(ours), b""))
    os.close(ours)
    return re.sub(r"\x1b\[[0-9;]*m", "", said.decode()).splitlines()


def _some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the far end of a terminal was closed
        return b""
