"""scripts/pin: what the newest allowed packages are, written to constraints.txt."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.house import environment, pip
from scripts.house.say import Stop, say
from scripts.house.stamp import CONSTRAINTS

BUILDING = ("editables",)  # in the build's own environment, not in ours


def pin(arguments: Sequence[str]) -> int:
    """Writes the file whole or not at all. Raises Stop."""
    if arguments:
        raise Stop("scripts/pin takes no arguments.")
    with tempfile.TemporaryDirectory() as folder:
        environment.make(Path(folder) / "venv")
        python = Path(folder) / "venv" / "bin" / "python"
        say("installing the newest of everything into an environment of its own")
        pip.pip(python, ["install", "-e", ".[dev]", *BUILDING], {})
        lines = frozen(python)
    beside = CONSTRAINTS.with_suffix(".new")
    beside.write_text("".join(f"{line}\n" for line in lines))
    beside.replace(CONSTRAINTS)
    say(f"{CONSTRAINTS.name} names {len(lines)} packages")
    return 0


def frozen(python: Path) -> list[str]:
    """`name==version`, sorted; this project and pip itself left out."""
    answer = subprocess.run(
        [python, "-m", "pip", "freeze", "--exclude-editable"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [line for line in answer.stdout.splitlines() if "==" in line]
    return sorted(lines, key=lambda line: line.partition("==")[0].lower())
