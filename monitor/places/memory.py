"""What is at a place as far as is known, and the file in which that is remembered.

What cannot be read is nothing known: then everything is brought again.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

_GOOD: Final = re.compile(
    r"[A-Za-z0-9_~][A-Za-z0-9._~-]*(/[A-Za-z0-9_~][A-Za-z0-9._~-]*)*|\.nojekyll"
)
LONGEST: Final = 400
LOOK: Final = 0.1  # seconds
DOUBTFUL: Final = ("", -1)
"""Of a file of ours that may be there or not, as it was or not."""


def is_good(path: str) -> bool:
    """Whether it stays below the folder of the page, wherever it is written, and is no hidden
    file.
    """
    return len(path) <= LONGEST and _GOOD.fullmatch(path) is not None


@dataclass(slots=True)
class Memory:
    """What we put at a place."""

    to: str
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Digest and size by path; see `DOUBTFUL`."""
    leaving: dict[str, int] = field(default_factory=dict)
    """What is there and no longer wanted, and since when, in seconds since 1970."""
    head: str = ""
    """What the place itself calls the last thing that it took, where it does."""
    looked_at: int = 0
    """When it was last looked whether all that is still there, in seconds since 1970."""
    looked_to: str = ""
    """The folder that was looked at last."""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is known of the place, not even that it is empty."""
        return not (self.files or self.leaving or self.looked_at)

    def doubt(self, paths: Iterable[str]) -> None:
        self.files.update(dict.fromkeys(paths, DOUBTFUL))


def load(path: Path, to: str) -> Memory:
    """Empty when there is none, when it is damaged, or when it is of another address."""
    try:
        return _read(json.loads(path.read_text(encoding="utf-8")), to)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Memory(to)


def _read(facts: dict[str, Any], to: str) -> Memory:
    if facts["to"] != to:
        return Memory(to)
    files = {str(p): (str(d), int(n)) for p, (d, n) in facts["files"].items() if is_good(p)}
    leaving = {str(p): int(since) for p, since in facts["leaving"].items() if is_good(p)}
    looked = int(facts["looked_at"]), str(facts["looked_to"])
    return Memory(to, files, leaving, str(facts["head"]), *looked)


def save(path: Path, memory: Memory) -> None:
    """Raises OSError."""
    facts = {
        "to": memory.to,
        "head": memory.head,
        "looked_at": memory.looked_at,
        "looked_to": memory.looked_to,
        "leaving": memory.leaving,
        "files": memory.files,
    }
    written = path.with_name(path.name + ".new")
    with written.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(facts))  # a third of the time of writing piece by piece
        stream.flush()
        os.fsync(stream.fileno())  # else a crash would leave us sure of files half brought
    written.replace(path)


class Busy(Exception):
    """Somebody else brings files to the same place."""


@contextlib.contextmanager
def alone(path: Path, patience: timedelta) -> Iterator[None]:
    """Nobody else brings files there as long as the block lasts. Raises Busy and OSError."""
    until = time.monotonic() + patience.total_seconds()
    with path.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Busy from None
                time.sleep(LOOK)
        yield
