"""Lines of unknown origin, made fit to be kept: readable, bounded, and the same when they say the
same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from monitor.store.excerpt import CLOCK, WHEN

LINE_MAX: Final = 500
"""Characters of a line that is kept."""
_WORD_MAX: Final = 120
"""Characters of a word that is remembered; longer ones seldom come twice."""
_ESCAPES: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*.)"
)
_CONTROLS: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_BEGINS: Final = re.compile(rf"[\[(]?{WHEN}[\])]?\s*")
_LONG: Final = 9
"""Digits of a number that is an id or a time, and no size, status or line."""
_SPAN: Final = r"(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|sec|min|s|m|h|d))+"
_KEY: Final = (
    r"(?:request|req|trace|span|correlation|transaction|session|connection|conn|thread|process)"
    r"[_.-]?id|(?<![\w.-])(?:id|[pst]id|port|took|elapsed|duration|latency)|_(?:ns|us|ms|seconds)"
)
_KEYED: Final = re.compile(rf"((?:{_KEY})[\"']?[=:][\"']?)[\w-]+(?:\.\d+)?", re.IGNORECASE)
_KEY_ENDS: Final = ("id", "port", "took", "elapsed", "duration", "latency", "s")
_IS_KEY: Final = re.compile(rf"(?:{_KEY})[\"']?[=:]?$", re.IGNORECASE)
_VARIES: Final = re.compile(
    rf"""(?<![\w./-])(?:
      \d{{4}}[-/]\d\d[-/]\d\d(?:T{CLOCK})? | \d\d?/[A-Z][a-z]{{2}}/\d{{4}}(?::{CLOCK})? | {CLOCK}
      | {_SPAN} | \d{{{_LONG},}}(?:\.\d+)? | 0x[\da-fA-F]+
      | (?=[a-fA-F]*\d)(?=\d*[a-fA-F])[\da-fA-F]{{8,}}
    )(?![\w/-]|\.\w)
    | (?<![\da-fA-F-])[\da-fA-F]{{8}}(?:-[\da-fA-F]{{4}}){{3}}-[\da-fA-F]{{12}}(?![\da-fA-F-])""",
    re.VERBOSE,
)
_PORT: Final = re.compile(
    r"((?:(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}|\[[\da-fA-F]*:[\da-fA-F:.]*\]):)\d{1,5}(?!\d)"
)
_PROCESS: Final = re.compile(r"([\w./@-]+)\[\d+\]:|\[\d+\]|\d+#\d+:|\*\d+")
_NUMBER: Final = re.compile(r"\(?\d+(?:\.\d+)?")
_UNITS: Final = re.compile(
    r"[.,;:()]*(?:[nuµμm]?s|secs?|mins?|(?:milli|micro)?seconds?|minutes?|hours?|days?|---)[.,;:()]*"
)
"""The last is what some programs put after their process id."""
_DIGIT: Final = re.compile(r"\d")


def readable(raw: bytes) -> str:
    """Without what a terminal would obey; what is not UTF-8 is replaced."""
    text = raw.decode("utf-8", "replace")
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub("", _ESCAPES.sub("", text)).rstrip()


def shortened(line: str) -> str:
    return line if len(line) <= LINE_MAX else line[: LINE_MAX - 1] + "…"


def sameness(line: str) -> str:
    """The same for lines that differ in when they were written, or in whose request they are of.

    When, how long, process and request ids, ports of those who ask, addresses in memory and long
    hexadecimal words are no difference; any other number is: a version, a path, a status.
    """
    begins = _BEGINS.match(line)
    words = (line[begins.end() :] if begins else line).split(" ")
    seen = [_known(word) if len(word) <= _WORD_MAX else _looked_at(word) for word in words]
    same = [word.same for word in seen]
    for place, word in enumerate(seen):
        if word.is_open and _varies(seen, place):
            same[place] = "#"
    for place, text in enumerate(words[:3] if begins else ()):
        if text[-1:] in "]:0123456789" and (found := _PROCESS.fullmatch(text)):
            same[place] = f"{found[1] or ''}#"
    return " ".join(same)


class _Word(NamedTuple):
    same: str
    is_open: bool
    """It has a number that only its neighbours can tell the meaning of."""
    is_key: bool
    is_number: bool


def _varies(words: list[_Word], place: int) -> bool:
    if place and words[place - 1].is_key:
        return True
    if not words[place].is_number or place + 1 == len(words):
        return False
    return _UNITS.fullmatch(words[place + 1].same) is not None


_VARIED: Final = _Word("#", is_open=False, is_key=False, is_number=False)


def _looked_at(word: str) -> _Word:
    """Most words are of few kinds, and those are told apart quickly."""
    if word.isdecimal():
        return _VARIED if len(word) >= _LONG else _Word(word, True, False, True)
    if _VARIES.fullmatch(word):
        return _VARIED
    same, has_parts = word, "=" in word or ":" in word
    if has_parts:
        if found := _KEYED.fullmatch(word) or _PORT.fullmatch(word):
            return _Word(f"{found[1]}#", False, False, False)
        same = _PORT.sub(r"\1#", _KEYED.sub(r"\1#", word))
    if _DIGIT.search(same) is None:
        return _Word(same, False, _is_key(word), False)
    same = _VARIES.sub("#", same)
    return _Word(same, True, _is_key(word), _NUMBER.fullmatch(same) is not None)


def _is_key(word: str) -> bool:
    key = word.rstrip("=:\"'").lower()
    return key.endswith(_KEY_ENDS) and _IS_KEY.search(word) is not None


_known = lru_cache(maxsize=2048)(_looked_at)
