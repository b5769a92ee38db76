"""What the store knows of the probes of one page, read again only where it may have changed."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.clock import from_us, to_us
from monitor.pages import hours
from monitor.pages.hours import WEEK, Hours
from monitor.store import page_numbers
from monitor.store.page_numbers import DAY_US, HOUR_US, DayRow, Outage, Stands
from monitor.uptime import Spans, union
from status_page.component import DayBar

MONTHS: Final = 13
SETTLED: Final = timedelta(minutes=5)
"""After that an hour is folded."""
AGAIN_DAYS: Final = 8
"""How many days that are over are read again when another one begins, for the same reason."""
LATE_HOURS: Final = 3
"""How far back hours are read again, for runs that came late."""
SLOW: Final = "too_slow"
_FOREVER: Final = 2**62
DAY: Final = timedelta(days=1)
_DAYS: Final = (7, 30, 90)


@dataclass(slots=True)
class Took:
    """How long the good runs of a probe took, as histograms, in the days before `History.base`."""

    of_days: dict[int, dict[int, int]] = field(default_factory=lambda: {n: {} for n in _DAYS})
    """By the length of the window that each first belongs to; the longer ones hold it, too."""

    def within(self, days: int) -> dict[int, int]:
        """Of the last *days*, the present one not counted."""
        found: dict[int, int] = {}
        for length in _DAYS:
            if length <= days:
                hours.add(found, self.of_days[length])
        return found


class History:
    """After `read`, everything is as of the instant it was told."""

    def __init__(self, probes: Iterable[str], location: str) -> None:
        self._probes = frozenset(probes)
        self._location = location
        self._db: weakref.ref[Database] | None = None
        self._known: dict[int, Outage] = {}
        self._resolved_us = 0
        self._again = 1
        self.keys: dict[str, int] = {}
        self.firsts: dict[int, int] = {}
        """By key, when it first ran."""
        self.stands: Mapping[int, Stands] = {}
        self.at_us = 0
        self.dates: list[date] = []
        """The last one is today."""
        self.midnights: list[int] = []
        self.months: list[int] = []
        """The numbers of the days that months begin with."""
        self.since = 0
        """The number of the first day that may have changed."""
        self.rows: Mapping[date, Mapping[int, DayRow]] = {}
        """From that day on."""
        self.alike: list[dict[tuple[DayRow, int], tuple[DayBar, int, int]]] = []
        """By the number of the day, the bars of components with a single probe, by what is known
        and how much was planned: most are alike.
        """
        self.outages: dict[int, Spans] = {}
        self.slow: set[int] = set()
        """Numbers of incidents in which nothing was down."""
        self.edge_us = 0
        """The end of the last hour that is told by itself."""
        self.turned = False
        """Whether hours changed."""
        self.hours: dict[int, Hours] = {}
        self.live: Mapping[int, int] = {}
        """How long each probe was down since then."""
        self.base = date.min
        """The day that `took` ends before."""
        self.took: dict[int, Took] = {}

    def read(self, db: Database, at: datetime, *, changed_at: datetime | None = None) -> None:
        """*changed_at*: from when on something else changed that days depend on."""
        self.at_us = to_us(at)
        other = self._is_other(db) | self._read_keys(db)
        if other:
            self.base = date.min
        anew = self._turn(at.astimezone(UTC).date()) or other
        if anew:
            self._known.clear()
            self._resolved_us = self.midnights[0]
            self.edge_us = 0
        began_us = min(
            self._read_outages(db), _FOREVER if changed_at is None else to_us(changed_at)
        )
        self.since = 0 if anew else self._day_of(began_us)
        of = self.keys.values()
        self.rows = page_numbers.days(db, since=self.dates[self.since], until=self.dates[-1], of=of)
        self.stands = page_numbers.standings(db, self._location)
        self._read_hours(db, to_us(at - SETTLED) // HOUR_US * HOUR_US, began_us)
        self.live = page_numbers.down_since(db, self.edge_us)
        self._read_took(db)

    def _is_other(self, db: Database) -> bool:
        if self._db is not None and self._db() is db:
            return False
        self._db = weakref.ref(db)
        return True

    def _read_keys(self, db: Database) -> bool:
        found = page_numbers.keys(db, self._probes)
        keys = {probe: key for probe, (key, _) in found.items()}
        self.firsts = {key: first for key, first in found.values() if first is not None}
        changed = keys != self.keys
        self.keys = keys
        return changed

    def _turn(self, today: date) -> bool:
        """Whether the days are others than before, but for some more at their end."""
        months = today.year * 12 + today.month - MONTHS
        first = date(months // 12, months % 12 + 1, 1)
        goes_on = bool(self.dates) and self.dates[0] == first and self.dates[-1] <= today
        if not goes_on:
            self.dates, self.alike = [], []
        passed = (today - first).days + 1 - len(self.dates)
        self._again = AGAIN_DAYS if passed else 1
        if passed:
            self.dates = [first + number * DAY for number in range((today - first).days + 1)]
            midnight = to_us(datetime.combine(first, time(), UTC))
            self.midnights = [midnight + number * DAY_US for number in range(len(self.dates))]
            self.months = [number for number, day in enumerate(self.dates) if day.day == 1]
            self.alike += [{} for _ in range(passed)]
        return not goes_on

    def _day_of(self, us: int) -> int:
        """The number of the day of *us*, yesterday at the latest."""
        latest = len(self.dates) - 1 - self._again
        return max(0, min(latest, (us - self.midnights[0]) // DAY_US))

    def _read_outages(self, db: Database) -> int:
        """From when on down time may have been counted that was not before."""
        first = not self._known
        if first:
            self.outages.clear()
            self.slow.clear()
        changed, began_us = set(), _FOREVER
        for outage in page_numbers.outages(db, since_us=self._resolved_us):
            if self._known.get(outage.number) == outage:
                continue
            if outage.number not in self._known:
                began_us = min(began_us, outage.began_us)
            self._known[outage.number] = outage
            changed.add(outage.probe)
            self._resolved_us = max(self._resolved_us, (outage.resolved_us or 0) - HOUR_US)
            self._note_slow(outage)
        self._resolved_us = min(self._resolved_us, self.at_us)
        if changed:
            self._place(changed)
        return began_us

    def _note_slow(self, outage: Outage) -> None:
        merely = outage.reason == SLOW and outage.severity == "warning"
        (self.slow.add if merely else self.slow.discard)(outage.number)

    def _place(self, probes: set[int]) -> None:
        found: dict[int, list[tuple[int, int]]] = {probe: [] for probe in probes}
        for outage in self._known.values():
            if outage.probe in probes:
                end = outage.recovered_us if outage.resolved_us else _FOREVER
                found[outage.probe].append((outage.began_us, end or outage.resolved_us or _FOREVER))
        self.outages.update({probe: union(spans) for probe, spans in found.items()})

    def _read_hours(self, db: Database, edge_us: int, began_us: int) -> None:
        passed = (edge_us - self.edge_us) // HOUR_US
        self.turned = passed != 0 or began_us < edge_us
        if not self.turned:
            return
        first_us = edge_us - WEEK * HOUR_US
        since_us = max(
            first_us, min(self.edge_us - LATE_HOURS * HOUR_US, began_us // HOUR_US * HOUR_US)
        )
        if not 0 <= passed < WEEK:
            self.hours, since_us = {}, first_us
        elif passed:
            new = hours.moments(edge_us, passed)
            for each in self.hours.values():
                each.roll(new)
        self.edge_us = edge_us
        moments = hours.moments(edge_us, WEEK)
        rows = page_numbers.hours(db, since_us=since_us, until_us=edge_us, of=self.keys.values())
        for probe, found in groupby(rows, itemgetter(0)):
            if probe not in self.hours:
                self.hours[probe] = Hours(moments)
            self.hours[probe].put([((h.starts_us - first_us) // HOUR_US, h) for h in found])

    def _read_took(self, db: Database) -> None:
        """Histograms of days are folded well before the hours of the next one are told."""
        base = from_us(self.edge_us - HOUR_US).date()
        if base == self.base:
            return
        self.base, self.took = base, {}
        first = base - timedelta(days=_DAYS[-1] - 1)
        texts: dict[tuple[int, int], list[str]] = {}
        shortest = {(base - n * DAY).isoformat(): _shortest(n) for n in range(_DAYS[-1])}
        for day, probe, text in page_numbers.day_histograms(
            db, since=first, until=base, of=self.keys.values()
        ):
            texts.setdefault((probe, shortest[day]), []).append(text)
        for (probe, length), found in texts.items():
            self.took.setdefault(probe, Took()).of_days[length] = hours.merged(found)

    def of_base(self) -> int:
        """How many hours of the day `base` are over."""
        return (self.edge_us - to_us(datetime.combine(self.base, time(), UTC))) // HOUR_US


def _shortest(back: int) -> int:
    """The shortest window that a day so far back belongs to."""
    return next(length for length in _DAYS if back < length)
