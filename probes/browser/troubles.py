"""What can go wrong in a journey, and whose trouble it is.

Failure          the target's: the run is FAIL
JourneyBroken    the journey's own code or settings: the run is ERROR
BrowserTrouble   our browser's: the run is ERROR
"""

from __future__ import annotations

from probes.result import Reason


class Failure(Exception):
    """Raised by a journey that saw the target do the wrong thing."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class JourneyBroken(Exception):
    """Raised when a journey cannot be travelled as it was written or configured."""


class BrowserTrouble(Exception):
    """Raised when the browser is not to be had, or died; no evidence about the target."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
