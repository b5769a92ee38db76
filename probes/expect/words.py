"""Saying in one short line what a hostile answer held."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Final

QUOTED: Final = 80
"""Characters of a target's answer that a summary may repeat at a time."""

_MILLISECOND: Final = timedelta(milliseconds=1)
_UNPRINTABLE: Final = re.compile(
    r"[^\S ]+|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+"
)


def one_line(text: str) -> str:
    """*text* without line ends, control characters and marks that turn writing around."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def quote(text: str) -> str:
    """The beginning of *text* in quotation marks, as one line."""
    line = one_line(text[: QUOTED * 8])
    return f'"{line[:QUOTED]}…"' if len(line) > QUOTED else f'"{line}"'


def shown(value: object) -> str:
    """The beginning of a JSON value, as JSON writes it."""
    line = one_line(json.dumps(value, ensure_ascii=False, default=str))
    return f"{line[:QUOTED]}…" if len(line) > QUOTED else line


def millis(span: timedelta) -> str:
    """A measured span for people: `812 ms`, `2.4 s`."""
    ms = span / _MILLISECOND
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"
