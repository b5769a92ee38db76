"""What a command says while it works, and how it gives up."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Stop(Exception):
    """Ends the command. `what` happened, and what to `do` about it, a sentence each."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(f"{what} {do}".strip())


def say(text: str) -> None:
    """One line of progress, kept apart from what the command prints as its answer."""
    print(f"· {text}", file=sys.stderr, flush=True)


def rule(text: str) -> None:
    """A line across the terminal that begins a part of the output."""
    width = min(shutil.get_terminal_size().columns, 100)
    print(f"── {text} ".ljust(width, "─"), flush=True)
