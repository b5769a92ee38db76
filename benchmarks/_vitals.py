"""What a running process uses, looked at now and then."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

MB: Final = 1e6
SPAN_MIN_S: Final = 20.0
"""A slope over less than that says nothing."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """At one moment, in monotonic seconds."""

    at_s: float
    rss_mb: float
    fds: int
    cpu_s: float


def look(pid: int) -> Vitals:
    """Raises psutil.Error when it has ended."""
    process = psutil.Process(pid)
    with process.oneshot():
        times = process.cpu_times()
        return Vitals(
            at_s=time.monotonic(),
            rss_mb=process.memory_info().rss / MB,
            fds=process.num_fds(),
            cpu_s=times.user + times.system,
        )


def peak_mb(pid: int) -> float | None:
    """The most that was ever resident; None where the kernel does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    said = next((line.split() for line in lines if line.startswith("VmHWM:")), None)
    return round(int(said[1]) * 1024 / MB, 1) if said else None


def mb_per_hour(seen: Sequence[Vitals]) -> float | None:
    """The slope of the resident memory; None of too short a time."""
    if not seen or seen[-1].at_s - seen[0].at_s < SPAN_MIN_S:
        return None
    line = statistics.linear_regression([v.at_s for v in seen], [v.rss_mb for v in seen])
    return round(line.slope * 3600, 2)
