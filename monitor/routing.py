"""Who is told of an incident, and when again. Pure: told the policy, told the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

ALL_WEEK: Final = frozenset(range(7))
REMIND_MOST: Final = timedelta(hours=24)
_DAYS_AHEAD: Final = 8  # a week, and the day it is


@unique
class Severity(StrEnum):
    """How much it matters. Only CRITICAL wakes people in their quiet hours."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of the week, by the clock on the wall of a place. `days` count from Monday, 0; a
    span that ends before it starts runs over midnight and belongs to the day it starts on.
    """

    id: str
    days: frozenset[int] = ALL_WEEK
    starts: time = time()
    ends: time = time()
    """The same as `starts`: the whole day."""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def end_of(self, at: datetime) -> datetime | None:
        """When the span that holds *at* ends, in UTC; None when *at* is outside. Spans that meet
        are one, up to a week.
        """
        end, found = at, False
        for _ in range(_DAYS_AHEAD):
            later = self._span_end(end)
            if later is None:
                break
            end, found = later, True
        return end if found else None

    def _span_end(self, at: datetime) -> datetime | None:
        local = at.astimezone(self.zone)
        for back in (0, 1):
            day = local.date() - timedelta(days=back)
            if day.weekday() not in self.days:
                continue
            start = datetime.combine(day, self.starts, self.zone)
            over_midnight = self.ends <= self.starts
            end = datetime.combine(day + timedelta(days=over_midnight), self.ends, self.zone)
            if start.timestamp() <= at.timestamp() < end.timestamp():
                return end.astimezone(at.tzinfo)
        return None


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of an escalation: *after* that long without an acknowledgement, these are told,
    and again every *repeat* until somebody acknowledges.
    """

    after: timedelta
    to: tuple[str, ...]
    repeat: timedelta


@dataclass(frozen=True, slots=True)
class Routing:
    """Whom an incident of one probe is told to. Channels by their ids."""

    severity: Severity = Severity.CRITICAL
    channels: Mapping[Severity, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    during: tuple[tuple[Hours, tuple[str, ...]], ...] = ()
    """Other channels within these hours; the first that hold count."""
    quiet: Hours | None = None
    """What is not critical waits until they end."""
    escalation: tuple[Stage, ...] = ()
    remind: timedelta | None = timedelta(hours=4)
    """After that long a reminder, then after twice as long each time, up to a day. None: never."""
    needs: tuple[str, ...] = ()
    """Probes without which this one cannot work."""

    def channels_at(self, severity: Severity, at: datetime) -> tuple[str, ...]:
        """Who is told of something that *severe* at that moment."""
        for hours, channels in self.during:
            if hours.end_of(at) is not None:
                return channels
        return self.channels.get(severity, ())

    @property
    def everybody(self) -> frozenset[str]:
        """Every channel that may ever be told."""
        several = (*self.channels.values(), *(c for _, c in self.during))
        stages = (stage.to for stage in self.escalation)
        return frozenset(channel for group in (*several, *stages) for channel in group)


def everyone(*channels: str) -> Mapping[Severity, tuple[str, ...]]:
    """The same channels whatever the severity."""
    return MappingProxyType(dict.fromkeys(Severity, channels))


def next_reminder(routing: Routing, reminders: int, last_at: datetime) -> datetime | None:
    """When to remind again after *reminders* of them, counted from the last telling."""
    if routing.remind is None:
        return None
    return last_at + min(
        routing.remind * (1 << min(reminders, 16)), max(REMIND_MOST, routing.remind)
    )


def next_escalation(
    routing: Routing, stage: int, told_at: datetime, escalated_at: datetime | None
) -> tuple[datetime, Stage] | None:
    """The stage that is next after *stage* of them were told, and when; when every one was, the
    last one again. None without an escalation.
    """
    stages = routing.escalation
    if not stages:
        return None
    if stage < len(stages):
        return told_at + stages[stage].after, stages[stage]
    last = stages[-1]
    return (escalated_at or told_at) + last.repeat, last
