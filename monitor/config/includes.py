"""What `include` names: the patterns, and the files that match them now."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def from_folder(folder: Path, pattern: str) -> str:
    """The pattern so that it means the same from everywhere."""
    return os.path.join(glob.escape(str(folder)), pattern)  # noqa: PTH118 - a pattern is no path


def matches(pattern: str) -> Iterator[tuple[Path, str]]:
    """Absolute paths, and the names by which they were found. Folders are left out."""
    for name in glob.iglob(pattern, recursive=True):  # noqa: PTH207 - takes absolute patterns
        if not os.path.isdir(name):  # noqa: PTH112 - Path.is_dir may raise
            yield Path(os.path.abspath(name)), name  # noqa: PTH100 - links stay as they are


def listed(patterns: Iterable[str]) -> set[Path]:
    """Every file that a configuration with these patterns includes at this moment."""
    return {path for pattern in patterns for path, _ in matches(pattern)}
