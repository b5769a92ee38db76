"""Numbers and days as CLDR writes them, each made once. Digits are 0 to 9 in every language, as in
the charts beside them, and as most Arabic pages about machines have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Final

from babel import Locale, dates, lists, numbers, units

_REGIONS: Final = {"en": "en_GB"}
"""Where a language alone would write dates as only one country does."""
_MANY: Final = 8192


@cache
def locale(code: str) -> Locale:
    return Locale.parse(_REGIONS.get(code, code))


@lru_cache(_MANY)
def number(code: str, given: int) -> str:
    return numbers.format_decimal(given, locale=locale(code))


def decimal(code: str, given: float, digits: int) -> str:
    """Without signs between thousands: it is for small numbers."""
    return f"{given:.{digits}f}".replace(".", _point(code))


@cache
def _point(code: str) -> str:
    return str(numbers.get_decimal_symbol(locale(code)))


@cache
def percent_sign(code: str) -> str:
    """With the gap before it that the language wants."""
    if code == "en":
        return "\N{NO-BREAK SPACE}%"
    return str(locale(code).percent_formats[None].pattern).rpartition("0")[2]


def listed(code: str, names: Sequence[str]) -> str:
    return lists.format_list(list(names), locale=locale(code))


@lru_cache(_MANY)
def dated(code: str, day: date, form: str) -> str:
    """*form*: `full`, `long`, or a skeleton."""
    if form in {"full", "long"}:
        return dates.format_date(day, form, locale=locale(code))
    return dates.format_skeleton(form, day, locale=locale(code))


@lru_cache(_MANY)
def interval(code: str, first: date, last: date, skeleton: str) -> str:
    return dates.format_interval(first, last, skeleton, locale=locale(code))


@lru_cache(_MANY)
def unit(code: str, given: int, name: str) -> str:
    """`3 min`. *name*: `second`, `minute`, `hour` or `day`."""
    written = units.format_unit(given, f"duration-{name}", length="short", locale=_signs(code))
    return written.replace(" ", "\N{NO-BREAK SPACE}")


@cache
def _signs(code: str) -> Locale:
    """English has the signs that no language is the owner of, for its own are `40 secs`."""
    return Locale("root") if code == "en" else locale(code)


@cache
def day_and_time(code: str) -> str:
    """A pattern with `{1}` for the day and `{0}` for the time."""
    return str(locale(code).datetime_formats["medium"]).replace("'", "")
