"""What matters of an output, however long it is: bytes in, the few lines that are kept out.

Lines that have the pattern are kept with those around them; one that says what another said before
is counted, and not shown again. The first and the last of what is left are kept, so that an output
without an end needs no more room than a short one. Pure.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from monitor.captures.tidy import readable, sameness, shortened
from monitor.store.captured import Fetched
from probes.expect.pattern import compiled

TEXT_MAX: Final = 64 * 1024
"""Bytes of UTF-8 that are kept of one capture."""
LINES_MAX: Final = 200_000
"""Lines of one source that are looked at: a second's work."""
RAW_MAX: Final = 16 * 1024
"""Bytes of one line that are looked at."""
SAMPLE: Final = 8 * 1024
"""Bytes from which is judged whether it is text."""
UNSURE: Final = 4 * 1024
"""Characters at the end of a line cut at RAW_MAX: there may be half a secret in them."""
SAME_MAX: Final = 2000
"""Characters by which two lines are compared."""
INSIDE_MAX: Final = 100
"""Indented lines that are kept with the line that they belong to."""
GAP: Final = "…"
_NO_TEXT: Final = re.compile(rb"[^\t\n\r\x0b\x0c\x1b\x20-\x7e\x80-\xff]")

Scrub = Callable[[str], str]


class Binary(Exception):
    """It is no text."""


@dataclass(slots=True)
class _Line:
    """`text` as it came: what nobody will see need not be scrubbed."""

    text: str
    is_cut: bool
    same: str
    after_gap: bool
    times: int = 1

    def __str__(self) -> str:
        return f"{self.text} (× {self.times:,})" if self.times > 1 else self.text

    @property
    def size(self) -> int:
        return len(str(self).encode("utf-8", "replace")) + 1 + 4 * self.after_gap

    def scrubbed(self, scrub: Scrub) -> None:
        text = scrub(self.text)
        self.text = shortened(text[:-UNSURE] + GAP if self.is_cut else text)


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
        self._pool = _Pool(lines)
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
            self._take(self._cutter.rest)
        if self.is_binary:
            said = f"binary, {_size(self.read)}"
            return Fetched(why=f"{said}; {why}" if why else said)
        text, lines, dropped = self._pool.told(self._scrub)
        return Fetched(text=self._scrub(text), lines=lines, dropped=dropped, why=why)

    def _take(self, cut: Callable[..., Iterable[_Raw]], *chunk: bytes) -> None:
        try:
            for raw in cut(*chunk):
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
        if self._after and self._inside and line[:1].isspace():
            self._inside -= 1
            return True
        if not self._after:
            return False
        self._after -= 1
        return True

    def _keep(self, line: str, is_cut: bool) -> None:
        if line.strip():
            self._pool.add(line, is_cut=is_cut, after_gap=self._gap)
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

    def rest(self) -> Iterator[_Raw]:
        """Raises Binary."""
        if not self._is_judged:
            self._is_judged = True
            yield from self.lines(self._judged())
        if self._line:
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


class _Pool:
    """The first and the last of the lines that differ, and how often each was said."""

    def __init__(self, most: int) -> None:
        self._room = max(most - most // 2, 1)
        self._first: list[_Line] = []
        self._last = deque[_Line]()
        self._last_room = most // 2
        self._known: dict[str, _Line] = {}
        self._latest = _NONE
        self._dropped = 0
        self._gap = False

    def add(self, text: str, *, is_cut: bool, after_gap: bool) -> None:
        if text == self._latest.text:
            self._latest.times += 1
            return
        looked = text[:SAME_MAX]
        same = sameness(looked) or looked
        self._gap = self._gap or after_gap
        if (known := self._known.get(same)) is not None:
            known.times += 1
            self._latest = known
            return
        line = _Line(text, is_cut, same, self._gap and bool(self._first))
        self._gap = False
        self._known[same] = self._latest = line
        if len(self._first) < self._room:
            self._first.append(line)
            return
        self._last.append(line)
        if len(self._last) > self._last_room:
            self._drop(self._last.popleft())

    def told(self, scrub: Scrub) -> tuple[str, int, int]:
        """The text, how many lines it has, and how many were dropped."""
        for line in (*self._first, *self._last):
            line.scrubbed(scrub)
        self._fit()
        kept = [*self._first, *self._last]
        text = list(_drawn(self._first))
        if self._dropped:
            text.append(f"{GAP} {self._dropped:,} more {GAP}")
        text += _drawn(self._last, begins=bool(self._dropped))
        return "\n".join(text), len(kept), self._dropped

    def _fit(self) -> None:
        """What is in the middle goes first."""
        size = sum(line.size for line in (*self._first, *self._last)) + 40
        while size > TEXT_MAX and (self._first or self._last):
            takes_last = len(self._last) >= len(self._first)
            line = self._last.popleft() if takes_last else self._first.pop()
            size -= line.size
            self._drop(line)

    def _drop(self, line: _Line) -> None:
        self._dropped += line.times
        self._latest = _NONE if line is self._latest else self._latest
        del self._known[line.same]


_NONE: Final = _Line("", is_cut=False, same="", after_gap=False)


def _drawn(lines: Iterable[_Line], *, begins: bool = False) -> Iterator[str]:
    for place, line in enumerate(lines):
        if line.after_gap and not (begins and place == 0):
            yield GAP
        yield str(line)


def _size(count: int) -> str:
    """`3.2 MB`."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"
