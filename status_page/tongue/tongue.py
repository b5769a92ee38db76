"""One language: its words from a gettext catalogue, its dates, numbers and lists from CLDR."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from gettext import NullTranslations
from importlib import resources
from typing import Final

from babel import Locale, dates, lists, numbers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from status_page.tongue.timed import Timed

_NBSP: Final = "\N{NO-BREAK SPACE}"
_TIME: Final = "{time}"
_REGIONS: Final = {"en": "en_GB"}
"""Where a language alone would write dates as only one country does."""


class Tongue:
    """What is asked for twice is made once. All instants are told in UTC."""

    def __init__(self, code: str, words: NullTranslations) -> None:
        self.code = code
        self.locale = Locale.parse(_REGIONS.get(code, code))
        self.direction = self.locale.text_direction
        self._words = words

    def say(self, message: str, /, **values: object) -> str:
        """*message* in this language, its `{name}` places filled in with *values*. Without any
        values nothing is filled in.
        """
        said = self._words.gettext(message)
        return said.format(**values) if values else said

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form that the language wants for *number*, which stands where `{number}` is."""
        said = self._words.ngettext(one, many, number)
        return said.format(number=self.number(number), **values)

    def timed(self, message: str, at: datetime, said: str, /, **values: object) -> Timed:
        """A sentence with a `{time}` in it, which is *at* and is told as *said*."""
        whole = self.say(message, time=_TIME, **values)
        before, _, after = whole.partition(_TIME)
        return Timed(before, at, said, after)

    def listed(self, names: Sequence[str]) -> str:
        """`A, B and C`."""
        return lists.format_list(list(names), locale=self.locale)

    def number(self, number: int) -> str:
        return numbers.format_decimal(number, locale=self.locale)

    def percent(self, share: float, digits: int) -> str:
        """*share* is 0..1; rounded as it is written, so round it down before."""
        pattern = "0." + "0" * digits if digits else "0"
        said = numbers.format_decimal(share * 100, format=pattern, locale=self.locale)
        return f"{said}{_NBSP}%"

    def duration(self, span: timedelta) -> str:
        """The two largest units that say something, rounded down: never more than it was."""
        minutes = max(span, timedelta()) // timedelta(minutes=1)
        if not minutes:
            return self.say("less than a minute")
        days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
        parts = [
            self.count("{number} day", "{number} days", days) if days else "",
            self.count("{number} hour", "{number} hours", hours) if hours else "",
            self.count("{number} minute", "{number} minutes", minutes) if minutes else "",
        ]
        first = next(at for at, part in enumerate(parts) if part)
        return " ".join(filter(None, parts[first : first + 2])).replace(" ", _NBSP)

    def span(self, span: timedelta) -> str:
        """How long a run took: `412 ms`, `1.2 s`."""
        milliseconds = span / timedelta(milliseconds=1)
        if milliseconds < 1000:
            return f"{self.number(round(milliseconds))}{_NBSP}ms"
        return f"{numbers.format_decimal(milliseconds / 1000, '0.0', locale=self.locale)}{_NBSP}s"

    def clock(self, at: datetime) -> str:
        """`14:03 UTC`."""
        return f"{at.astimezone(UTC):%H:%M}{_NBSP}UTC"

    def short_day(self, day: date) -> str:
        """`14 Nov`."""
        return _skeleton(self.locale, day, "MMMd")

    def plain_day(self, day: date, today: date) -> str:
        """`14 November`, with the year where it is not this one."""
        skeleton = "MMMMd" if day.year == today.year else "yMMMMd"
        return _skeleton(self.locale, day, skeleton)

    def long_day(self, day: date) -> str:
        """`Saturday, 14 November 2026`."""
        return dates.format_date(day, "full", locale=self.locale)

    def month(self, first: date) -> str:
        """`November 2026`."""
        return _skeleton(self.locale, first, "yMMMM")

    def moment(self, at: datetime, today: date) -> str:
        """`14:03 UTC` today, `14 November, 14:03 UTC` on another day."""
        at = at.astimezone(UTC)
        if at.date() == today:
            return self.clock(at)
        return f"{self.plain_day(at.date(), today)}, {self.clock(at)}"


@cache
def _skeleton(locale: Locale, day: date, skeleton: str) -> str:
    return dates.format_skeleton(skeleton, day, locale=locale)


@cache
def tongue(code: str) -> Tongue:
    """That of one of `LANGUAGES`. A message without a translation is said in English."""
    return Tongue(code, _catalogue(code))


def _catalogue(code: str) -> NullTranslations:
    file = resources.files("status_page").joinpath("locale", f"{code}.po")
    if not file.is_file():
        return NullTranslations()
    with file.open("rb") as stream:
        return _translations(read_po(stream, locale=code))


def _translations(catalogue: Catalog) -> NullTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
