"""Maintenance from a calendar file (iCalendar), which anybody may have written: what could take
for ever to work out is refused before a library sees it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from monitor.config.rules import RuleError, demand_some, parse
from monitor.windows import Span

if TYPE_CHECKING:
    import icalendar

LARGEST: Final = 256 * 1024
FAR: Final = timedelta(days=370)
_MOST_EVENTS: Final = 500
_MOST_ZONES: Final = 200
_PATIENCE_S: Final = 2.0
_DAY: Final = timedelta(days=1)
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_RULE: Final = re.compile(r"(?:RRULE|EXRULE)(?:;[^:]*)?:(.*)", re.IGNORECASE)
_TIMED: Final = {"DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID"}


class CalendarError(Exception):
    """The text says what is wrong and what to do, without the name of the file."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The events of a file. Whole days and times without a zone are on the wall of *zone*."""

    text: str
    zone: ZoneInfo

    def __call__(self, since: datetime, until: datetime) -> Iterator[Span]:
        """Raises CalendarError."""
        _demand_harmless(self.text)
        try:
            spans = list(self._spans(since.astimezone(self.zone), until.astimezone(self.zone)))
        except CalendarError:
            raise
        except Exception as error:  # noqa: BLE001 - two libraries, and a file from anywhere
            raise CalendarError(
                f"it cannot be read as a calendar ({type(error).__name__}); export it again"
            ) from None
        yield from sorted(span for span in spans if since < span[1] and span[0] < until)

    def _spans(self, since: datetime, until: datetime) -> Iterator[Span]:
        import icalendar  # noqa: PLC0415 - heavy, and few have such a file
        import recurring_ical_events  # type: ignore[import-untyped]  # noqa: PLC0415 - as above; it ships no types

        ends = time.monotonic() + _PATIENCE_S
        for events in self._series():
            if time.monotonic() > ends:
                raise CalendarError("it takes too long to work out; make it smaller")
            alone = icalendar.Calendar()
            alone.subcomponents.extend(events)
            query = recurring_ical_events.of(alone, skip_bad_series=False)
            for event in query.between(since - _DAY, until + _DAY):
                span = self._instant(event.start), self._instant(event.end)
                if span[0] < span[1] and str(event.get("STATUS", "")).upper() != "CANCELLED":
                    yield span

    def _series(self) -> list[list[icalendar.Event]]:
        """Those of one UID together: an event, and its occurrences that were moved."""
        import icalendar  # noqa: PLC0415 - as above

        calendars = icalendar.Calendar.from_ical(self.text, multiple=True)
        series: dict[str, list[icalendar.Event]] = {}
        for number, event in enumerate(e for each in calendars for e in each.walk("VEVENT")):
            assert isinstance(event, icalendar.Event)  # noqa: S101 - that is what was asked for
            _demand_whole(event)
            series.setdefault(str(event.get("UID", f"event {number}")), []).append(event)
        return list(series.values())

    def _instant(self, value: date | datetime) -> datetime:
        if not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - it follows
        return (value if value.tzinfo else value.replace(tzinfo=self.zone)).astimezone(UTC)


def _demand_harmless(text: str) -> None:
    """Bounds what the libraries will have to count through."""
    lines = [line.strip() for line in _FOLD.sub("", text).splitlines()]
    upper = [line.upper() for line in lines]
    if "BEGIN:VCALENDAR" not in upper:
        raise CalendarError("it is no calendar; export one in the form of iCalendar (.ics)")
    begun, ended = (sum(line.startswith(word) for line in upper) for word in ("BEGIN:", "END:"))
    if begun != ended:
        raise CalendarError("it is cut off, or not well formed; export it again")
    zones = upper.count("BEGIN:STANDARD") + upper.count("BEGIN:DAYLIGHT")
    if upper.count("BEGIN:VEVENT") > _MOST_EVENTS or zones > _MOST_ZONES:
        raise CalendarError(f"it holds more than {_MOST_EVENTS} events; split it")
    in_zone = False
    for number, line in enumerate(upper, start=1):
        in_zone = line == "BEGIN:VTIMEZONE" or (in_zone and line != "END:VTIMEZONE")
        if found := _RULE.fullmatch(line):
            _demand_rare(found[1], number, in_zone=in_zone)


def _demand_rare(rule: str, number: int, *, in_zone: bool) -> None:
    try:
        frequency = parse(rule)["FREQ"]
    except RuleError as error:
        raise CalendarError(f"the rule in its line {number} {error}") from None
    if frequency == "HOURLY" or (in_zone and frequency != "YEARLY"):
        raise CalendarError(f"the rule in its line {number} repeats too often; make it rarer")


def _demand_whole(event: icalendar.Event) -> None:
    name = str(event.get("SUMMARY") or event.get("UID") or "without a name")[:64]
    broken = {key for key, _ in event.errors if key} & _TIMED
    if broken or "DTSTART" not in event:
        what = min(broken, default="DTSTART")
        raise CalendarError(f"the {what} of its event {name!r} cannot be read; correct it")
    rules = event.get("RRULE", [])
    start = event.start
    naive = datetime(start.year, start.month, start.day)  # noqa: DTZ001 - only counted from
    for rule in rules if isinstance(rules, list) else [rules]:
        try:
            demand_some(parse(rule.to_ical().decode()), naive)
        except RuleError as error:
            raise CalendarError(f"the rule of its event {name!r} {error}") from None
