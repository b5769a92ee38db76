"""The days and windows of one component, kept from page to page."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from monitor import uptime
from monitor.announced import NOTHING, Plan
from monitor.clock import from_us
from monitor.pages.history import History
from monitor.pages.hours import WEEK, span_of
from monitor.store.page_numbers import DAY_US, HOUR_US, DayRow
from monitor.uptime import FINE_US, Part
from status_page.component import DayBar, Month, Uptime

SHOWN: Final = 366
LEAST: Final = 90
"""Days that are shown of what has not been watched for long."""
SLOW_SHARE: Final = 0.05
_US: Final = timedelta(microseconds=1)
_NO_ROW: Final = (0, 0, 0, 0)
_NO_ROWS: Final[Mapping[int, DayRow]] = {}
_HOURS: Final = {"24h": 24, "7d": WEEK}
_DAYS: Final = {"30d": 30, "90d": 90, "365d": 365}

_Bar = tuple[DayBar, int, int]
"""With its known and down microseconds."""


class Numbers:
    """Of the probes with *keys*, in the order of the component."""

    def __init__(self, keys: Sequence[int]) -> None:
        self._keys = keys
        self._bars: list[DayBar] = []
        self._known = array("q")
        self._down = array("q")
        self._planned = array("q")
        self._plans: Sequence[Plan] = ()
        self._plan = NOTHING
        self._first: int | None = None

    def refresh(self, history: History, plans: Sequence[Plan], plan: Plan) -> bool:
        """Whether any day is another than it was. *plans* are those of the probes, *plan* is all of
        them together.
        """
        self._plans, self._plan = plans, plan
        first = min(
            (history.firsts[key] for key in self._keys if key in history.firsts), default=None
        )
        changed = first != self._first
        self._first = first
        more = len(history.dates) - len(self._bars)
        if history.since == 0 or not self._bars:
            self._fill(history)
            return True
        if more:
            self._bars.extend(self._bars[-1:] * more)  # made below
            for numbers in (self._known, self._down, self._planned):
                numbers.extend([0] * more)
            changed = True
        for number in range(history.since, len(history.dates)):
            bar, known, down = self._bar(history, number)
            if bar != self._bars[number]:
                self._bars[number] = bar
                self._known[number], self._down[number] = known, down
                self._planned[number] = bar.planned // _US
                changed = True
        return changed

    @property
    def first_seen(self) -> date | None:
        return None if self._first is None else from_us(self._first).date()

    def days(self) -> tuple[DayBar, ...]:
        """As long as it has been watched, within bounds."""
        today, first = self._bars[-1].day, self.first_seen
        watched = (today - first).days + 1 if first else 0
        return tuple(self._bars[-min(max(watched, LEAST), SHOWN) :])

    def uptimes(self, history: History) -> tuple[tuple[str, Uptime], ...]:
        """Windows of hours end with the last hour that is over, and with what has been down since;
        those of days hold the present day so far. None begins before the first run.
        """
        found = [
            *((name, self._of_hours(history, hours)) for name, hours in _HOURS.items()),
            *((name, self._of_days(history, days)) for name, days in _DAYS.items()),
        ]
        return tuple((name, each) for name, each in found if each.known)

    def months(self, history: History) -> tuple[Month, ...]:
        """Those in which it was watched, newest first."""
        first = self.first_seen
        months = [
            Month(history.dates[start], self._between(history, start, end))
            for start, end in pairwise([*history.months, len(history.dates)])
            if first and history.dates[end - 1] >= first
        ]
        return tuple(reversed(months))

    def _fill(self, history: History) -> None:
        made = [self._bar(history, number) for number in range(len(history.dates))]
        self._bars = [bar for bar, _, _ in made]
        self._known = array("q", [known for _, known, _ in made])
        self._down = array("q", [down for _, _, down in made])
        self._planned = array("q", [bar.planned // _US for bar in self._bars])

    def _bar(self, history: History, number: int) -> _Bar:
        day = history.dates[number]
        planned_us = self._plan.days.get(history.midnights[number], 0)
        rows = history.rows.get(day, _NO_ROWS)
        if len(self._keys) == 1 and number < len(history.dates) - 1:
            row = rows.get(self._keys[0], _NO_ROW)
            if not planned_us or row[1] <= 0:
                alike = history.alike[number]
                if (row, planned_us) not in alike:
                    alike[row, planned_us] = _alone(day, row, planned_us)
                return alike[row, planned_us]
        found = [(index, rows[key]) for index, key in enumerate(self._keys) if key in rows]
        return self._put_together(history, number, found)

    def _put_together(
        self, history: History, number: int, found: Sequence[tuple[int, DayRow]]
    ) -> _Bar:
        """A probe has no say about days on which it did not run at all, so that adding one to a
        component does not take away the component's past.
        """
        day, start = history.dates[number], history.midnights[number]
        today = number == len(history.dates) - 1
        until = min(history.at_us, start + DAY_US) if today else start + DAY_US
        span = start, until
        parts = [self._part(history, index, span, row[0], row[1]) for index, row in found]
        if not parts:
            planned = uptime.total(self._plan.between(start, until))
            known, down = 0, 0
        else:
            known, down, planned = uptime.together(parts, start, until)
        if today:
            known, planned = uptime.steadied(known, down), planned - planned % FINE_US
        slow = any(_was_slow(row[2], row[3]) for _, row in found)
        return DayBar(day, span_of(known), span_of(down), slow, span_of(planned)), known, down

    def _part(
        self, history: History, index: int, span: tuple[int, int], known_us: int, down_us: int
    ) -> Part:
        down_us = max(down_us, 0)
        outages = history.outages.get(self._keys[index], ()) if down_us else ()
        return Part(max(known_us, down_us), down_us, outages, self._plans[index].between(*span))

    def _of_days(self, history: History, days: int) -> Uptime:
        count = len(history.dates)
        start = max(count - days, 0)
        found = self._between(history, start, count)
        return self._begun(found, history.midnights[start])

    def _between(self, history: History, start: int, end: int) -> Uptime:
        known, down = sum(self._known[start:end]), sum(self._down[start:end])
        planned = sum(self._planned[start:end])
        whole = (end - start) * DAY_US
        if end == len(history.dates):
            whole -= DAY_US - max(history.edge_us - history.midnights[-1], 0)
        return _uptime(max(whole, known + planned), known, down, planned)

    def _of_hours(self, history: History, hours: int) -> Uptime:
        since_us = history.edge_us - hours * HOUR_US
        live = max((history.live.get(key, 0) for key in self._keys), default=0)
        known = down = planned = 0
        for start_us, end_us in pairwise(self._borders(history, since_us)):
            now = live > 0 and end_us == history.edge_us
            span = start_us, max(history.at_us, end_us) if now else end_us
            parts = list(self._parts(history, span, end_us))
            found = uptime.together(parts, *span)
            known, down = known + found.known_us, down + found.down_us
            planned += found.planned_us
        whole = max(hours * HOUR_US + live, known + planned)
        return self._begun(_uptime(whole, known, down, planned), since_us)

    def _begun(self, found: Uptime, since_us: int) -> Uptime:
        """But for the time before the first run, of a span from *since_us* on."""
        before = span_of(max((self._first or 0) - since_us, 0))
        return found._replace(whole=max(found.whole - before, found.known + found.planned))

    def _borders(self, history: History, since_us: int) -> list[int]:
        """Where probes were added to the component: none has a say about the time before it."""
        added = {
            first - first % HOUR_US
            for key in self._keys
            if since_us < (first := history.firsts.get(key, 0)) < history.edge_us
        }
        return sorted({since_us, history.edge_us, *(each for each in added if each > since_us)})

    def _parts(self, history: History, span: tuple[int, int], end_us: int) -> Iterator[Part]:
        """Of the hours of *span* up to *end_us*, and of what has been down since."""
        first_us = history.edge_us - WEEK * HOUR_US
        numbers = (span[0] - first_us) // HOUR_US, (end_us - first_us) // HOUR_US
        for index, key in enumerate(self._keys):
            hours, first = history.hours.get(key), history.firsts.get(key)
            if first is None or first >= end_us:
                continue
            known, down = hours.cells(*numbers) if hours else (0, 0)
            live = history.live.get(key, 0) if span[1] > end_us else 0
            yield self._part(history, index, span, known + live, down + live)


def _uptime(whole: int, known: int, down: int, planned: int) -> Uptime:
    return Uptime(span_of(whole), span_of(known), span_of(down), span_of(planned))


def _alone(day: date, row: DayRow, planned_us: int) -> _Bar:
    """Of a day that is over and of a single probe that was not down in announced work."""
    known_us, down_us, slow, runs = row
    down_us = max(min(down_us, DAY_US), 0)
    known_us = max(min(known_us, DAY_US) - planned_us, down_us)
    planned = span_of(planned_us)
    bar = DayBar(day, span_of(known_us), span_of(down_us), _was_slow(slow, runs), planned)
    return bar, known_us, down_us


def _was_slow(slow: int, runs: int) -> bool:
    """A day is called slow when it was so often, not for one slow run among thousands."""
    return slow > 0 and slow >= SLOW_SHARE * runs
