"""What a drill says while it goes on, on standard error: a line for whatever happens, and on a
terminal how long it has been broken.
"""

from __future__ import annotations

from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.status import Status
from rich.text import Text

from monitor.cli.drill_tables import said, spoken
from monitor.cli.ground import err, interactive
from monitor.drills.outages import Outage
from monitor.drills.timeline import Timeline


class Progress:
    """Enter it before anything is started."""

    def __init__(self, drills: int) -> None:
        self._drills = drills
        self._number = 0
        self._told: set[str] = set()
        self._status = Status("", console=err) if interactive() else None

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status:
            self._status.stop()

    def starts(self) -> None:
        self._now("starting the practice site and a daemon that watches it …")

    def is_up(self, after: timedelta) -> None:
        self._say(Text(f"The practice site and its daemon: everything is up after {said(after)}"))

    def breaks(self, outage: Outage) -> None:
        self._number += 1
        self._told = set()
        count = f" ({self._number} of {self._drills})" if self._drills > 1 else ""
        self._say(Text.assemble("\n", (outage.title, "bold"), (count, "dim"), f"\n{outage.met}"))
        self._now("breaking it …")

    def heard(self, line: Timeline, after: timedelta) -> None:
        """Says what is new in *line*."""
        for text, span in _news(line):
            if span is not None and text not in self._told:
                self._told.add(text)
                self._say(Text.assemble("  ", ("✓ ", "green"), text.format(said(span))))
        if line.mended is None:
            self._now(f"broken for {spoken(after)}")
        else:
            self._now(f"mended {spoken(after - line.mended)} ago; waiting for the all-clear")

    def is_over(self, line: Timeline) -> None:
        for trouble in line.troubles:
            self._say(Text.assemble("  ", ("✕ ", "red"), trouble))

    def _say(self, text: Text) -> None:
        err.print(text, highlight=False, soft_wrap=True)

    def _now(self, text: str) -> None:
        if self._status:
            self._status.update(Text(text, "dim"))


def _news(line: Timeline) -> tuple[tuple[str, timedelta | None], ...]:
    return (
        ("detected after {}", line.detected),
        ("the pager was told after {}", line.told),
        ("the public page said so after {}", line.published),
        ("mended, and {} later up again and everybody told", line.recovered),
    )
