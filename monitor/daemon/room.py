"""How many runs this machine has room for."""

from __future__ import annotations

import contextlib
import resource
from typing import Final

FILES_MOST: Final = 16_384
FILES_KEPT: Final = 400
"""Open files that are for the page's readers, the database and whoever is told."""
ROOM_LEAST: Final = 50


def for_runs() -> int:
    """How many may be under way at once: each holds two files open at most. Asks the machine for as
    many as it gives.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MOST if hard == resource.RLIM_INFINITY else min(hard, FILES_MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    files = FILES_MOST if soft == resource.RLIM_INFINITY else soft
    return max((files - FILES_KEPT) // 2, ROOM_LEAST)
