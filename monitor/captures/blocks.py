"""The lines that are kept, in blocks: a line with those that belong to it, as the frames of a
traceback do. A block that says what another said before is counted, and not shown again. The first
and the last of what is left are kept, so that an output without an end needs no more room than a
short one. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from monitor.captures.tidy import sameness, shortened
from monitor.store.excerpt import GAP, goes_on, is_indented, is_traceback, is_trouble

TEXT_MAX: Final = 64 * 1024
"""Bytes of UTF-8 that are kept of one capture."""
UNSURE: Final = 4 * 1024
"""Characters at the end of a line that was cut: there may be half a secret in them."""
SAME_MAX: Final = 2000
"""Characters by which two lines are compared."""
BLOCK_MAX: Final = 100
"""Lines of one block; what is longer is two."""
Scrub = Callable[[str], str]
_frame = lru_cache(maxsize=256)(sameness)
"""The frames of a traceback are the same to the letter."""


@dataclass(frozen=True, slots=True)
class Line:
    """`text` as it came. `is_cut`: there was more of it."""

    text: str
    is_cut: bool = False


@dataclass(slots=True)
class _Block:
    """`beside` is the one that it came right after when it came first, and `together` how often it
    did. What `is_a_part` of another block is shown, but the other one is counted.
    """

    key: str
    beside: _Block | None = None
    is_a_part: bool = False
    times: int = 1
    together: int = 1

    def mark(self, above: _Block | None) -> str:
        """Nothing, where the mark of the one *above* tells of both."""
        if self.is_a_part or self.times == 1:
            return ""
        is_told = above is not None and above is self.beside and above.times == self.together
        return "" if is_told and self.together == self.times else f" (× {self.times:,})"


@dataclass(slots=True)
class _Kept:
    """A line of a block. What nobody will see need not be scrubbed."""

    line: Line
    block: _Block
    is_first: bool
    after_gap: bool
    shown: str = ""

    def show(self, scrub: Scrub, above: _Block | None) -> None:
        text = scrub(self.line.text)
        text = shortened(text[:-UNSURE] + GAP if self.line.is_cut else text)
        if self.is_first:  # what is trouble is quoted without what stands above it
            text += self.block.mark(None if is_trouble(text) else above)
        self.shown = text

    @property
    def size(self) -> int:
        return len(self.shown.encode("utf-8", "replace")) + 1 + 4 * self.after_gap


class Blocks:
    """`add` the lines, then ask for what is `told`."""

    def __init__(self, most: int) -> None:
        self._ends = _Ends(most)
        self._known: dict[str, _Block] = {}
        self._latest: _Block | None = None
        self._open = _Open()
        self._gap = False

    def add(self, line: Line, *, after_gap: bool) -> None:
        indented = is_indented(line.text)
        if after_gap or not self._open.takes(line, is_indented=indented):
            self._close()
            self._open = _Open(after_gap=after_gap)
        self._open.add(line, is_indented=indented)

    def told(self, scrub: Scrub) -> tuple[str, int, int]:
        """The text, how many lines it has, and how many were dropped."""
        self._close()
        return self._ends.told(scrub)

    def _close(self) -> None:
        lines = self._open.lines
        if not lines:
            return
        key, *end = self._open.keys()
        before = None if self._open.after_gap else self._latest
        self._gap = self._gap or self._open.after_gap
        self._latest = self._known.get(key)
        if self._latest is not None:
            self._latest.times += 1
            self._latest.together += before is self._latest.beside
        else:
            self._latest = self._show(_Block(key, before), lines[: len(lines) - len(end)])
        for said in end:  # of the same block, it may be another one each time
            part = f"{key}\n{said}"
            if part not in self._known or self._latest.times == 1:
                self._show(_Block(part, is_a_part=True), lines[-1:])

    def _show(self, block: _Block, lines: Iterable[Line]) -> _Block:
        self._known[block.key] = block
        for place, line in enumerate(lines):
            for gone in self._ends.add(_Kept(line, block, place == 0, self._gap)):
                self._forget(gone)
            self._gap = False
        return block

    def _forget(self, line: _Kept) -> None:
        """Nobody sees any more that it was said: it is shown when it comes again."""
        if line.is_first:
            line.block.beside = None
            if self._known.get(line.block.key) is line.block:
                del self._known[line.block.key]


@dataclass(slots=True)
class _Open:
    """The block to which the next line may belong."""

    after_gap: bool = False
    lines: list[Line] = field(default_factory=list)
    _is_indented: bool = False
    _has_traceback: bool = False

    def takes(self, line: Line, *, is_indented: bool) -> bool:
        if not self.lines or len(self.lines) >= BLOCK_MAX:
            return False
        if is_indented or (self._is_indented and self._has_traceback):
            return True
        if is_traceback(line.text):
            return self._opens_with_trouble()
        return len(self.lines) > 1 and goes_on(line.text)

    def add(self, line: Line, *, is_indented: bool) -> None:
        self.lines.append(line)
        self._is_indented = is_indented
        if not is_indented:
            self._has_traceback = is_traceback(line.text)

    def _opens_with_trouble(self) -> bool:
        """One line that says that something broke, or `During handling of`: it is told why now."""
        last = self.lines[-1].text
        return goes_on(last) or (len(self.lines) == 1 and is_trouble(last))

    def keys(self) -> list[str]:
        """By what it is known, and its last line on its own where that is the end of a traceback:
        the same fault often names another thing each time.
        """
        same = [_same(line.text[:SAME_MAX]) for line in self.lines]
        if len(same) > 2 and self._has_end():
            return ["\n".join(same[:-1]), same[-1]]
        return ["\n".join(same)]

    def _has_end(self) -> bool:
        return not self._is_indented and is_indented(self.lines[-2].text)


def _same(text: str) -> str:
    return (_frame(text) if text[:1].isspace() else sameness(text)) or text


class _Ends:
    """The first and the last of the lines."""

    def __init__(self, most: int) -> None:
        self._room = max(most - most // 2, 1)
        self._first: list[_Kept] = []
        self._last = deque[_Kept]()
        self._last_room = most // 2
        self._dropped = 0

    def add(self, line: _Kept) -> Iterator[_Kept]:
        """Those that had to go."""
        if len(self._first) < self._room:
            line.after_gap = line.after_gap and bool(self._first)
            self._first.append(line)
            return
        self._last.append(line)
        if len(self._last) > self._last_room:
            yield self._drop(self._last.popleft())

    def told(self, scrub: Scrub) -> tuple[str, int, int]:
        """The text, how many lines it has, and how many were dropped."""
        self._show(scrub)
        self._fit()
        text = list(_drawn(self._first))
        if self._dropped:
            text.append(f"{GAP} {self._dropped:,} more {GAP}")
        text += _drawn(self._last, begins=bool(self._dropped))
        return "\n".join(text), len(self._first) + len(self._last), self._dropped

    def _show(self, scrub: Scrub) -> None:
        above: _Block | None = None
        for place, line in enumerate((*self._first, *self._last)):
            is_apart = line.after_gap or (self._dropped and place == len(self._first))
            line.show(scrub, None if is_apart else above)
            above = above if line.block.is_a_part else line.block

    def _fit(self) -> None:
        """What is in the middle goes first."""
        size = sum(line.size for line in (*self._first, *self._last)) + 40
        while size > TEXT_MAX and (self._first or self._last):
            takes_last = len(self._last) >= len(self._first)
            line = self._last.popleft() if takes_last else self._first.pop()
            size -= line.size
            self._drop(line)

    def _drop(self, line: _Kept) -> _Kept:
        self._dropped += line.block.times
        return line


def _drawn(lines: Iterable[_Kept], *, begins: bool = False) -> Iterator[str]:
    for place, line in enumerate(lines):
        if line.after_gap and not (begins and place == 0):
            yield GAP
        yield line.shown
