"""What is wrong with a configuration: one sentence a problem, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

MOST: Final = 100
_LONGEST: Final = 600


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """`line` counts from 1; 0 means the file as a whole. `key` is dotted, empty for no key.

    `text` says what is wrong and, after a semicolon, what to write instead.
    """

    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, self.text) if part)


class BadConfiguration(Exception):
    """Everything that is wrong, sorted by file and line. Holds no secret.

    `files` and `includes` are as in a Config: where a repair would be seen.
    """

    def __init__(
        self,
        problems: Iterable[Problem],
        files: Iterable[Path] = (),
        includes: Iterable[str] = (),
    ) -> None:
        self.problems = tuple(problems)
        self.files = tuple(files)
        self.includes = tuple(includes)
        super().__init__("\n".join(map(str, self.problems)))


class Report:
    """Collects what is found on the way, so that all of it is told at once."""

    def __init__(self) -> None:
        self._problems: set[Problem] = set()
        self._warnings: set[Problem] = set()

    @property
    def full(self) -> bool:
        """Enough was found that looking for more would help nobody."""
        return len(self._problems) > MOST

    @property
    def good(self) -> bool:
        return not self._problems

    def problem(self, found: Problem) -> None:
        self._problems.add(found)

    def warning(self, found: Problem) -> None:
        if len(self._warnings) < MOST:
            self._warnings.add(found)

    def problems(self, scrub: Callable[[str], str]) -> tuple[Problem, ...]:
        """At most MOST of them, and one more that says when there are others."""
        found = _tidy(self._problems, scrub)
        if len(found) <= MOST:
            return found
        more = replace(found[MOST], key="", text="there are more problems; correct these first")
        return (*found[:MOST], more)

    def warnings(self, scrub: Callable[[str], str]) -> tuple[Problem, ...]:
        return _tidy(self._warnings, scrub)


def _tidy(found: Iterable[Problem], scrub: Callable[[str], str]) -> tuple[Problem, ...]:
    return tuple(
        sorted(
            replace(each, key=one_line(scrub(each.key)), text=one_line(scrub(each.text)))
            for each in found
        )
    )


def one_line(text: str) -> str:
    """Fit for a terminal and a log: bounded, on one line, without control characters."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
