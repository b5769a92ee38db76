"""Lines of unknown origin, made fit to be kept: readable, bounded, and the same when they say the
same.
"""

from __future__ import annotations

import re
from typing import Final

LINE_MAX: Final = 500
"""Characters of a line that is kept."""
_ESCAPES: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*.)"
)
_CONTROLS: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_WHEN: Final = (
    r"(?:\d{4}[-/]\d\d[-/]\d\d[T ,]{1,2}|[A-Z][a-z]{2} [ \d]\d )?"
    r"\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)
_BEGINS: Final = re.compile(rf"^[\[(]?{_WHEN}[\])]?\s*")
_ID: Final = re.compile(r"([iI][dD][\"']?\s?[=:]\s?[\"']?)[\w-]+")
_HEX: Final = re.compile(r"(?<![\w-])[a-fA-F]{1,8}\d[a-fA-F0-9-]{3,}")
_NUMBER: Final = re.compile(r"\d(?:[a-fA-F0-9.,:x-]*[a-fA-F0-9])?")
# Three plain ones: a single one for all takes three times as long, on every line of a log.


def readable(raw: bytes) -> str:
    """Without what a terminal would obey; what is not UTF-8 is replaced."""
    text = raw.decode("utf-8", "replace")
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub("", _ESCAPES.sub("", text)).rstrip()


def shortened(line: str) -> str:
    return line if len(line) <= LINE_MAX else line[: LINE_MAX - 1] + "…"


def sameness(line: str) -> str:
    """The same for lines that differ in when they were written, or in whose request they are of:
    times, numbers, hexadecimal words and ids are no difference.
    """
    line = _ID.sub(r"\1#", _BEGINS.sub("", line, count=1))
    return _NUMBER.sub("#", _HEX.sub("#", line)).strip()
