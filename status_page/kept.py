"""What was made of a part of the page, for as long as that part stays the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")


class Kept(Generic[S, T]):
    """The newest value for each key. Sources are compared by what they hold; where a source is the
    very same object as before, that costs next to nothing.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[S, T]] = {}

    def get(self, key: Hashable, source: S, make: Callable[[S], T]) -> T:
        """That of *key*, made anew if *source* is another than it was made from."""
        known = self._known.get(key)
        if known is not None and (known[0] is source or known[0] == source):
            return known[1]
        made = make(source)
        self._known[key] = (source, made)
        return made

    def only(self, keys: Collection[Hashable]) -> None:
        """Forgets all others."""
        for key in self._known.keys() - set(keys):
            del self._known[key]
