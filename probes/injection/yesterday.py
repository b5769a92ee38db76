"""A cache that was filled by an earlier run, and is stuck since."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from probes.injection.exchange import Asked, Given
from probes.injection.stale import aged
from probes.injection.strike import SEEN_BY_PEOPLE
from probes.injection.tokens import with_tokens_of

MOST: Final = 300
MOST_BYTES: Final = 16 << 20
LARGEST: Final = 2 << 20
"""Bytes of one answer, as it is said on a line; a larger one is not kept."""
_LASTING: Final = frozenset((200, 203, 301, 308, 404, 410))
"""What caches keep without being told to (RFC 9110, 15.1): another redirect is asked for anew."""
_COOKIES: Final = 100
_GONE: Final = re.compile(
    r";\s*(max-age=\s*(0|-\d+)\s*(;|$)|expires=[^;]*\b19[67]\d\b)", re.IGNORECASE
)
Key = tuple[str, str, frozenset[str], bool]


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer of an earlier run. `cookies` are the names of those that its visitor had."""

    asked: Asked
    given: Given
    cookies: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def key(self) -> Key:
        """By which it is found again: what is the same for visitors who are alike."""
        signed = any(name == "authorization" for name, _ in self.asked.headers)
        return self.asked.method, self.asked.url.partition("#")[0], self.cookies, signed

    @property
    def is_cached(self) -> bool:
        """Whether a cache has it: what was read, and lasts."""
        read = self.asked.method == "GET" and self.asked.resource in SEEN_BY_PEOPLE
        return read and self.given.status in _LASTING


class _Visitor:
    """The names of the cookies it was given: a run goes the same way every day, so it is known by
    them, while their worth is another one each time.
    """

    def __init__(self) -> None:
        self._names: set[str] = set()

    def meets(self, asked: Asked, given: Given) -> Kept:
        """As who it asked, before that answer made another one of it."""
        met = Kept(asked, given, frozenset(self._names))
        for name, value in given.headers:
            if name.lower() == "set-cookie":
                self._take(value)
        return met

    def _take(self, cookie: str) -> None:
        name = cookie.partition(";")[0].partition("=")[0].strip()
        if _GONE.search(cookie):
            self._names.discard(name)
        elif len(self._names) < _COOKIES:
            self._names.add(name)


class Noting:
    """What one run is answered: the last answer for each address and visitor, as a cache that was
    good then has it. It lives as long as the run that notes, and the one that is answered from it.
    """

    def __init__(self) -> None:
        self._met: dict[Key, Kept] = {}
        self._visitor = _Visitor()

    @property
    def answers(self) -> tuple[Kept, ...]:
        return tuple(self._met.values())

    def note(self, asked: Asked, given: Given) -> None:
        met = self._visitor.meets(asked, given)
        if asked.resource in SEEN_BY_PEOPLE:
            self._met.pop(met.key, None)
            kept = replace(met, asked=_plain(asked), given=_without_cookies(given))
            if fits(kept, self._met.values()):
                self._met[met.key] = kept


class Stuck:
    """Of one run. The target is asked all the same, for the tokens and cookies of today: a cache
    that gives away another visitor's is worse than stuck. What it never saw it keeps, from the
    first answer on.
    """

    def __init__(self, yesterday: tuple[Kept, ...]) -> None:
        self._old = {kept.key: kept.given for kept in yesterday if kept.is_cached}
        self._new: dict[Key, Kept] = {}
        self._visitor = _Visitor()

    def after(self, asked: Asked, given: Given) -> Given:
        met = self._visitor.meets(asked, given)
        if asked.method != "GET" or asked.resource not in SEEN_BY_PEOPLE:
            return given
        if (old := self._old.get(met.key)) is not None:
            return _again(replace(old, headers=tuple(aged(old.headers))), given)
        if (kept := self._new.get(met.key)) is not None:
            return _again(kept.given, given)
        if met.is_cached and fits(met, self._new.values()):
            self._new[met.key] = replace(met, given=_without_cookies(given))
        return given


def fits(kept: Kept, others: Collection[Kept]) -> bool:
    """Whether it can be kept beside them."""
    size = len(kept.given.body)
    room = MOST_BYTES - sum(len(each.given.body) for each in others)
    return len(others) < MOST and size <= min(room, LARGEST)


def _again(kept: Given, today: Given) -> Given:
    cookies = tuple(pair for pair in today.headers if pair[0].lower() == "set-cookie")
    body = with_tokens_of(today.body, kept.body)
    return replace(kept, headers=(*kept.headers, *cookies), body=body, took=today.took)


def _without_cookies(given: Given) -> Given:
    kept = tuple(pair for pair in given.headers if pair[0].lower() != "set-cookie")
    return replace(given, headers=kept)


def _plain(asked: Asked) -> Asked:
    """What a visitor sends is his own affair, but for whether he says who he is."""
    signed = any(name == "authorization" for name, _ in asked.headers)
    return replace(asked, headers=(("authorization", ""),) if signed else ())


def told(kept: Kept) -> dict[str, Any]:
    """As one process says it to another."""
    return {
        "method": kept.asked.method,
        "url": kept.asked.url,
        "resource": kept.asked.resource,
        "signed": bool(kept.asked.headers),
        "cookies": sorted(kept.cookies),
        "status": kept.given.status,
        "headers": [list(pair) for pair in kept.given.headers],
        "body": b64encode(kept.given.body).decode(),
    }


def understood(message: Mapping[str, Any]) -> Kept | None:
    """What `told` told; None for what it did not, for whoever says it has met a page."""
    try:
        body = b64decode(message["body"], validate=True)
        headers = tuple(_pairs(message["headers"]))
        signed = (("authorization", ""),) if message["signed"] else ()
        method, url, resource = (str(message[key]) for key in ("method", "url", "resource"))
        asked = Asked(method, url, signed, resource)
        cookies = frozenset(map(str, message["cookies"][:_COOKIES]))
        return Kept(asked, Given(int(message["status"]), headers, body), cookies)
    except (KeyError, TypeError, ValueError):
        return None


def _pairs(headers: Any) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        yield str(name), str(value)
