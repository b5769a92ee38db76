"""Whether any of many words stands in a text, and where.

By hand: Python's regular expressions try each word at each place, and finding one word after the
other takes as often as there are words. Here every fourth place is looked up in one table.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

Span = tuple[int, int]

_GRAM: Final = 4
_ENOUGH: Final = 2 * _GRAM - 1
"""Bytes of which, wherever they stand, four begin at a place that four divides."""
_ByGram: TypeAlias = dict[int, list[bytes]]
_Known: TypeAlias = tuple[list[bytes], _ByGram]
_NONE: Final[_Known] = ([], {})
_WHOLE: Final = ~(_GRAM - 1)


class Search:
    """Finds *words* in bytes."""

    __slots__ = ("_by_gram", "_grams", "_short")

    def __init__(self, words: Iterable[bytes], known: _Known = _NONE) -> None:
        short, by_gram = list(known[0]), dict[int, list[bytes]]()
        for word in words:
            if len(word) < _ENOUGH:
                short.append(word)
                continue
            for gram in _grams(word):
                by_gram.setdefault(gram, []).append(word)
        self._short = short
        self._by_gram = _both(known[1], by_gram)
        self._grams = frozenset(self._by_gram)

    def and_also(self, words: Iterable[bytes]) -> Search:
        """One that finds *words*, too."""
        return Search(words, (self._short, self._by_gram))

    def occurring(self, text: bytes) -> list[bytes]:
        """Those of the words that stand in *text*."""
        grams = memoryview(text)[: len(text) & _WHOLE].cast("I")
        if self._grams.isdisjoint(grams):
            return [word for word in self._short if word in text] if self._short else []
        near = {word for gram in self._grams.intersection(grams) for word in self._by_gram[gram]}
        return [word for word in (*near, *self._short) if word in text]

    def spans(self, text: bytes) -> Iterator[Span]:
        """Where they stand, also one over the other."""
        for word in self.occurring(text):
            at = text.find(word)
            while at >= 0:
                yield at, at + len(word)
                at = text.find(word, at + 1)


def _both(one: _ByGram, more: _ByGram) -> _ByGram:
    if not one:
        return more
    return one | {gram: [*one.get(gram, ()), *words] for gram, words in more.items()}


def _grams(word: bytes) -> Iterator[int]:
    """Of its end: addresses and tokens of one sort begin alike."""
    end = word[-_ENOUGH:]
    return (struct.unpack("=I", end[at : at + _GRAM])[0] for at in range(_GRAM))
