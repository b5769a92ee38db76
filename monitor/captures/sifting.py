"""What matters of an output, however long it is: bytes in, the few lines that are kept out.

Lines that have the pattern are kept with those around them; `blocks` counts what comes again. Pure.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from monitor.captures.blocks import Blocks, Line, Scrub
from monitor.captures.tidy import readable
from monitor.store.captured import Fetched
from monitor.store.excerpt import is_indented
from probes.expect.pattern import compiled

__all__ = ["LINES_MAX", "Binary", "Scrub", "Sifting"]

LINES_MAX: Final = 200_000
"""Lines of one source that are looked at: a second's work."""
RAW_MAX: Final = 16 * 1024
"""Bytes of one line that are looked at."""
SAMPLE: Final = 8 * 1024
"""Bytes from which is judged whether it is text."""
INSIDE_MAX: Final = 100
"""Indented lines that are kept with the line that they belong to."""
_NO_TEXT: Final = re.compile(rb"[^\t\n\r\x0b\x0c\x1b\x20-\x7e\x80-\xff]")


_ENDED: Final = ("the program ended", "it answered", "no more than its last")
"""Of all that goes wrong, what nevertheless had an end of its own."""
_T = TypeVar("_T")


class Binary(Exception):
    """It is no text."""


class Sifting:
    """`feed` it what was read, then ask for `found`."""

    def __init__(self, *, pattern: str, context: int, lines: int, scrub: Scrub) -> None:
        """An empty *pattern*, or one that is none, keeps every line; *scrub* takes secrets out."""
        self._pattern = compiled(pattern) if pattern else None
        self._scrub = scrub
        self._context = context
        self._before = deque[tuple[str, bool]](maxlen=context)
        self._after = self._inside = 0
        self._gap = False
        self._pool = Blocks(lines)
        self._cutter = _Cutter()
        self.read = 0
        """Bytes so far."""
        self.lines = 0
        self.is_binary = False

    def feed(self, chunk: bytes) -> None:
        self.read += len(chunk)
        if not self.is_binary:
            self._take(self._cutter.lines, chunk)

    def found(self, why: str = "") -> Fetched:
        """Everything was fed; *why* it ended, if that was no good end."""
        if not self.is_binary:
            self._take(self._cutter.rest, bool(why) and not why.startswith(_ENDED))
        if self.is_binary:
            said = f"binary, {_size(self.read)}"
            return Fetched(why=f"{said}; {why}" if why else said)
        text, lines, dropped = self._pool.told(self._scrub)
        return Fetched(text=self._scrub(text), lines=lines, dropped=dropped, why=why)

    def _take(self, cut: Callable[[_T], Iterable[_Raw]], given: _T) -> None:
        try:
            for raw in cut(given):
                self._line(raw)
        except Binary:
            self.is_binary = True

    def _line(self, raw: _Raw) -> None:
        self.lines += 1
        line = readable(raw.content)
        if self._pattern is None or self._pattern.found_in(line):
            for earlier in self._before:
                self._keep(*earlier)
            self._before.clear()
            self._keep(line, raw.is_cut)
            self._after, self._inside = self._context, INSIDE_MAX
        elif self._goes_on(line):
            self._keep(line, raw.is_cut)
        else:
            self._gap = self._gap or len(self._before) == self._context
            self._before.append((line, raw.is_cut))

    def _goes_on(self, line: str) -> bool:
        """Whether it is of what surrounds the last line with the pattern. What is indented belongs
        to the line before it, as the frames of a traceback do, and is not counted.
        """
        if self._after and self._inside and is_indented(line):
            self._inside -= 1
            return True
        if not self._after:
            return False
        self._after -= 1
        return True

    def _keep(self, line: str, is_cut: bool) -> None:
        if line.strip():
            self._pool.add(Line(line, is_cut), after_gap=self._gap)
            self._gap = False


@dataclass(frozen=True, slots=True)
class _Raw:
    """`is_cut`: there was more of it."""

    content: bytes
    is_cut: bool = False


class _Cutter:
    """Chunks in, lines out; of a line without an end only the beginning is remembered."""

    def __init__(self) -> None:
        self._sample = bytearray()
        self._is_judged = False
        self._line = bytearray()
        self._is_cut = False

    def lines(self, chunk: bytes) -> Iterator[_Raw]:
        """Raises Binary."""
        if not self._is_judged:
            self._sample += chunk
            if len(self._sample) < SAMPLE:
                return
            chunk = self._judged()
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            self._add(part)
            yield self._over()
        self._add(rest)

    def rest(self, is_broken_off: bool) -> Iterator[_Raw]:
        """Of a line that was broken off nobody knows whether half a secret is its end; it is left
        out. Raises Binary.
        """
        if not self._is_judged:
            self._is_judged = True
            yield from self.lines(self._judged())
        if self._line and not is_broken_off:
            yield self._over()

    def _judged(self) -> bytes:
        self._is_judged = True
        any_at_all = bool(self._sample)
        content = bytes(self._sample).lstrip(b"\0")  # a log that was emptied under its writer
        self._sample.clear()
        looked = content[:SAMPLE]
        if len(_NO_TEXT.findall(looked)) * 20 > len(looked) or (any_at_all and not content):
            raise Binary
        return content

    def _add(self, part: bytes) -> None:
        room = RAW_MAX - len(self._line)
        self._is_cut = self._is_cut or len(part) > room
        self._line += part[:room]

    def _over(self) -> _Raw:
        line = bytes(self._line).rstrip(b"\r").rpartition(b"\r")[2]  # a line that was drawn over
        raw = _Raw(line, self._is_cut)
        self._line.clear()
        self._is_cut = False
        return raw


def _size(count: int) -> str:
    """`3.2 MB`."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
