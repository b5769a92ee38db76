"""Keeps secrets out of text that leaves us, in every form they are likely to take on the way."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

SHORTEST: Final = 4
"""Characters; anything shorter would turn up by chance in every second sentence."""
STARS: Final = "•••"
_PERCENT: Final = re.compile(r"%[0-9A-F]{2}")


class Scrubber:
    """Replaces every occurrence of a secret, as it is or encoded."""

    __slots__ = ("_forms",)

    def __init__(self, secrets: frozenset[str]) -> None:
        known = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
        self._forms = tuple(sorted(form for form in known if len(form) >= SHORTEST))

    def text(self, text: str) -> str:
        """The text itself when it holds no secret. Secrets that overlap are hidden together."""
        spans = sorted(span for form in self._forms for span in _spans(form, text))
        if not spans:
            return text
        parts, end = [], 0
        for began, ended in spans:
            if began >= end:
                parts += [text[end:began], STARS]
            end = max(end, ended)
        return "".join([*parts, text[end:]])


def _spans(form: str, text: str) -> Iterator[tuple[int, int]]:
    at = text.find(form)
    while at >= 0:
        yield at, at + len(form)
        at = text.find(form, at + 1)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield repr(secret)[1:-1]
    for ascii_only in (True, False):
        yield json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
    yield from _in_markup(secret)
    yield from _in_addresses(secret)
    yield from _in_base64(secret.encode(errors="replace"))


def _in_markup(secret: str) -> Iterable[str]:
    """As the several libraries write it that disagree about quotes."""
    plain, quoted = html.escape(secret, quote=False), html.escape(secret)
    return plain, quoted, quoted.replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


def _in_addresses(secret: str) -> Iterator[str]:
    everything, nearly = (quote(secret, safe, errors="replace") for safe in ("", "/"))
    for text in (everything, nearly, quote_plus(secret, errors="replace")):
        yield text
        yield _PERCENT.sub(lambda match: match.group().lower(), text)


def _in_base64(secret: bytes) -> Iterator[str]:
    """What is certain of it at each of the three alignments it can have inside a longer text."""
    for before, unsure in ((0, 0), (1, 2), (2, 3)):
        sure = (before + len(secret)) * 8 // 6
        encoded = base64.b64encode(bytes(before) + secret)[unsure:sure].decode()
        yield encoded
        yield encoded.replace("+", "-").replace("/", "_")
