"""Markdown that says what it is given, whatever that is: quoted text can end nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor.notices import one_line, span

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~#])")
_IN_WORDS: Final = re.compile(r"(?<=\w)\\_(?=\w)")
_CELL_MOST: Final = 700
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Instants as the people of one zone read them."""

    zone: ZoneInfo

    def full(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S %Z}"

    def day(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return f"{local:%A}, {local.day} {local:%B %Y}"

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M:%S}"

    def near(self, at: datetime, other: datetime) -> str:
        """Without the day, where it is that of *other*; with the zone, where clocks were changed
        in between.
        """
        here, there = at.astimezone(self.zone), other.astimezone(self.zone)
        said = f"{here:%H:%M:%S}" if here.date() == there.date() else f"{here:%Y-%m-%d %H:%M:%S}"
        return said if here.utcoffset() == there.utcoffset() else f"{said} {here:%Z}"

    def name(self, at: datetime) -> str:
        short = f"{at.astimezone(self.zone):%Z}"
        return short if short == self.zone.key else f"{short} ({self.zone.key})"


def text(words: str) -> str:
    """One line that is nothing but text."""
    return _IN_WORDS.sub("_", _SPECIAL.sub(r"\\\1", one_line(words, _CELL_MOST)))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: int = -1) -> list[str]:
    """Cells are Markdown already. The column number *right* ends at the same place."""
    under = ["---:" if number == right else "---" for number in range(len(head))]
    return [_row(head), _row(under), *map(_row, rows)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def code(lines: str) -> list[str]:
    """As it is, in a fence that nothing in it can end."""
    longest = max((len(run) for run in re.findall(r"`+", lines)), default=0)
    fence = "`" * max(3, longest + 1)
    clean = (
        "".join(c if c.isprintable() or c == "\t" else " " for c in line)
        for line in lines.splitlines()
    )
    return [f"{fence}text", *clean, fence]


def elapsed(length: timedelta) -> str:
    """`+0:42`, `−1:02:03`: for a column."""
    seconds = int(abs(length) / _SECOND)
    sign = "−" if length < timedelta() and seconds else "+"
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{sign}{hours}:{minutes:02}:{rest:02}" if hours else f"{sign}{minutes}:{rest:02}"


def brief(length: timedelta) -> str:
    """As `span`, but of nothing at all it says so."""
    if abs(length) < _SECOND:
        return "less than a second"
    return span(abs(length))
