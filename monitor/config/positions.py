"""Where each key stands, by line.

tomllib reads TOML and forgets where it was. The libraries that remember are either editors, which
keep the text but not the lines, or would be a second opinion on what the text means. This looks
only for the keys, in text that tomllib has accepted; of text that it has refused it sees as much
as it can, which is enough to say where an open string begins.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from contextlib import suppress
from functools import cached_property
from typing import Final

Path = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_END_OF_LINE: Final = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_PART: Final = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING: Final = re.compile(
    r'''"""[^"\\]*(?:(?:\\(?s:.)|"{1,2}(?!"))[^"\\]*)*"{3,5}'''
    r"""|'''[^']*(?:'{1,2}(?!')[^']*)*'{3,5}"""
    r"""|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")


class Positions:
    """Keys of one text and their lines, counting from 1. Looked for when first asked, because a
    text in which all is well is never asked about.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _seen(self) -> _Scan:
        scan = _Scan(self._text.replace("\r\n", "\n"))
        with suppress(_LostError, RecursionError):  # refused by tomllib, but a part is seen
            scan.document()
        return scan

    @property
    def last(self) -> int:
        """The line where the last statement that was seen begins."""
        return self._seen.line(self._seen.statement)

    def line(self, path: Path) -> int:
        """Of the key, or of the nearest table around it; 0 when there is none."""
        lines = self._seen.lines
        for length in range(len(path), 0, -1):
            if path[:length] in lines:
                return lines[path[:length]]
        return 0

    def known(self, path: Path) -> bool:
        return path in self._seen.lines


class _LostError(Exception):
    """The text is not what TOML would have here."""


class _Scan:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self.statement = 0
        self._text = text
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._tables: dict[Path, int] = {}  # how many of each array of tables so far

    def line(self, offset: int) -> int:
        return bisect_right(self._breaks, offset - 1) + 1

    def document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            self.statement = self._at
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
            self._take(_END_OF_LINE)
            self._skip(_BLANK)

    def _header(self) -> Path:
        began = self._at
        many = self._peek("[[")
        self._at += 2 if many else 1
        path = self._inside(self._key())
        self._expect("]]" if many else "]")
        if many:
            self._tables[path] = self._tables.get(path, 0) + 1
            self._mark(path, began)
            path = (*path, self._tables[path] - 1)
        self._mark(path, began)
        return path

    def _inside(self, key: list[str]) -> Path:
        """The path of a header; what stands before its last part may be the newest of many."""
        path: Path = ()
        for part in key[:-1]:
            path = (*path, part)
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
        return (*path, key[-1])

    def _pair(self, table: Path) -> None:
        began = self._at
        path = (*table, *self._key())
        self._expect("=")
        self._mark(path, began)
        self._value(path)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACE)
            parts.append(_spoken(self._take(_PART)))
            self._skip(_SPACE)
            if not self._peek("."):
                return parts
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        if self._peek("["):
            self._array(path)
        elif self._peek("{"):
            self._inline(path)
        elif self._peek('"') or self._peek("'"):
            self._take(_STRING)
        else:
            self._take(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while not self._closes("]"):
            self._mark((*path, index), self._at)
            self._value((*path, index))
            index += 1
            self._skip(_BLANK)
            if not self._peek("]"):
                self._expect(",")

    def _inline(self, path: Path) -> None:
        self._at += 1
        while not self._closes("}"):
            self._pair(path)
            self._skip(_BLANK)
            if not self._peek("}"):
                self._expect(",")

    def _closes(self, bracket: str) -> bool:
        self._skip(_BLANK)
        if not self._peek(bracket):
            return False
        self._at += 1
        return True

    def _mark(self, path: Path, offset: int) -> None:
        line = self.line(offset)
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return
            self.lines[path[:length]] = line

    def _peek(self, start: str) -> bool:
        return self._text.startswith(start, self._at)

    def _expect(self, mark: str) -> None:
        if not self._peek(mark):
            raise _LostError
        self._at += len(mark)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise _LostError
        self._at = match.end()
        return match.group()


def _spoken(part: str) -> str:
    """A key as tomllib names it: without quotes, escapes read."""
    if part.startswith("'"):
        return part[1:-1]
    if not part.startswith('"'):
        return part
    if "\\" not in part:
        return part[1:-1]
    try:
        return str(tomllib.loads(f"key = {part}")["key"])
    except tomllib.TOMLDecodeError:
        raise _LostError from None
