"""A cache that was filled by an earlier run, and is stuck since."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from probes.injection.exchange import Asked, Given
from probes.injection.stale import aged
from probes.injection.strike import SEEN_BY_PEOPLE
from probes.injection.tokens import LARGEST as LARGEST_WITH_TOKENS
from probes.injection.tokens import with_tokens_of
from probes.injection.visitor import COOKIES, Visitor

MOST: Final = 300
MOST_BYTES: Final = 16 << 20
LARGEST: Final = 2 << 20
"""Bytes of one answer, as it is said on a line; a larger one is not kept."""
_LONGEST: Final = 8 << 10
"""Characters of an address."""
_BESIDES: Final = 32 << 10
_PAIR: Final = 8
_LASTING: Final = frozenset((200, 203, 301, 308, 404, 410))
"""What caches keep without being told to (RFC 9110, 15.1): another redirect is asked for anew."""
_BEGINS: Final = (b"{", b"[")
"""What a JSON document with fields begins with."""
Key = tuple[str, str, frozenset[str], bool]


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer of an earlier run. `cookies` are those that its visitor had: their names, and how
    often each was changed in answer to a write.
    """

    asked: Asked
    given: Given
    cookies: frozenset[str] = field(default=frozenset(), repr=False)
    is_last: bool = True
    """Whether the same was not answered once more; else only its fields are of interest."""

    @property
    def key(self) -> Key:
        """By which it is found again: what is the same for visitors who are alike."""
        signed = any(name == "authorization" for name, _ in self.asked.headers)
        return self.asked.method, self.asked.url.partition("#")[0], self.cookies, signed

    @property
    def is_cached(self) -> bool:
        """Whether a cache has it: what was read, and lasts."""
        read = self.asked.method == "GET" and self.asked.resource in SEEN_BY_PEOPLE
        return read and self.is_last and self.given.status in _LASTING

    @property
    def size(self) -> int:
        """Bytes or characters, of whatever a target or a page has a say in."""
        headers = sum(len(name) + len(value) + _PAIR for name, value in self.given.headers)
        told = len(self.asked.method) + len(self.asked.url) + sum(map(len, self.cookies))
        return len(self.given.body) + headers + told

    @property
    def is_tellable(self) -> bool:
        """Whether it is no longer than a line may be, however it is written there."""
        body, url = len(self.given.body), len(self.asked.url)
        return body <= LARGEST and url <= _LONGEST and self.size - body - url <= _BESIDES


class Noting:
    """What one run is answered: the last answer for each address and visitor, as a cache that was
    good then has it; and, as far as there is room, those before it that have fields. It lives as
    long as the run that notes, and the one that is answered from it.
    """

    def __init__(self) -> None:
        self._met: dict[Key, Kept] = {}
        self._earlier: deque[Kept] = deque()
        self._visitor = Visitor()

    @property
    def answers(self) -> tuple[Kept, ...]:
        return (*self._earlier, *self._met.values())

    def asks(self, asked: Asked) -> None:
        """Before it is answered."""
        self._visitor.asks(asked)

    def note(self, asked: Asked, given: Given) -> None:
        cookies = self._visitor.meets(asked, given)
        if asked.resource in SEEN_BY_PEOPLE:
            kept = Kept(_plain(asked), _without_cookies(given), cookies)
            self._put_back(self._met.pop(kept.key, None), kept)
            while self._earlier and not fits(kept, self.answers):
                self._earlier.popleft()
            if fits(kept, self.answers):
                self._met[kept.key] = kept

    def _put_back(self, before: Kept | None, now: Kept) -> None:
        """One address may be asked for many things, all of them in what is sent."""
        if before is None or before.given.body == now.given.body:
            return
        if before.given.body[:_PAIR].lstrip()[:1] in _BEGINS:
            self._earlier.append(replace(before, is_last=False))


class Stuck:
    """Of one run. The target is asked all the same, for the tokens and cookies of today: a cache
    that gives away another visitor's is worse than stuck. What it never saw it keeps, from the
    first answer on.
    """

    def __init__(self, yesterday: tuple[Kept, ...]) -> None:
        self._old = {kept.key: kept.given for kept in yesterday if kept.is_cached}
        self._new: dict[Key, Kept] = {}
        self._visitor = Visitor()

    def before(self, asked: Asked) -> None:
        self._visitor.asks(asked)

    def after(self, asked: Asked, given: Given) -> Given:
        met = Kept(_plain(asked), given, self._visitor.meets(asked, given))
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
    room = MOST_BYTES - sum(each.size for each in others)
    return len(others) < MOST and kept.is_tellable and kept.size <= room


def _again(kept: Given, today: Given) -> Given:
    """Today's where it is too large to look for tokens: one of yesterday's would be loud."""
    if max(len(kept.body), len(today.body)) > LARGEST_WITH_TOKENS:
        return today
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
        "last": kept.is_last,
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
        cookies = frozenset(map(str, message["cookies"][:COOKIES]))
        given = Given(int(message["status"]), headers, body)
        return Kept(asked, given, cookies, bool(message["last"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _pairs(headers: Any) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        yield str(name), str(value)
