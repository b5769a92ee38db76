"""The first lines of an answer, for the person who is woken by it.

The words of a page are found by hand: Python's HTML parser takes seconds over a few kilobytes that
were made to keep it busy, and these come from whoever answers.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

LINES: Final = 5
LENGTH: Final = 600
"""Characters of all lines together, their ends included."""
_LOOKED_AT: Final = 16 * 1024
_PAGE: Final = re.compile(r"<(!doctype html|html|head|body)\b", re.IGNORECASE)
_UNSEEN: Final = re.compile(r"<(?:(!--)|(script|style|template|noscript)\b)", re.IGNORECASE)
_TAG: Final = re.compile(r"</?([a-z!?][a-z0-9]*)[^<>]*>", re.IGNORECASE)
_BREAKS: Final = frozenset(
    (
        *("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "form", "header"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "title", "tr", "ul"),
    )
)
_BINARY: Final = 0.1  # of all characters; with more that are none, it is no text


def excerpt(text: str) -> str:
    """At most five lines and 600 characters, all printable, without empty lines; of a web page
    the words that are seen. Empty when *text* is none. Secrets must have been taken out before,
    for here they are cut.
    """
    text = text[:_LOOKED_AT]
    if _is_binary(text):
        return ""
    is_page = text.lstrip().startswith("<") and _PAGE.search(text[:1024])
    return bounded(_words_of(text) if is_page else text)


def bounded(text: str) -> str:
    """*text* cut to the size of an excerpt, and made printable."""
    lines: list[str] = []
    room = LENGTH
    for line in _lines(text):
        lines.append(line if len(line) <= room else line[: room - 1].rstrip() + "…")
        room -= len(line) + 1
        if len(lines) == LINES or room < 2:
            break
    return "\n".join(lines)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        plain = " ".join("".join(c if c.isprintable() else " " for c in line).split())
        if plain:
            yield plain


def _is_binary(text: str) -> bool:
    odd = sum(c == "\ufffd" or (c < " " and c not in "\t\r\n\f") for c in text)
    return "\0" in text or odd > len(text) * _BINARY


def _words_of(page: str) -> str:
    shown = re.sub(r"\s+", " ", "".join(_seen(page)))
    return html.unescape(_TAG.sub(_break, shown))


def _seen(page: str) -> Iterator[str]:
    """Without comments and scripts."""
    at = 0
    while found := _UNSEEN.search(page, at):
        yield page[at : found.start()]
        ends = "-->" if found[1] else f"</{found[2]}[^<>]*>"
        end = re.compile(ends, re.IGNORECASE).search(page, found.end())
        if end is None:
            return
        at = end.end()
    yield page[at:]


def _break(tag: re.Match[str]) -> str:
    return "\n" if tag[1].lower() in _BREAKS else ""
