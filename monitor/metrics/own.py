"""How trueup itself is doing, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.health import Health
from monitor.metrics.built import Built
from monitor.punctuality import Punctuality


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFigures:
    """What only the database knows."""

    healths: Mapping[str, Health] = field(default_factory=dict)
    letters: int = 0
    """Notices that wait to be told."""
    oldest_letter: timedelta = timedelta()
    incidents: int = 0
    changes: int = 0
    """Of targets, announced by nobody and not settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """How trueup is doing at one moment. `store` is None while the database cannot be read."""

    punctuality: Punctuality
    probes: int
    running: int
    overdue: timedelta
    """By how much the slot that should have begun first is late."""
    runs_waiting: int
    runs_wait: timedelta
    runs_dropped: int
    writes_waiting: int
    commits: int
    commit_s: float
    store_bytes: int
    page_age: timedelta
    attended_age: timedelta
    store: StoreFigures | None
    built: Built | None
    """None while the database did not say."""
