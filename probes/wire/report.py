"""What the wire is asked for, what it measured, and how it says that it failed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx

from probes.result import Reason

EXTENSION: Final = "wire"
"""The key of Terms in a request's extensions, and of the Report in a response's."""

_NOTHING: Final[Mapping[str, timedelta]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Terms:
    """What one exchange may take. `ca` is a file of the only authorities to trust."""

    within: timedelta = timedelta(seconds=10)
    body_limit: int = 1 << 20
    """Bytes of the body as sent; one more and the connection is dropped."""
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Tls:
    """The agreed encryption, and how long the certificate was still good for."""

    version: str
    cipher: str
    certificate_not_after_at: datetime
    certificate_left: timedelta


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured. `phases` holds those that were begun: resolve, connect, tls, send,
    wait (until the first byte), receive. The last one of a failed exchange is unfinished.
    """

    phases: Mapping[str, timedelta] = field(default_factory=lambda: _NOTHING)
    address: str = ""
    """Host and port connected to, or tried last; empty when there was none to try."""
    http_version: str = ""
    status: int | None = None
    received: int = 0
    """Bytes of the answer, head included, as sent."""
    tls: Tls | None = None


class WireError(httpx.TransportError):
    """Trouble with the target, classified. The message may name the address, never a secret."""

    def __init__(self, reason: Reason, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.report = report or Report()


def report_of(response: httpx.Response) -> Report:
    """The measurements of a response that came over the wire."""
    report = response.extensions[EXTENSION]
    assert isinstance(report, Report)  # noqa: S101 - only Wire puts something there
    return report


class Stopwatch:
    """Cuts one span of time into consecutive phases."""

    __slots__ = ("_began", "laps", "phase")

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self.phase = ""
        self._began = 0.0

    def enter(self, phase: str) -> None:
        """Ends the running phase, if there is one, and begins another."""
        now = time.perf_counter()
        if self.phase:
            self.laps[self.phase] = self.laps.get(self.phase, 0.0) + now - self._began
        self.phase, self._began = phase, now

    def stop(self) -> Mapping[str, timedelta]:
        """Ends the running phase; the phases in the order in which they were begun."""
        self.enter("")
        return {name: timedelta(seconds=took) for name, took in self.laps.items()}
