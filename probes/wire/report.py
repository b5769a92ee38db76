"""What the wire is asked for, what it measured, and how it says that it failed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import httpx

from probes.result import Reason
from probes.wire.certificates import Tls

if TYPE_CHECKING:
    from probes.wire.resolve import Ip

EXTENSION: Final = "wire"
"""The key of Terms in a request's extensions, and of the Report in a response's."""

_NOTHING: Final[Mapping[str, timedelta]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How one request is to be made, and what it may take."""

    within: timedelta = timedelta(seconds=10)
    body_limit: int = 1 << 20
    """Bytes of the body as sent; one more and the connection is dropped."""
    ip: Ip = "any"
    connect_to: Place | None = None
    """Where to connect instead of to the host and port of the address."""
    resolver: str = ""
    """Who is asked for the addresses of names, instead of the machine's own resolvers."""
    reuse: bool = False
    """Whether the connection is kept for the next time that the same is asked."""
    http2: bool = False
    proxy: httpx.URL | None = field(default=None, repr=False)
    """May hold a password."""
    ca: Path | None = None
    """A file of the only authorities to trust."""
    certificate: Path | None = None
    """A file with our own certificate, for servers that want to know who asks."""
    key: Path | None = None
    """Its key; None when that is in the same file."""
    server_name: str = ""
    """The name asked for in TLS, which the certificate has to be for; the host's when empty."""


@dataclass(frozen=True, slots=True)
class Place:
    """A host, or an address, and a port; that of the address asked for when None."""

    host: str
    port: int | None = None

    def __str__(self) -> str:
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


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
    took: timedelta = timedelta()
    """From the first thing done to the last byte of the answer."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A complete answer, its body as it was sent."""

    status: int
    phrase: bytes
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)
    report: Report

    def values(self, name: bytes) -> list[bytes]:
        """Of every header of that name, which is written in small letters."""
        size = len(name)
        return [value for key, value in self.headers if len(key) == size and key.lower() == name]

    def joined(self, name: bytes) -> str:
        """The same as one text, which is empty when there is none."""
        return b", ".join(self.values(name)).decode("latin-1")


NOTHING: Final = Report()


class WireError(httpx.TransportError):
    """Trouble with the target, classified. The message may name the address, never a secret."""

    def __init__(self, reason: Reason, message: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.report = report or NOTHING


def after(first: Report, second: Report) -> Report:
    """*second*, with the time that a try in vain took before it."""
    took = dict(first.phases)
    phases = {name: lasted for name, lasted in took.items() if name not in second.phases}
    for name, lasted in second.phases.items():
        phases[name] = lasted + took.get(name, timedelta())
    return replace(second, phases=phases, took=first.took + second.took)


def report_of(response: httpx.Response) -> Report:
    """The measurements of a response that came over the wire."""
    report = response.extensions[EXTENSION]
    assert isinstance(report, Report)  # noqa: S101 - only Wire puts something there
    return report


class Stopwatch:
    """Cuts one span of time into consecutive phases."""

    __slots__ = ("_began_ns", "laps", "phase")

    def __init__(self) -> None:
        self.laps: dict[str, int] = {}
        """Nanoseconds of each phase that has ended."""
        self.phase = ""
        self._began_ns = 0

    def enter(self, phase: str) -> None:
        """Ends the running phase, if there is one, and begins another."""
        now_ns = time.perf_counter_ns()
        if self.phase:
            self.laps[self.phase] = self.laps.get(self.phase, 0) + now_ns - self._began_ns
        self.phase, self._began_ns = phase, now_ns

    @property
    def total_s(self) -> float:
        """Seconds of all phases that have ended."""
        return sum(self.laps.values()) / 1e9

    def stop(self) -> Mapping[str, timedelta]:
        """Ends the running phase; the phases in the order in which they were begun."""
        self.enter("")
        return {name: timedelta(0, 0, took // 1000) for name, took in self.laps.items()}
