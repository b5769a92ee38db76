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
_ENOUGH: Final = 20_000
"""Missing keys after which nothing more is looked for."""
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
    """Of one answer. A null fits everywhere but at the root, any number where there was another
    number, and of lists and objects an empty one for the other.
    """

    def __init__(self, root: Node, document: Any) -> None:
        self._gone: dict[Place, tuple[Node, Counter[str]]] = {}
        self._new: dict[Place, dict[str, None]] = {}
        self._objects: Counter[Node] = Counter()
        self._changed: dict[Place, str] = {}
        self._missed = 0
        self._compare(root, document, ())

    def phrases(self) -> list[str]:
        """Those nearer to the top first."""
        found = {place: self._lost(place) for place in self._gone}
        for place, words in self._changed.items():
            found[place] = f"{_short(place)} {words}"
        return _few([found[place] for place in sorted(found, key=len)], len(found))

    def _compare(self, node: Node, value: Any, place: Place) -> None:
        if value is None and (place or "null" in node.types):
            return
        if not _fits(node, value):
            self._changed.setdefault(place, f"is {_WORDS[kind_of(value)]}{_was(node)}")
        elif isinstance(value, list):
            self._each(node, value, (*place, Every.ENTRY))
        elif isinstance(value, dict) and Every.KEY in node.below:
            self._each(node, value.values(), (*place, Every.KEY))
        elif isinstance(value, dict):
            self._object(node, value, place)

    def _each(self, node: Node, values: Any, place: Place) -> None:
        below = node.below.get(place[-1])
        if below is None:
            return
        fitting = _fitting(below.types)
        for each in values:
            if self._missed > _ENOUGH:
                break
            if below.below or type(each) not in fitting:
                self._compare(below, each, place)

    def _object(self, node: Node, value: dict[str, Any], place: Place) -> None:
        self._objects[node] += 1
        for key, each in value.items():
            below = node.below.get(key)
            if below is not None and (below.below or type(each) not in _fitting(below.types)):
                self._compare(below, each, (*place, key))
        gone = [key for key in node.required if key not in value]
        if gone:
            self._missed += len(gone)
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


def _fits(node: Node, value: Any) -> bool:
    if type(value) in _fitting(node.types):
        return value is not None
    if isinstance(value, list | dict) and not value:  # some languages cannot tell them apart
        empty = isinstance(value, list) and (Every.KEY in node.below or not node.required)
        return ("object" in node.types and empty) or (value == {} and "array" in node.types)
    return False


def _was(node: Node) -> str:
    was = " or ".join(_WORDS[name] for name in sorted(node.types - {"null"}))
    return f", was {was}" if was else ""


@lru_cache(maxsize=256)
def _fitting(wanted: frozenset[str]) -> frozenset[type]:
    """What a value may be, by its type here."""
    known = wanted - {"null"}
    if not _NUMBERS.isdisjoint(known):
        known |= _NUMBERS
    return frozenset(made for made, name in NAMES.items() if name in known or not known) | _NULL


def _named(place: Place, keys: list[str]) -> str:
    names = _few([_short((*place, key)) for key in keys[:_MOST]], len(keys))
    return f"{' and '.join(names)} {'is' if len(keys) == 1 else 'are'}"


def _few(phrases: list[str], of: int) -> list[str]:
    return phrases[:_MOST] + ([f"{of - _MOST} more"] if of > _MOST else [])


def _short(place: Place) -> str:
    name = one_line(said(place)) or "a key that cannot be printed"
    return name if len(name) <= _LONGEST else f"…{name[1 - _LONGEST :]}"
