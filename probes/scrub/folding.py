"""Taking back what escapes single characters: percent signs, entities, backslashes.

By hand, for no library tells where in the original text a character came from.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

ROUNDS: Final = 5
"""How often escapes are folded: JSON in JSON in an attribute is three."""
_HEX: Final = rb"[0-9A-Fa-f]"
_TOKEN: Final = re.compile(  # each kind begins with a fixed sign, or the search is ten times slower
    rb"%(?:H{2}|uH{4})"
    rb"|&(?:\#[0-9]{1,9}|\#[xX]H{1,8}|[A-Za-z][A-Za-z0-9]{1,31});"
    rb"|\\(?:uH{4}(?:\\uH{4}){0,15}|u\{H{1,6}\}|UH{8}|xH{2}(?:\\xH{2}){0,31}"
    rb"|[0-3][0-7]{2}(?:\\[0-3][0-7]{2}){0,31}|.)".replace(b"H", _HEX),
    re.DOTALL,
)
_QUOTED: Final = re.compile(rb"=(?:[0-9A-F]{2}|[ \t]*\r?\n)")
_MARKS: Final = b"%&\\+"
_ALL_MARKS: Final = _MARKS + b"="
_LETTERS: Final = dict(zip(b"abfnrtv0", b"\a\b\f\n\r\t\v\0", strict=True))


def is_plain(text: bytes) -> bool:
    """Whether there is certainly nothing to take back; quickly."""
    return len(text.translate(None, _ALL_MARKS)) == len(text)


def foldings(text: bytes) -> Iterator[bytes]:
    """*text* with one layer of escapes after the other taken off, until nothing changes."""
    for _ in range(ROUNDS):
        if len(text.translate(None, _MARKS)) == len(text):
            return
        folded = _TOKEN.sub(_plain, text.replace(b"+", b" "))
        if folded == text:
            return
        yield (text := folded)


def unquoted(text: bytes) -> bytes | None:
    """*text* as mail means it that writes `=C3=BC`; None when nothing is written so."""
    return _QUOTED.sub(_unquote, text) if b"=" in text and _QUOTED.search(text) else None


class Trail:
    """From places in folded text back to the text it was made from."""

    def __init__(self, text: bytes, *, is_quoted: bool = False) -> None:
        self._began: list[int] = []
        self._ended: list[int] = []
        self._spans: list[tuple[int, int]] = []
        pattern, plain = (_QUOTED, _unquote) if is_quoted else (_TOKEN, _plain)
        shift = 0
        for token in pattern.finditer(text if is_quoted else text.replace(b"+", b" ")):
            began, ended = token.span()
            self._began.append(began - shift)
            shift += ended - began - len(plain(token))
            self._ended.append(ended - shift)
            self._spans.append((began, ended))

    def back(self, began: int, ended: int) -> tuple[int, int]:
        """An escape that stands for several characters is taken whole."""
        return self._start(began), self._end(ended)

    def _start(self, at: int) -> int:
        last = bisect_right(self._began, at) - 1
        if last < 0:
            return at
        inside = at < self._ended[last]
        return self._spans[last][0] if inside else self._spans[last][1] + at - self._ended[last]

    def _end(self, at: int) -> int:
        last = bisect_left(self._began, at) - 1
        if last < 0:
            return at
        inside = at <= self._ended[last]
        return self._spans[last][1] + (0 if inside else at - self._ended[last])


def _plain(token: re.Match[bytes]) -> bytes:
    return _meaning(token[0])


def _unquote(token: re.Match[bytes]) -> bytes:
    digits = token[0][1:]
    return bytes.fromhex(digits.decode()) if digits.strip() else b""


@lru_cache(maxsize=4096)
def _meaning(token: bytes) -> bytes:
    match token[:1], token[1:2]:
        case b"%", b"u":
            return _character(token[2:])
        case b"%", _:
            return bytes.fromhex(token[1:].decode())
        case b"&", b"#":
            return _entity(token[2:-1])
        case b"&", _:
            return html.unescape(token.decode()).encode("utf-8", "surrogatepass")
    return _letter(token[1]) if len(token) == 2 else _number(token)


def _entity(number: bytes) -> bytes:
    digits = number[1:] if number[:1] in b"xX" else f"{int(number):x}".encode()
    return _character(digits)


def _letter(letter: int) -> bytes:
    return bytes([_LETTERS.get(letter, letter)])


def _number(token: bytes) -> bytes:
    """Of what begins with a backslash."""
    match token[1:2], token[2:3]:
        case (b"u", b"{"):
            return _character(token[3:-1])
        case (b"u", _):
            return _units(token[2:].split(rb"\u"))
        case (b"U", _):
            return _character(token[2:])
        case (b"x", _):
            return _bytes(token.replace(rb"\x", b""))
    return bytes(int(digits, 8) for digits in token[1:].split(b"\\"))


def _character(digits: bytes) -> bytes:
    number = int(digits, 16)
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else b"?"


def _units(units: list[bytes]) -> bytes:
    """Of UTF-16, where two may be one character."""
    raw = b"".join(int(unit, 16).to_bytes(2, "big") for unit in units)
    return raw.decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")


def _bytes(digits: bytes) -> bytes:
    """UTF-8 where it is; else each is a character, as in Python's and JavaScript's own texts."""
    raw = bytes.fromhex(digits.decode())
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1").encode()
    return raw
