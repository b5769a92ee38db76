"""Warnings of runs in the log: said once, and not with every run that repeats them."""

from __future__ import annotations

from monitor import seen
from monitor.log import get_logger
from monitor.runner import Run
from probes import Outcome

log = get_logger()


class Warned:
    """Is shown every run, in the order of each probe."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[str, ...]] = {}
        """What the newest run of a probe warned of, where it did."""

    def saw(self, run: Run) -> None:
        """One that broke by itself says nothing about what was warned of before."""
        probe, lines = run.probe.id, run.result.warnings
        if not lines and probe not in self._lines:
            return
        before = self._lines.get(probe, ())
        for line in seen.warnings_of(line for line in lines if line not in before):
            log.warning("a run warns", probe=probe, warning=line)
        if lines:
            self._lines[probe] = lines
        elif run.result.outcome is not Outcome.ERROR:
            del self._lines[probe]
            log.info("a run warns no more", probe=probe)
