"""Announced work: when it is, and what it is about. Pure: told the time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim
from dateutil.rrule import rrule, rrulestr

Span = tuple[datetime, datetime]

FAR: Final = timedelta(days=3700)
"""How far ahead a repetition is followed; long enough for every rule that is not a riddle."""
_MOST_STEPS: Final = 1500
MOST_SPANS: Final = 1000
_DAY: Final = timedelta(days=1)
_PERIODS: Final = {"HOURLY": timedelta(hours=1), "DAILY": _DAY, "WEEKLY": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Window:
    """Maintenance of some probes, once or again and again. Neither *probes* nor *tags*: of all."""

    id: str
    title: str
    probes: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    spans: Callable[[datetime], Span | None] = field(default=lambda _: None, repr=False)
    """The span that holds an instant, or else the next one after it; None when there is none."""

    def concerns(self, probe: str, tags: frozenset[str]) -> bool:
        everything = not self.probes and not self.tags
        return everything or probe in self.probes or bool(tags & self.tags)

    def holds(self, at: datetime) -> Span | None:
        """The span under way at *at*."""
        span = self.spans(at)
        return span if span and span[0] <= at < span[1] else None


@dataclass(frozen=True, slots=True)
class Once:
    """A single span, as a window's `spans`."""

    starts_at: datetime
    ends_at: datetime

    def __call__(self, at: datetime) -> Span | None:
        return (self.starts_at, self.ends_at) if at < self.ends_at else None


Expand = Callable[[datetime, datetime], Iterable[Span]]
"""The spans that hold or follow the first instant, in the order of their starts, up to the
second instant.
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was worked out already: spans that do not touch each other, sorted."""

    since: datetime
    until: datetime
    spans: tuple[Span, ...]

    def holds(self, at: datetime) -> bool:
        """Not in the second half, for what follows the last span is not known."""
        return self.since <= at < self.since + (self.until - self.since) / 2


@dataclass(frozen=True, slots=True)
class Ahead:
    """A window's `spans` from something that repeats: worked out far ahead once, then looked up.

    Two that repeat alike are equal, whatever they have worked out. The first call raises what
    *expand* raises, later ones nothing.
    """

    expand: Expand
    far: timedelta = FAR
    _known: list[_Known] = field(default_factory=list, init=False, repr=False, compare=False)
    """The newest only."""

    def __call__(self, at: datetime) -> Span | None:
        if not self._known:
            self._known.append(_work_out(self.expand, at, self.far))
        elif not self._known[-1].holds(at):
            self._known[:] = [_anew(self.expand, at, self.far, self._known[-1])]
        known = self._known[-1]
        index = bisect_right(known.spans, at, key=lambda span: span[1])
        return known.spans[index] if index < len(known.spans) else None


def _anew(expand: Expand, at: datetime, far: timedelta, known: _Known) -> _Known:
    """What cannot be worked out any more leaves what was known, and is tried again in a day."""
    try:
        return _work_out(expand, at, far)
    except Exception:  # noqa: BLE001 - it was good when it was loaded; pages matter more
        return _Known(at, at + 2 * _DAY, known.spans)


def _work_out(expand: Expand, at: datetime, far: timedelta) -> _Known:
    found = list(islice(expand(at, at + far), MOST_SPANS))
    until = found[-1][0] if len(found) == MOST_SPANS else at + far
    return _Known(at, until, tuple(joined(found)))


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans that overlap or meet as one; *spans* are in the order of their starts."""
    current: Span | None = None
    for start, end in spans:
        if current and start <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (start, end)
    if current:
        yield current


@dataclass(frozen=True, slots=True)
class Repeating:
    """A rule of iCalendar, by the clock on the wall of *zone*; see `monitor.config.rules` for
    the rules that are bounded in time. `until` is part of *rule* no more, nor is it in UTC.
    """

    rule: str
    starts: datetime
    """On the wall, without a zone."""
    zone: ZoneInfo
    lasts: timedelta
    until: datetime | None = None
    """The last start, on the wall."""

    @property
    def far(self) -> timedelta:
        return reach(_parts(self.rule))

    def __call__(self, since: datetime, until: datetime) -> Iterator[Span]:
        first = _on_the_wall(since, self.zone) - self.lasts - _DAY
        last = _on_the_wall(until, self.zone)
        last = min(last, self.until) if self.until else last
        for start in self._rule(first, last).xafter(first, inc=True):
            if start > last:
                return
            start_at = at_the_wall(start, self.zone)
            if since < start_at + self.lasts:
                yield start_at, start_at + self.lasts

    def _rule(self, first: datetime, last: datetime) -> rrule:
        """Begun shortly before *first*, so that the years before it are not counted through."""
        parts = _parts(self.rule)
        period = _period(parts)
        begin = self.starts
        if period and "COUNT" not in parts and first > begin:
            begin += (first - begin) // period * period
        made = rrulestr(self.rule, dtstart=begin)
        assert isinstance(made, rrule)  # noqa: S101 - a set comes from several lines only
        return made if "COUNT" in parts else made.replace(until=last)


def _parts(rule: str) -> dict[str, str]:
    return dict(part.split("=") for part in rule.split(";"))


def _period(parts: Mapping[str, str]) -> timedelta | None:
    """From one time to the next that may be; None where that is no fixed span."""
    period = _PERIODS.get(parts["FREQ"])
    return period and period * int(parts.get("INTERVAL", "1"))


def reach(parts: Mapping[str, str]) -> timedelta:
    """How far ahead a rule is followed at a time: the more often it may be, the less far."""
    period = _period(parts)
    return min(FAR, period * _MOST_STEPS) if period else FAR


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields of cron, by the clock on the wall of *zone*."""

    expression: str
    zone: ZoneInfo
    lasts: timedelta

    def __call__(self, since: datetime, until: datetime) -> Iterator[Span]:
        first = since.astimezone(self.zone) - self.lasts - timedelta(seconds=1)
        for start in CronSim(self.expression, first):
            start_at = start.astimezone(UTC)
            if start_at >= until:
                return
            if since < start_at + self.lasts:
                yield start_at, start_at + self.lasts


def at_the_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant in UTC. A time that the spring leaves out is as much later as is left out."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _on_the_wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
