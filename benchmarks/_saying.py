"""Progress on standard error, and a quick way out."""

from __future__ import annotations

import sys
import time
from types import FrameType, TracebackType
from typing import Final, Self

EVERY_S: Final = 15.0
"""Between two lines where they cannot be written over."""


class Progress:
    """One line that is written over on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._updates = sys.stderr.isatty()
        self._said_s = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._updates:
            print(file=sys.stderr)

    def show(self, text: str) -> None:
        if self._updates:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._said_s >= EVERY_S:
            self._said_s = time.monotonic()
            print(text, file=sys.stderr, flush=True)


def leave(_signal: int, _frame: FrameType | None) -> None:
    """For SIGTERM: ends what was started on the way out."""
    sys.exit(143)
