"""One language: its words from a gettext catalogue, its dates, numbers and lists from CLDR."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from gettext import NullTranslations
from typing import Final

from status_page.tongue import cldr
from status_page.tongue.catalogue import load
from status_page.tongue.timed import Timed

_NBSP: Final = "\N{NO-BREAK SPACE}"
_HERE: Final = "\0"
"""Stands for the time in a sentence; no text on the page can hold it."""
_KEPT: Final = 4096
_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


class Tongue:
    """What is asked for twice is made once. All instants are told in UTC."""

    def __init__(self, code: str, words: NullTranslations) -> None:
        self.code = code
        self.locale = cldr.locale(code)
        self.direction = self.locale.text_direction
        self.name = capital(self.locale.get_language_name() or code)
        """As its speakers call it: `Deutsch`."""
        self._words = words
        self._known: dict[str, str] = {}
        self._counted = lru_cache(_KEPT)(self._count)
        self._lasting = lru_cache(_KEPT)(self._duration)

    def say(self, message: str, /, **values: object) -> str:
        """*message* in this language, its `{name}` places filled in with *values*, whole numbers
        as the language writes them. Without any values nothing is filled in.
        """
        said = self._known.get(message) or self._learned(message)
        return said.format(**self._written(values)) if values else said

    def _learned(self, message: str) -> str:
        said = self._words.gettext(message)
        self._known[message] = said
        return said

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form that the language wants for *number*, which stands where `{number}` is."""
        if values:
            said = self._words.ngettext(one, many, number)
            return said.format(number=self.number(number), **self._written(values))
        return self._counted(one, many, number)

    def _count(self, one: str, many: str, number: int) -> str:
        return self._words.ngettext(one, many, number).format(number=self.number(number))

    def _written(self, values: dict[str, object]) -> dict[str, object]:
        for name, value in values.items():
            if type(value) is int:
                values[name] = self.number(value)
        return values

    def timed(self, message: str, at: datetime, said: str, /, **values: object) -> Timed:
        """A sentence with a `{time}` in it, which is *at* and is told as *said*."""
        whole = self.say(message, time=_HERE, **values)
        before, _, after = whole.partition(_HERE)
        return Timed(before, at, said, after)

    def listed(self, names: Sequence[str]) -> str:
        """`A, B and C`."""
        return cldr.listed(self.code, names)

    def number(self, number: int) -> str:
        """`12,345`."""
        return cldr.number(self.code, number)

    def decimal(self, number: float, digits: int) -> str:
        """`1.2`, rounded."""
        return cldr.decimal(self.code, number, digits)

    def percent(self, share: float, digits: int) -> str:
        """*share* is 0..1; rounded as it is written, so round it down before."""
        return self.decimal(share * 100, digits) + cldr.percent_sign(self.code)

    def duration(self, span: timedelta) -> str:
        """The two largest units that say something, rounded down: never more than it was."""
        return self._lasting(max(span, timedelta()) // timedelta(minutes=1))

    def _duration(self, minutes: int) -> str:
        if not minutes:
            return self.say("less than a minute")
        days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
        parts = [
            self.count("{number} day", "{number} days", days) if days else "",
            self.count("{number} hour", "{number} hours", hours) if hours else "",
            self.count("{number} minute", "{number} minutes", minutes) if minutes else "",
        ]
        first = next(at for at, part in enumerate(parts) if part)
        told = [part.replace(" ", _NBSP) for part in parts[first : first + 2] if part]
        if len(told) == 1:
            return told[0]
        return self.say("{longer} {shorter}", longer=told[0], shorter=told[1])

    def brief(self, span: timedelta) -> str:
        """`3 min 40 s`, in figures and to the second: the two largest units that say something,
        rounded down.
        """
        left, said = max(span, timedelta()) // timedelta(seconds=1), list[str]()
        for name, size in _UNITS:
            number, left = divmod(left, size)
            if number or (size == 1 and not said):
                said.append(cldr.unit(self.code, number, name))
            elif said:
                break
        return " ".join(said[:2])

    def span(self, span: timedelta) -> str:
        """How long a run took: `412 ms`, `1.2 s`."""
        milliseconds = round(span / timedelta(milliseconds=1))
        if milliseconds < 1000:
            said = self.say("{number} ms", number=milliseconds)
        else:
            said = self.say("{number} s", number=self.decimal(milliseconds / 1000, 1))
        return said.replace(" ", _NBSP)

    def clock(self, at: datetime) -> str:
        """`14:03 UTC`."""
        return f"{at.astimezone(UTC):%H:%M}{_NBSP}UTC"

    def short_day(self, day: date) -> str:
        """`14 Nov`."""
        return cldr.dated(self.code, day, "MMMd")

    def short_days(self, first: date, last: date) -> str:
        """`14–17 Nov`; one day alone is as `short_day` has it."""
        if first == last:
            return self.short_day(first)
        return cldr.interval(self.code, first, last, "MMMd")

    def plain_day(self, day: date, today: date) -> str:
        """`14 November`, with the year where it is not this one."""
        return cldr.dated(self.code, day, "MMMMd" if day.year == today.year else "long")

    def day(self, day: date) -> str:
        """`14 November 2026`."""
        return cldr.dated(self.code, day, "long")

    def long_day(self, day: date) -> str:
        """`Saturday, 14 November 2026`, as a heading."""
        return capital(cldr.dated(self.code, day, "full"))

    def month(self, first: date) -> str:
        """`November 2026`, as a heading."""
        return capital(cldr.dated(self.code, first, "yMMMM"))

    def moment(self, at: datetime, today: date) -> str:
        """`14:03 UTC` today, `14 November, 14:03 UTC` on another day."""
        at = at.astimezone(UTC)
        if at.date() == today:
            return self.clock(at)
        return self._both(self.plain_day(at.date(), today), self.clock(at))

    def stamp(self, at: datetime) -> str:
        """`21 November 2026, 14:03:22 UTC`."""
        at = at.astimezone(UTC)
        return self._both(self.day(at.date()), f"{at:%H:%M:%S}{_NBSP}UTC")

    def between(self, began: datetime, ended: datetime, today: date) -> str:
        """`14:03 to 14:15 UTC`, with days where it is not today alone."""
        began, ended = began.astimezone(UTC), ended.astimezone(UTC)
        first = self.moment(began, today)
        if began.date() != ended.date():
            return self.say("{start} to {end}", start=first, end=self.moment(ended, today))
        times = self.say("{start} to {end}", start=f"{began:%H:%M}", end=self.clock(ended))
        if began.date() == today:
            return times
        return self._both(self.plain_day(began.date(), today), times)

    def _both(self, day: str, time: str) -> str:
        return cldr.day_and_time(self.code).format(time, day)


def capital(text: str) -> str:
    """As it stands at the beginning of a heading."""
    return text[:1].upper() + text[1:]


@cache
def tongue(code: str) -> Tongue:
    """That of one of `LANGUAGES`. A message without a translation is said in English."""
    return Tongue(code, load(code))
