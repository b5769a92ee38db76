"""Whether the environment is what the checkout asks for, told from one small file."""

from __future__ import annotations

import hashlib
import sys
import tomllib
from enum import IntEnum

from scripts.house.say import ROOT

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CONSTRAINTS = ROOT / "constraints.txt"
STAMP = VENV / "ready"


class Level(IntEnum):
    """How much is installed."""

    NOTHING = 0
    RUN = 1
    DEVELOP = 2


def level() -> Level:
    """What a finished setup left, if nothing that matters has changed since."""
    try:
        name, key = STAMP.read_text().split()
        return Level[name] if key == wanted() and PYTHON.exists() else Level.NOTHING
    except (OSError, ValueError, KeyError):
        return Level.NOTHING


def leave(reached: Level) -> None:
    """Says that a setup has finished."""
    STAMP.write_text(f"{reached.name} {wanted()}\n")


def wanted() -> str:
    """Changes with whatever a new setup is needed for; not with a tool's settings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    parts = (
        project["build-system"],
        project["project"],
        project["tool"]["hatch"],
        CONSTRAINTS.read_bytes(),
        sys.version,
        ROOT,  # an environment does not survive being moved
    )
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()
