"""Who asks, as far as a cache tells visitors apart that is not worse than stuck."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from probes.injection.exchange import Asked, Given

COOKIES: Final = 100
_LONGEST: Final = 200
"""Characters of a name."""
_UNDER_WAY: Final = 1000
_LEADS_ON: Final = 3
_GONE: Final = re.compile(
    r";\s*(max-age=\s*(0|-\d+)\s*(;|$)|expires=[^;]*\b19[67]\d\b)", re.IGNORECASE
)
Cookies = frozenset[str]
Address = tuple[str, str]


class Visitor:
    """The cookies it was given: a run goes the same way every day, so it is known by their names,
    while their worth is another one each time. Who signs in often keeps the name, and is given
    another worth for what was sent, or on the way on from there: that makes another visitor, too.
    """

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._worths: dict[str, str] = {}
        self._changes: Counter[str] = Counter()
        self._asking: dict[Address, Cookies] = {}

    def asks(self, asked: Asked) -> None:
        """Before it is answered: what else is under way may make another visitor of it."""
        if len(self._asking) >= _UNDER_WAY:
            del self._asking[next(iter(self._asking))]
        self._asking[_address(asked)] = self._known()

    def meets(self, asked: Asked, given: Given) -> Cookies:
        """As who it asked: the names of its cookies, with how often each was changed."""
        known = self._asking.pop(_address(asked), None)
        known = self._known() if known is None else known
        enters = asked.writes or given.status // 100 == _LEADS_ON
        for name, value in given.headers:
            if name.lower() == "set-cookie":
                self._take(value, enters=enters)
        return known

    def _known(self) -> Cookies:
        times = self._changes
        return frozenset(f"{name} {times[name]}" if times[name] else name for name in self._names)

    def _take(self, cookie: str, *, enters: bool) -> None:
        name, _, worth = cookie.partition(";")[0].partition("=")
        name = name.strip()[:_LONGEST]
        if _GONE.search(cookie):
            self._names.discard(name)
        elif name in self._worths or len(self._worths) < COOKIES:
            if enters and self._worths.get(name, worth) != worth:
                self._changes[name] += 1
            self._worths[name] = worth
            self._names.add(name)


def _address(asked: Asked) -> Address:
    return asked.method, asked.url
