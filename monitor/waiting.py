"""Runs that wait for the store, in their order. So many of them; beyond that the oldest are only
counted: first those that say no more than that all is well, so that an outage is told of longest.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count, islice
from typing import Final

from monitor.folding import Folded
from monitor.log import get_logger
from monitor.runner import Run
from probes import Outcome

WAITING_MAX: Final = 10_000
MENDING: Final = 3
"""That many passes after a run that did not tell whether it is over; without them failures that
were apart would look as if they were in a row."""
EVIDENCE_MAX: Final = 64 * 1024 * 1024
"""Bytes of evidence that may wait; beyond that runs wait without theirs."""

log = get_logger()


@dataclass(slots=True)
class Waiting:
    """A run and its number, which grows."""

    number: int
    run: Run
    since: float = field(default_factory=time.monotonic)

    @property
    def evidence_bytes(self) -> int:
        return sum(len(artefact.content) for artefact in self.run.result.artefacts)


class Line:
    """What waits, and `folded`: what is only counted."""

    def __init__(self) -> None:
        self._numbers = count()
        self._waiting: dict[int, Waiting] = {}
        self._calm: OrderedDict[int, None] = OrderedDict()
        self._telling: OrderedDict[int, None] = OrderedDict()
        self._mending: dict[str, int] = {}
        """By probe, how many of its next passes are still worth keeping."""
        self._evidence_bytes = 0
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
            self._waiting[number] = self._bounded(Waiting(number, run))
            (self._telling if self._tells(run) else self._calm)[number] = None
        else:
            self._fold(run)
        return number

    def begin(self, most: int, *, of: Callable[[str], bool]) -> Sequence[Waiting]:
        """The oldest *of* those probes. From now on they wait for the store alone."""
        batch = list(islice((each for each in self if of(each.run.probe.id)), most))
        for each in batch:
            self._calm.pop(each.number, None)
            self._telling.pop(each.number, None)
        return batch

    def leave(self, number: int) -> None:
        """Of one that was begun."""
        self._pop(number)

    def take_folded(self) -> Folded:
        """Whoever takes them writes them down, or merges them again."""
        folded, self.folded = self.folded, Folded()
        return folded

    def _fold_oldest(self) -> bool:
        """Whether that made room; not when the store was asked to take every one that waits."""
        idle = self._calm or self._telling
        if idle:
            number, _ = idle.popitem(last=False)
            self._fold(self._pop(number).run)
            return True
        return False

    def _bounded(self, waiting: Waiting) -> Waiting:
        if waiting.run.result.artefacts:
            self._evidence_bytes += waiting.evidence_bytes
            if self._evidence_bytes > EVIDENCE_MAX:
                self._evidence_bytes -= waiting.evidence_bytes
                bare = replace(waiting.run.result, artefacts=())
                waiting.run = replace(waiting.run, result=bare)
        return waiting

    def _pop(self, number: int) -> Waiting:
        waiting = self._waiting.pop(number)
        self._evidence_bytes -= waiting.evidence_bytes
        return waiting

    def _tells(self, run: Run) -> bool:
        """Whether decisions may hang on this run; of a pass that follows passes none does."""
        probe = run.probe.id
        if run.result.outcome is not Outcome.PASS:
            self._mending[probe] = MENDING
            return True
        left = self._mending.pop(probe, 0)
        if left > 1:
            self._mending[probe] = left - 1
        return left > 0

    def _fold(self, run: Run) -> None:
        if not self.folded.runs:
            log.error("too many runs wait for the store: the oldest are only counted from now on")
        self.dropped += 1
        self.folded.add(run)
