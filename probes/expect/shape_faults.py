"""Where an answer does not have the shape that was learned, in words that name both sides."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any, Final

from probes.expect.shape_paths import Every, Place, said
from probes.expect.shape_tree import NAMES, Node, kind_of
from probes.expect.words import one_line

_MOST: Final = 5
"""Phrases, and names in one of them."""
_LONGEST: Final = 60
_WORDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_NUMBERS: Final = frozenset(("integer", "number"))
_NULL: Final = frozenset((type(None),))


class Differences:
    """Of one answer. A null fits everywhere, and any number where there was another number."""

    def __init__(self, root: Node, document: Any) -> None:
        self._gone: dict[Place, tuple[Node, Counter[str]]] = {}
        self._new: dict[Place, dict[str, None]] = {}
        self._objects: Counter[Node] = Counter()
        self._changed: dict[Place, str] = {}
        self._compare(root, document, ())

    def phrases(self) -> list[str]:
        """Those nearer to the top first."""
        found = {place: self._lost(place) for place in self._gone}
        for place, words in self._changed.items():
            found[place] = f"{_short(place)} {words}"
        return _few([found[place] for place in sorted(found, key=len)])

    def _compare(self, node: Node, value: Any, place: Place) -> None:
        if value is None:
            return
        if type(value) not in _fitting(node.types):
            was = " or ".join(_WORDS[name] for name in sorted(node.types - {"null"}))
            self._changed.setdefault(place, f"is {_WORDS[kind_of(value)]}, was {was}")
        elif isinstance(value, list):
            self._each(node, value, (*place, Every.ENTRY))
        elif isinstance(value, dict) and Every.KEY in node.below:
            self._each(node, value.values(), (*place, Every.KEY))
        elif isinstance(value, dict):
            self._object(node, value, place)

    def _each(self, node: Node, values: Any, place: Place) -> None:
        below = node.below.get(place[-1])
        if below is not None:
            for each in values:
                self._compare(below, each, place)

    def _object(self, node: Node, value: dict[str, Any], place: Place) -> None:
        self._objects[node] += 1
        gone = []
        for key, below in node.below.items():
            if not isinstance(key, str):
                continue
            if key not in value:
                if not below.optional:
                    gone.append(key)
            elif below.below or type(value[key]) not in _fitting(below.types):
                self._compare(below, value[key], (*place, key))
        if gone:
            self._gone.setdefault(place, (node, Counter()))[1].update(gone)
            new = dict.fromkeys(key for key in value if key not in node.below)
            self._new.setdefault(place, {}).update(new)

    def _lost(self, place: Place) -> str:
        node, gone = self._gone[place]
        of = self._objects[node]
        phrase = f"{_named(place, list(gone))} gone"
        if max(gone.values()) < of:
            phrase += f" from {max(gone.values())} of {of}"
        new = list(self._new[place])
        return f"{phrase}; {_named(place, new)} new" if new else phrase


@lru_cache(maxsize=256)
def _fitting(wanted: frozenset[str]) -> frozenset[type]:
    """What a value may be, by its type here."""
    known = wanted - {"null"}
    if not _NUMBERS.isdisjoint(known):
        known |= _NUMBERS
    return frozenset(made for made, name in NAMES.items() if name in known or not known) | _NULL


def _named(place: Place, keys: list[str]) -> str:
    names = _few([_short((*place, key)) for key in keys])
    return f"{' and '.join(names)} {'is' if len(keys) == 1 else 'are'}"


def _few(phrases: list[str]) -> list[str]:
    more = len(phrases) - _MOST
    return phrases if more <= 0 else [*phrases[:_MOST], f"{more} more"]


def _short(place: Place) -> str:
    name = one_line(said(place)) or "a key that cannot be printed"
    return name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
