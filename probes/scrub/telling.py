"""Which of the texts that a probe sends would give something away, wherever they stand.

Headers, form fields and what is typed are mostly words that every second page says: those must not
become stars in what is told of other probes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from probes.scrub.forms import SHORTEST
from probes.scrub.places import is_confidential, tells

_ORDINARY_NAMES: Final = re.compile(
    r"accept(-.*)?|cache-control|content-.*|date|depth|dnt|expect|forwarded|from|host|if-.*|origin"
    r"|pragma|prefer|priority|range|referer|sec-.*|soapaction|te|traceparent|tracestate|upgrade-.*"
    r"|user-agent|via|x-forwarded-.*|x-requested-with|(.*-)?version",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"(^|[-_])(key|auth)$", re.IGNORECASE)
_ABOUT: Final = re.compile(r"(type|hint|name|ur[il])$", re.IGNORECASE)
_ORDINARY: Final = re.compile(
    r"https?://[^\s@?]*|[^\s@]+@[^\s@]+\.[a-z]+|[\d\s.,:/+-]+|[a-z]+/[\w.+-]+", re.IGNORECASE
)
_WORDS: Final = re.compile(r"[^\W\d_]?[^\W\d_A-Z]*([ '.-][^\W\d_]?[^\W\d_A-Z]*)*[.!?]?")
_FEW: Final = 6  # digits; less turn up by chance, as times and years do
_PHRASE: Final = 20  # characters of words that nobody else says in a row


def values_that_tell(name: str, text: str) -> Iterator[str]:
    """What is worth hiding of a header or form field of that name."""
    if name.lower() == "cookie":
        for pair in text.split(";"):
            key, _, value = pair.strip().partition("=")
            if is_confidential(key) or tells(value):
                yield value
    elif name.lower().endswith("authorization"):
        yield text.rpartition(" ")[2]
    elif _is_named_secret(name) or _stands_out(name, text):
        yield text


def is_peculiar(text: str) -> bool:
    """Whether what is typed where secrets are is more than a word or number that anybody says."""
    if text.isdecimal():
        return len(text) >= _FEW
    is_words = len(text) < _PHRASE and _WORDS.fullmatch(text)
    return len(text) >= SHORTEST and not is_words


def _is_named_secret(name: str) -> bool:
    return bool(is_confidential(name) or _KEY.search(name)) and not _ABOUT.search(name)


def _stands_out(name: str, text: str) -> bool:
    ordinary = _ORDINARY_NAMES.fullmatch(name) or _ORDINARY.fullmatch(text)
    return not ordinary and tells(text)
