"""A measured process of its own: started pinned, bounded in time, and its one answer read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]


class Broken(Exception):
    """A measured process gave no answer; the text says what it was."""


def answer_of(module: str, arguments: Sequence[str], *, within_s: float) -> Any:
    """What the module printed, as JSON; what it says on the way is passed on. Raises Broken."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=within_s,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise Broken(f"{module} did not end within {within_s:.0f} s") from None
    except subprocess.CalledProcessError as error:
        raise Broken(f"{module} ended with status {error.returncode}") from None
    return json.loads(done.stdout)
