"""What goes back with a form to prove where it came from, which no cache that is only stuck loses.

Somebody else's token would have every form refused. That is loud, and everybody would notice: so a
page of yesterday's is given today's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# A page's own policy for scripts has a nonce as well, which stands in a header of the same answer.
_NAME: Final = (
    rb"(?![\w-]{0,40}csp)[\w.:\[\]-]{0,40}"
    rb"(?:csrf|xsrf|token|nonce|authenticator|sesskey|form_?key)[\w.:\[\]-]{0,40}"
)
# Where data stands as well, a token may be that of a file that is shared, which is looked for.
_SURE: Final = (
    rb"(?:[\w.:\[\]-]{0,40}(?:csrf|xsrf|authenticity|request_?verification|sesskey|form_?key)"
    rb"[\w.:\[\]-]{0,40}|_token)"
)
LARGEST: Final = 1 << 20
"""Bytes of what is looked through."""
_MOST: Final = 2_000
# Every repetition has a bound: what is searched may have been written to take long.
_TAG: Final = re.compile(rb"<(?:input|meta)\s[^<>]{1,2000}>", re.IGNORECASE)
_CALLED: Final = re.compile(
    rb"""\s(?:name|id)\s?=\s?["']?(%s)(?=["'\s/>])""" % _NAME, re.IGNORECASE
)
_WORTH: Final = re.compile(
    rb"""\s(?:value|content)\s?=\s?(?:"([^"<>]{8,1000})"|'([^'<>]{8,1000})'"""
    rb"""|([^\s"'`=<>][^\s"'`<>]{7,1000})(?=[\s>]))""",
    re.IGNORECASE,
)
_TYPED: Final = re.compile(rb"""\stype\s?=\s?["']?(?!hidden)\w""", re.IGNORECASE)
_FIELD: Final = re.compile(
    rb"""(?:["'](?P<quoted>%s)["']|(?<![\w.:\[\]"'-])(?P<plain>%s))"""
    rb"""\s{0,9}[:=]\s{0,9}["'](?P<worth>(?:[^"'\\<>\s]|\\[^<>\s]){8,1000})["']""" % (_SURE, _SURE),
    re.IGNORECASE,
)
Token = tuple[bytes, int, int]
"""What it is called, and where it stands."""


def with_tokens_of(today: bytes, kept: bytes) -> bytes:
    """*kept* with the tokens of *today* in their places: of several of one name the first for the
    first, and the last for all that are left.
    """
    if max(len(today), len(kept)) > LARGEST:
        return kept
    fresh: dict[bytes, list[bytes]] = {}
    for name, begins, ends in _tokens(today):
        fresh.setdefault(name, []).append(today[begins:ends])
    return _replaced(kept, fresh) if fresh else kept


def _replaced(kept: bytes, fresh: dict[bytes, list[bytes]]) -> bytes:
    parts, since = [], 0
    for name, begins, ends in sorted(_tokens(kept), key=lambda token: token[1]):
        if name in fresh and begins >= since:
            own = fresh[name]
            parts += [kept[since:begins], own.pop(0) if len(own) > 1 else own[0]]
            since = ends
    return b"".join([*parts, kept[since:]])


def _tokens(body: bytes) -> Iterator[Token]:
    """In tags, and wherever JSON or a script is."""
    for count, tag in enumerate(_TAG.finditer(body)):
        called = _CALLED.search(tag[0])
        worth = _WORTH.search(tag[0])
        if count < _MOST and called and worth and not _TYPED.search(tag[0]):
            begins, ends = worth.span(worth.lastindex or 0)
            yield called[1].lower(), tag.start() + begins, tag.start() + ends
    for count, field in enumerate(_FIELD.finditer(body)):
        if count < _MOST:
            name = field["quoted"] or field["plain"]
            yield name.lower(), *field.span("worth")
