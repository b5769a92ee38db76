"""In which order files go, and which. Pure.

Whoever reads while it goes on finds whole pages that name nothing that is not there yet: first
what pages are made of, then pages, then the first pages, and the stamp that says how fresh all of
it is when all of it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from monitor.places.memory import Memory
from status_page import LANGUAGES

GRACE: Final = timedelta(minutes=10)
"""How long a file stays that the page no longer has: somebody may have the page of before open."""
WHOLE: Final = "as-of.json"
"""Where that is, a page of ours is."""
WORDS: Final = tuple(
    f"{lead}{folder}"
    for lead in ("", *(f"{code}/" for code in LANGUAGES))
    for folder in ("incidents", "maintenance")
)
"""What goes from these folders goes at once: it may have been hidden."""
_IN_WORDS: Final = tuple(f"{folder}/" for folder in WORDS)
STAMP: Final = "as-of."
NEWS: Final = "api/v2/"
_FIRST_PAGE: Final = "index.html"


@dataclass(frozen=True, slots=True)
class Plan:
    """`batches` are written one after the other, in any order within; then `remove` goes."""

    batches: tuple[tuple[str, ...], ...]
    remove: tuple[str, ...]

    @property
    def writes(self) -> int:
        return sum(map(len, self.batches))


def is_stamp(path: str) -> bool:
    return path.rpartition("/")[2].startswith(STAMP)


def news(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Of the files those that say how everything stands and what people were told. The figures in
    the others move with every hour, and can wait.
    """
    found = {path: files[path] for path in files if path.startswith(NEWS)}
    return found or {path: files[path] for path in files if not is_stamp(path)}


def rank(path: str) -> int:
    folder, _, name = path.rpartition("/")
    if name.startswith(STAMP):
        return 3
    if name == _FIRST_PAGE and folder in ("", *LANGUAGES):
        return 2
    return 1 if name.endswith(".html") else 0


def plan(wanted: Mapping[str, str], memory: Memory, at: datetime, *, everything: bool) -> Plan:
    """*wanted* are digests by path."""
    known = {} if everything else memory.files
    changed = [path for path, digest in wanted.items() if known.get(path, ("", 0))[0] != digest]
    changed.sort(key=lambda path: (rank(path), path))
    batches = tuple(tuple(group) for _, group in groupby(changed, rank))
    return Plan(batches, _overdue(memory, wanted, at))


def digests(files: Mapping[str, bytes], digest: Callable[[bytes], str]) -> dict[str, str]:
    return {path: digest(content) for path, content in files.items()}


def part(memory: Memory, wanted: Mapping[str, object], at: datetime) -> None:
    """Notes what is no longer wanted, and what is wanted again."""
    now = int(at.timestamp())
    for path in memory.files.keys() - wanted.keys():
        memory.leaving.setdefault(path, now)
        del memory.files[path]
    for path in memory.leaving.keys() & wanted.keys():
        del memory.leaving[path]


def _overdue(memory: Memory, wanted: Mapping[str, object], at: datetime) -> tuple[str, ...]:
    now, grace = int(at.timestamp()), int(GRACE.total_seconds())
    return tuple(
        sorted(
            path
            for path, since in memory.leaving.items()
            if path not in wanted and (path.startswith(_IN_WORDS) or not 0 <= now - since < grace)
        )
    )
