"""The checkout as a reader finds it: its files, and the sections of its documentation."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_HEADING = re.compile(r"^## `?([\w-]+)`?\s*$", re.MULTILINE)
_TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)


@cache
def files() -> tuple[Path, ...]:
    """What git has or is about to have; absolute, and without what was deleted."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-coz", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    found = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(sorted(path for path in found if path.is_file()))


def python_files() -> tuple[Path, ...]:
    return tuple(path for path in files() if path.suffix == ".py")


def name_of(path: Path) -> str:
    """Relative to the checkout, as people say it."""
    return path.relative_to(ROOT).as_posix()


def sections(page: str) -> dict[str, str]:
    """The text under each second-level heading of a page in docs/ that is a single word."""
    _, *parts = _HEADING.split((ROOT / "docs" / page).read_text("utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def examples(section: str) -> list[str]:
    """Its blocks of TOML."""
    return _TOML.findall(section)
