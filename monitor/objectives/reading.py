"""How long a component was down in a window, as honestly as the page says it: announced work left
out, probes that were down at the same time counted once.

Days are UTC, as the store counts them; of the days that a window begins and ends in, the part that
lies in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announced, uptime
from monitor.announced import Plan, Works
from monitor.budget import Window
from monitor.clock import from_us, to_us
from monitor.config.model import Config, Probe
from monitor.store import acts, page_numbers
from monitor.store import objectives as rows
from monitor.store.acts import Kind
from monitor.store.objectives import DayRow, Outage
from monitor.uptime import DAY_US, HOUR_US, Part, Spans, Sum

Concerns = Callable[[str, frozenset[str]], bool]
_FOREVER: Final = 2**62
_DAY: Final = timedelta(days=1)
_AFTERWARDS_US: Final = HOUR_US
"""A run may speak for some time after itself."""


@dataclass(frozen=True, slots=True)
class Down:
    """What is known of a component in a window, up to now."""

    spent: timedelta = timedelta()
    known: timedelta = timedelta()
    """Announced work is in it: it was no time in which nobody looked."""
    outages: tuple[Outage, ...] = ()
    planned: Spans = ()


class Past:
    """Of the probes of one component, in one window. Reads once."""

    def __init__(self, db: Database, config: Config, probes: Sequence[Probe], of: Window) -> None:
        """*of*: ends now, or before."""
        self._db = db
        self._config = config
        self._since_us, self._until_us = to_us(of.since_at), to_us(of.until_at)
        found = page_numbers.keys(db, [probe.id for probe in probes])
        self._probes = {found[probe.id][0]: probe for probe in probes if probe.id in found}

    def down(self, *, whole: bool) -> Down:
        """Without *whole* only what was spent, read from the days of outages and no others."""
        if self._until_us <= self._since_us or not self._probes:
            return Down()
        midnight = self._since_us - self._since_us % DAY_US
        outages = rows.outages(
            self._db, since_us=midnight, until_us=self._until_us, of=self._probes
        )
        wanted = self._days() if whole else self._days_of(outages)
        days = rows.days(self._db, wanted, self._probes)
        works = self._works([(self._since_us, self._until_us)] if whole else _reach(days))
        plans = {key: works.plan([probe]) for key, probe in self._probes.items()}
        spans = {key: spans_of(o for o in outages if o.probe == key) for key in self._probes}
        parts = [self._day(day, list(of_day), spans, plans) for day, of_day in _by_day(days)]
        return Down(
            timedelta(microseconds=sum(each.down_us for each in parts)),
            timedelta(microseconds=sum(each.known_us + each.planned_us for each in parts)),
            tuple(outages),
            works.plan(self._probes.values()).between(self._since_us, self._until_us),
        )

    def _days(self) -> list[date]:
        first, last = from_us(self._since_us).date(), from_us(self._until_us - 1).date()
        return [first + number * _DAY for number in range((last - first).days + 1)]

    def _days_of(self, outages: Sequence[Outage]) -> list[date]:
        """Those on which anything can have been counted as down."""
        spans = ((start, end + _AFTERWARDS_US) for start, end in spans_of(outages))
        inside = uptime.within(list(spans), self._since_us, self._until_us)
        numbers = {n for start, end in inside for n in range(start // DAY_US, -(-end // DAY_US))}
        return [from_us(number * DAY_US).date() for number in sorted(numbers)]

    def _works(self, spans: Spans) -> Works:
        """What was announced between, as far as it concerns any of these."""
        mine = [w for w in self._config.windows if self._concerned(w.concerns)]
        since, until = from_us(self._since_us), from_us(self._until_us)
        written = acts.spans(self._db, Kind.MAINTENANCE, until, since=since)
        made = announced.written([each for each in written if self._concerned(each.concerns)])
        for start_us, end_us in spans:
            made += announced.configured(mine, from_us(start_us), from_us(end_us))
        return Works(made)

    def _concerned(self, concerns: Concerns) -> bool:
        return any(concerns(probe.id, probe.tags) for probe in self._probes.values())

    def _day(
        self,
        day: date,
        of_day: Sequence[DayRow],
        spans: Mapping[int, Spans],
        plans: Mapping[int, Plan],
    ) -> Sum:
        """A probe has no say about days on which it did not run."""
        midnight = to_us(datetime.combine(day, time(), UTC))
        whole = midnight, min(midnight + DAY_US, self._until_us)
        span = max(midnight, self._since_us), whole[1]
        parts = [
            _part(
                row,
                uptime.within(spans[row.probe], *whole) if row.down_us else (),
                whole,
                span,
                plans[row.probe].between(*span),
            )
            for row in of_day
        ]
        return uptime.together(parts, *span)


def _by_day(days: Sequence[DayRow]) -> Iterator[tuple[date, Iterator[DayRow]]]:
    return iter(groupby(days, attrgetter("day")))


def _reach(days: Sequence[DayRow]) -> Spans:
    """The days themselves, those that meet as one."""
    midnights = (to_us(datetime.combine(row.day, time(), UTC)) for row in days)
    return uptime.union((start, start + DAY_US) for start in midnights)


def spans_of(outages: Iterable[Outage]) -> Spans:
    """All time that any of them holds; one that is under way has no end yet."""
    return uptime.union(
        (o.began_us, _FOREVER if o.ended_us is None else o.ended_us) for o in outages
    )


def _part(
    row: DayRow, spans: Spans, whole: tuple[int, int], span: tuple[int, int], planned: Spans
) -> Part:
    """Of *whole*, which *row* counts, the *span* that lies in the window: as much of the down time
    as of the outages.
    """
    length = span[1] - span[0]
    down_us = max(min(row.down_us, whole[1] - whole[0]), 0)
    if down_us and span != (whole[0], whole[0] + DAY_US):
        inside, at_all = (uptime.total(uptime.within(spans, *each)) for each in (span, whole))
        if at_all:
            down_us = min(down_us * inside // at_all, inside)
        else:  # nothing says when
            down_us = down_us * length // (whole[1] - whole[0])
    known_us = max(min(row.known_us, length), down_us)
    return Part(known_us, down_us, spans if down_us else (), planned)
