"""What came of a capture, and how it is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.notices import one_line
from monitor.store.excerpt import bare, excerpt, is_indented

FIRST_LINES: Final = 8
"""Of a capture, that notices quote, and no more than they show."""
FIRST_LINE_MAX: Final = 200
NOTHING: Final = "nothing was found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came of it. Scrubbed of secrets."""

    text: str = ""
    lines: int = 0
    dropped: int = 0
    """Lines that had the pattern, and for which there was no room."""
    why: str = ""
    """What went wrong; there may be some text all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A capture of an incident as it stands. `state` is due, started, ended or lost."""

    id: int
    name: str
    state: str
    since_at: datetime
    planned_at: datetime
    ended_at: datetime | None
    fetched: Fetched

    @property
    def is_under_way(self) -> bool:
        return self.state in ("due", "started")


def said_of(capture: Kept) -> str:
    """How much there is of it, and what went wrong, as one phrase for people."""
    fetched = capture.fetched
    if capture.is_under_way:
        return "is still being fetched"
    said = [f"{fetched.lines:,} line{'' if fetched.lines == 1 else 's'}"] if fetched.lines else []
    if fetched.dropped:
        said.append(f"{fetched.dropped:,} more for which there was no room")
    if fetched.lines and not fetched.text:
        said.append("not kept any more")
    return "; ".join([*said, *filter(None, [fetched.why])]) or NOTHING


def file_name(name: str) -> str:
    """Of the file that a capture of that name is given as."""
    return f"capture-{re.sub(r'[^A-Za-z0-9_.-]', '-', name)[:80]}.txt"


def first_of(text: str) -> str:
    """The lines that say what is wrong, of the newest trouble first, and none of them long."""
    return "\n".join(map(_shortened, excerpt(text.split("\n"), FIRST_LINES)))


def _shortened(line: str) -> str:
    """What is indented stays so: a traceback is read by that."""
    line = bare(line) if is_indented(line) else line
    blank = line[: len(line) - len(line.lstrip())]
    return (blank + one_line(line, FIRST_LINE_MAX))[:FIRST_LINE_MAX]
