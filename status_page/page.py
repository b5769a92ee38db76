"""All that the public page can say. What is not in here cannot get out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum, unique


@unique
class Condition(StrEnum):
    """The verdict on a component, from best to worst to not known."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day of one component. Known time is up or down; the rest of the day is unknown."""

    day: date
    known: timedelta
    """How much of the day we have evidence for; zero draws a gap."""
    down: timedelta
    """How much of the known time fell into incidents."""
    degraded: bool = False
    """Whether some of the day was slow without being down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Something that users do, with its verdict and its history."""

    id: str
    name: str
    group: str
    """The heading it stands under; empty for none."""
    condition: Condition
    since: datetime | None
    """When the condition began; None when nothing is known yet."""
    says: str
    """The sentence published while it is down, as configured; empty for a general one."""
    days: tuple[DayBar, ...]
    """Oldest first, one for each day of the window, the last one being today."""
    first_seen: date | None
    """The first day with any evidence; days before it are drawn as 'not watched yet'."""

    @property
    def availability(self) -> float | None:
        """Up time over known time in the window, 0..1; None without any evidence."""
        known = sum((bar.known for bar in self.days), timedelta())
        down = sum((bar.down for bar in self.days), timedelta())
        return 1 - min(down / known, 1.0) if known else None


@unique
class Stage(StrEnum):
    """How far people are with an incident, as they say it themselves."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Update:
    """What was said in public about an incident."""

    at: datetime
    stage: Stage
    words: str
    """Plain text as a person wrote it; its lines are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Announced work, under way or still to come."""

    id: str
    title: str
    components: tuple[str, ...]
    """Names of the components concerned."""
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An outage as the public sees it, from the first failing run to recovery."""

    id: str
    """Stable and unguessable from outside; also the anchor on the page."""
    sentence: str
    """What people cannot do, as configured."""
    components: tuple[str, ...]
    """Names of the components concerned."""
    began_at: datetime
    resolved_at: datetime | None
    updates: tuple[Update, ...] = ()
    """Oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the renderer is given. All times are aware UTC."""

    title: str
    environment: str
    """Named on a colour band unless it is production."""
    made_at: datetime
    """When the data was read; the page says so, and judges its own freshness by it."""
    fresh_for: timedelta
    """Older than this, the page declares itself stale."""
    components: tuple[Component, ...]
    """In the order of the configuration."""
    incidents: tuple[Incident, ...]
    """Open ones first, then the past ones, newest first."""
    maintenance: tuple[Maintenance, ...] = ()
    """In the order it starts; what is over is not among it."""
