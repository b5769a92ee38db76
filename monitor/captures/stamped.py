"""When a line of a log was written, where it says so at its beginning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_ISO: Final = re.compile(
    rb"""(?:[\[("<]{0,2}|\{.{0,160}?"(?:time|timestamp|@timestamp|ts|date|datetime)":\s?")
    (\d{4})[-/](\d\d)[-/](\d\d)[T ,]\s?(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?
    \s?(?:(Z|UTC)\b|([+-])(\d\d):?(\d\d)\b)?""",
    re.VERBOSE,
)
_SYSLOG: Final = re.compile(rb"(?:<\d+>)?([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)\b")
_EPOCH: Final = re.compile(rb"[\[(]?(\d{10})(?:\d{3}|[.,]\d+)?\b")
_MONTHS: Final = (b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()
_LOOKED_AT: Final = 240


def newer_than(data: bytes, since_at: datetime) -> bytes:
    """*data* from the first line on that says that it was written then or later; all of it when no
    line says when.
    """
    start, any_stamp = 0, False
    for place, line in _lines(data):
        stamp = written_at(line, near=since_at)
        if stamp is not None:
            any_stamp = True
            if stamp >= since_at:
                return data[place:]
        start = place + len(line)
    return data[len(data) :] if any_stamp and start else data


def is_older(block: bytes, since_at: datetime) -> bool:
    """Whether the first line in it that says when it was written is from before then."""
    for _, line in _lines(block):
        stamp = written_at(line, near=since_at)
        if stamp is not None:
            return stamp < since_at
    return False


def written_at(line: bytes, *, near: datetime) -> datetime | None:
    """None where it does not say. Without a zone it is the later of UTC and the machine's own;
    without a year, that which is nearest to *near*.
    """
    line = line[:_LOOKED_AT]
    try:
        if found := _ISO.match(line):
            return _iso(found)
        if found := _SYSLOG.match(line):
            return _syslog(found, near)
        if found := _EPOCH.match(line):
            return datetime.fromtimestamp(int(found[1]), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _iso(found: re.Match[bytes]) -> datetime:
    year, month, day, hour, minute, second = (int(found[group]) for group in range(1, 7))
    us = int((found[7] or b"0").ljust(6, b"0")[:6])
    naive = datetime(year, month, day, hour, minute, second, us)  # noqa: DTZ001 - its zone follows
    if found[8]:
        return naive.replace(tzinfo=UTC)
    if found[9]:
        ahead = timedelta(hours=int(found[10]), minutes=int(found[11]))
        return naive.replace(tzinfo=timezone(-ahead if found[9] == b"-" else ahead))
    return _anywhere(naive)


def _syslog(found: re.Match[bytes], near: datetime) -> datetime:
    month = _MONTHS.index(found[1]) + 1
    day, hour, minute, second = (int(found[group]) for group in range(2, 6))
    years = (near.year - 1, near.year, near.year + 1)
    each = [datetime(year, month, day, hour, minute, second) for year in years]  # noqa: DTZ001 - its zone is not said
    return min((_anywhere(one) for one in each), key=lambda one: abs(one - near))


def _anywhere(naive: datetime) -> datetime:
    return max(naive.replace(tzinfo=UTC), naive.astimezone(UTC))


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each with where it begins."""
    place = 0
    while place < len(data):
        end = data.find(b"\n", place)
        end = len(data) if end < 0 else end + 1
        yield place, data[place : min(end, place + _LOOKED_AT)]
        place = end
