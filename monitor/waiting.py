"""Runs that wait for the store, in their order. So many of them; beyond that the oldest are only
counted.
"""

from __future__ import annotations

import time
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count, islice
from typing import Final

from monitor.folding import Folded
from monitor.log import get_logger
from monitor.runner import Run

WAITING_MAX: Final = 10_000

log = get_logger()


@dataclass(slots=True)
class Waiting:
    """A run and its number, which grows."""

    number: int
    run: Run
    since: float = field(default_factory=time.monotonic)
    begun: bool = False
    """The store was asked to take it, and may have."""


class Line:
    """What waits, and `folded`: what is only counted."""

    def __init__(self) -> None:
        self._numbers = count()
        self._waiting: dict[int, Waiting] = {}
        self.folded = Folded()
        self.dropped = 0
        """Runs that were counted and not kept, since the start."""

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Waiting]:
        """The oldest first."""
        return iter(self._waiting.values())

    def since(self) -> timedelta:
        """For how long the oldest has been waiting; zero when none does."""
        oldest = next(iter(self), None)
        return timedelta(seconds=time.monotonic() - oldest.since) if oldest else timedelta()

    def add(self, run: Run) -> int:
        """Its number, whether there is room for it or not."""
        number = next(self._numbers)
        if len(self) < WAITING_MAX or self._fold_oldest():
            self._waiting[number] = Waiting(number, run)
        else:
            self._fold(run)
        return number

    def begin(self, most: int, *, but: Container[str]) -> Sequence[Waiting]:
        """The oldest, *but* none of those probes. From now on they wait for the store alone."""
        ready = (each for each in self if each.run.probe.id not in but)
        batch = list(islice(ready, most))
        for each in batch:
            each.begun = True
        return batch

    def leave(self, number: int) -> None:
        del self._waiting[number]

    def take_folded(self) -> Folded:
        """Whoever takes them writes them down, or merges them again."""
        folded, self.folded = self.folded, Folded()
        return folded

    def _fold_oldest(self) -> bool:
        """Whether that made room; not when the store was asked to take every one that waits."""
        oldest = next((each for each in self if not each.begun), None)
        if oldest is not None:
            self.leave(oldest.number)
            self._fold(oldest.run)
        return oldest is not None

    def _fold(self, run: Run) -> None:
        if not self.folded.runs:
            log.error("too many runs wait for the store: the oldest are only counted from now on")
        self.dropped += 1
        self.folded.add(run)
