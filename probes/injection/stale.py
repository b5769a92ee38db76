"""A cache that is stuck: what was answered once is answered again, and it is a day old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from probes.injection.exchange import Asked, Given
from probes.injection.strike import SEEN_BY_PEOPLE

_OLD: Final = timedelta(days=1)
_DATES: Final = {"date", "last-modified"}
_MOST: Final = 500
_MOST_BYTES: Final = 32 << 20
Key = tuple[str, str, frozenset[tuple[str, str]]]


class Stale:
    """Of one run. It tells visitors apart by the cookies that they are given for what they send, as
    a cache does that is not worse than stuck: somebody who signs in does not go on seeing what
    strangers see. What a visitor is given just for coming would stand in the kept answer too.
    """

    def __init__(self) -> None:
        self._kept: dict[Key, Given] = {}
        self._bytes = 0
        self._cookies: dict[str, str] = {}

    def before(self, asked: Asked) -> Given | None:
        return self._kept.get(self._key(asked)) if _is_kept(asked) else None

    def after(self, asked: Asked, given: Given) -> Given:
        key = self._key(asked)
        if asked.writes:
            self._note_cookies(given)
        if not _is_kept(asked):
            return given
        old = replace(given, headers=tuple(aged(given.headers)))
        if len(self._kept) < _MOST and self._bytes + len(old.body) <= _MOST_BYTES:
            self._kept.setdefault(key, old)
            self._bytes += len(old.body)
        return old

    def _key(self, asked: Asked) -> Key:
        return asked.method, asked.url, frozenset(self._cookies.items())

    def _note_cookies(self, given: Given) -> None:
        for name, value in given.headers:
            if name.lower() == "set-cookie":
                cookie, _, worth = value.partition(";")[0].partition("=")
                self._cookies[cookie.strip()] = worth.strip()


def _is_kept(asked: Asked) -> bool:
    return not asked.writes and asked.resource in SEEN_BY_PEOPLE


def aged(headers: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    """As they are a day later."""
    for name, value in headers:
        if name.lower() in _DATES:
            yield name, _day_before(value)
        elif name.lower() != "age":
            yield name, value
    yield "Age", f"{_OLD.total_seconds():.0f}"


def _day_before(date: str) -> str:
    try:
        return format_datetime(parsedate_to_datetime(date) - _OLD, usegmt=True)
    except (ValueError, OverflowError, TypeError):
        return date
