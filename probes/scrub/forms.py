"""How a secret may be written: as it is, and in the encodings that text takes on its way."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import quote, quote_plus

from probes.scrub.folding import foldings

SHORTEST: Final = 4
"""Characters; anything shorter would turn up by chance in every second sentence."""
LONGEST: Final = 4096
"""Characters of a secret that is also looked for in other alphabets, as base64."""
LINE: Final = 12
"""Characters of one line of a secret that is a secret by itself."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]+")  # nobody has to escape these


def forms(secret: str) -> set[bytes]:
    """What to look for in UTF-8. Empty for a secret that is too short to be told from words.

    What escapes single characters (`%41`, `&#65;`, `\\u0041`) need not be here in every variety:
    it is also looked for in text from which such escapes were folded away.
    """
    if len(secret) < SHORTEST:
        return set()
    found: set[bytes] = set()
    for plain in (secret, *_parts(secret)):
        raw = to_bytes(plain)
        found |= {raw, *foldings(raw)}
        if len(plain) <= LONGEST:
            found.update(_written(plain))
    return {form for form in found if len(form) >= SHORTEST}


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _parts(secret: str) -> Iterator[str]:
    """What a page makes of it: other accents, blanks run together, one line at a time."""
    for form in ("NFC", "NFD"):
        if not secret.isascii() and (other := unicodedata.normalize(form, secret)) != secret:
            yield other
    if len(words := secret.split()) > 1 and (joined := " ".join(words)) != secret:
        yield joined
    if len(lines := secret.splitlines()) > 1:
        stripped = {line.strip() for line in lines}
        yield from (line for line in stripped if len(line) >= LINE and line[:5] != "-----")


def _written(secret: str) -> Iterator[bytes]:
    spelled = {to_bytes(text) for text in _spelled(secret)} | set(_in_other_charsets(secret))
    for each in spelled:
        yield each
        yield from _in_base64(each)
    for raw in (to_bytes(secret), *_in_other_charsets(secret)):
        yield raw.hex().encode()
        yield raw.hex().upper().encode()
    for order in ("le", "be"):
        yield secret.encode(f"utf-16-{order}", "surrogatepass")


def _in_other_charsets(secret: str) -> Iterator[bytes]:
    if not secret.isascii():
        with suppress(UnicodeEncodeError):
            yield secret.encode("latin-1")


def _spelled(secret: str) -> Iterable[str]:
    if _PLAIN.fullmatch(secret):
        return (secret,)
    everything, nearly = (quote(secret, safe, errors="replace") for safe in ("", "/"))
    return (
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret, quote=False),
        html.escape(secret),
        everything,
        nearly,
        quote_plus(secret, errors="replace"),
    )


def _in_base64(secret: bytes) -> Iterator[bytes]:
    """What is certain of it at each of the three alignments it can have inside a longer text.

    A plus may have become a blank, as in the query of an address.
    """
    for before, unsure in ((0, 0), (1, 2), (2, 3)):
        sure = (before + len(secret)) * 8 // 6
        encoded = base64.b64encode(bytes(before) + secret)[unsure:sure]
        yield from (encoded, encoded.replace(b"+", b" "))
        yield encoded.replace(b"+", b"-").replace(b"/", b"_")
