"""Something that users do, its verdict, and its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum, unique
from typing import Final, NamedTuple

from status_page.changes import Deploy, Objective


@unique
class Condition(StrEnum):
    """The verdict on a component."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    """Announced work is under way. What fails meanwhile is neither up nor down."""
    UNKNOWN = "unknown"
    """Something watches it, and knows nothing right now."""
    UNWATCHED = "unwatched"
    """Nothing watches it, nor will."""


class DayBar(NamedTuple):
    """One day of one component, in UTC. Known time is up or down; what is neither known nor
    planned is unknown. A tuple, for a page compares hundreds of thousands.
    """

    day: date
    known: timedelta
    """How much of the day we have evidence for; zero draws a gap."""
    down: timedelta
    """How much of the known time fell into incidents."""
    degraded: bool = False
    """Whether some of the day was slow without being down."""
    planned: timedelta = timedelta()
    """Announced work: not part of the known time."""


class Uptime(NamedTuple):
    """How a span of time went; `whole` = known + planned + unknown, and down is part of known."""

    whole: timedelta
    known: timedelta
    down: timedelta
    planned: timedelta = timedelta()

    @property
    def share(self) -> float | None:
        """Up time over known time, 0..1; None without any evidence."""
        return 1 - min(self.down / self.known, 1.0) if self.known else None

    @property
    def unknown(self) -> timedelta:
        return max(self.whole - self.known - self.planned, timedelta())


WINDOWS: Final = ("24h", "7d", "30d", "90d", "365d")
"""The spans that uptime is told for, all ending now."""


class Month(NamedTuple):
    """A calendar month in UTC; of the present one, as much as is over."""

    first: date
    uptime: Uptime


class Speed(NamedTuple):
    """How long good runs took in one span; see `WINDOWS`."""

    runs: int
    p50: timedelta
    p95: timedelta
    p99: timedelta


class Point(NamedTuple):
    """One span of a chart, beginning at `at`. None: no good run."""

    at: datetime
    p50: timedelta | None
    p95: timedelta | None


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart: equal spans, oldest first."""

    name: str
    """A step of a journey; empty for the whole run."""
    span: timedelta
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A probe behind a component, for internal pages only."""

    probe: str
    """Its id."""
    name: str
    condition: Condition
    since: datetime | None
    last_run_at: datetime | None
    took: timedelta | None
    summary: str
    """Why it fails; may name addresses. Scrubbed of secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Something that users do, with its verdict and its history."""

    id: str
    name: str
    group: str
    """The heading it stands under; empty for none."""
    description: str = ""
    """One line of what it is; empty for none."""
    condition: Condition
    since: datetime | None
    """When the condition began; None when nothing is known yet."""
    says: str
    """The sentence published while it is down, as configured; empty for a general one."""
    days: tuple[DayBar, ...]
    """Oldest first, without gaps, the last one being today: a year and a day at most, 90 at
    least.
    """
    first_seen: date | None
    """The first day with any evidence; days before it are drawn as 'not watched yet'."""
    resolution: timedelta = timedelta(minutes=1)
    """From one run to the next: nothing shorter can be told, nor a share finer than it."""
    uptime: tuple[tuple[str, Uptime], ...] = ()
    """By window, see `WINDOWS`; only windows that have any evidence."""
    months: tuple[Month, ...] = ()
    """Newest first, a year and a month at most."""
    speed: tuple[tuple[str, Speed], ...] = ()
    """By window; empty when nothing was measured or it shall not be told."""
    chart: tuple[Series, ...] = ()
    """How long it took: the whole run first, then its steps."""
    notes: tuple[Note, ...] = ()
    """The probes behind it; on internal pages only."""
    deploys: tuple[Deploy, ...] = ()
    """Within the time of its chart, oldest first; none where the page does not tell them."""
    objectives: tuple[Objective, ...] = ()
    """What was promised of it; on internal pages only."""

    @property
    def availability(self) -> float | None:
        """Up time over known time in the last 90 days, 0..1; None without any evidence."""
        return together(self.days[-90:]).share


def together(bars: Iterable[DayBar]) -> Uptime:
    """Days as one span; each counts as a whole day but for the last one, of which more is not known
    than is over.
    """
    days = list(bars)
    known = sum((bar.known for bar in days), timedelta())
    planned = sum((bar.planned for bar in days), timedelta())
    whole = max(timedelta(days=len(days)), known + planned)
    return Uptime(whole, known, sum((bar.down for bar in days), timedelta()), planned)
