"""What one place of a JSON answer is like, and all below it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from probes.expect.shape_paths import Every, Part, Place, is_told

DEEPEST: Final = 12
MOST_FIELDS: Final = 400
"""Of one answer that are described; an object with more keys holds data."""
_MANY: Final = 40
"""Keys of one object above which they are taken for data when all hold the same sort of value."""
_DATA: Final = re.compile(
    r"\d+|\d{4}-\d\d(-\d\d.*)?|[0-9a-fA-F]{12,}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|[^\s@]+@[^\s@]+|https?://.*"
)
NAMES: Final[Mapping[type, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
    type(None): "null",
}
TYPES: Final = frozenset(NAMES.values())


class Node:
    """One place; never changed once it is built.

    `below` are its keys, or that of all its entries; `optional` says that it was not always there,
    `varies` that its keys are data.
    """

    __slots__ = ("_required", "below", "optional", "types", "varies")

    def __init__(self, types: Iterable[str] = (), *, optional: bool = False) -> None:
        self.types = frozenset(types)
        self.optional = optional
        self.varies = False
        self.below: dict[Part, Node] = {}
        self._required: tuple[str, ...] | None = None

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that are always there."""
        if self._required is None:
            below = self.below.items()
            self._required = tuple(k for k, n in below if isinstance(k, str) and not n.optional)
        return self._required


def kind_of(value: object) -> str:
    """What JSON calls it."""
    return NAMES[type(value)]


def tree_of(values: Sequence[Any], depth: int = 0) -> Node:
    """Of all these values at once, each of which is looked at once. What lies too deep is not
    described.
    """
    kinds = set(map(type, values))
    node = Node(NAMES[kind] for kind in kinds)
    if depth >= DEEPEST:
        return node
    if list in kinds:
        entries = [each for value in values if isinstance(value, list) for each in value]
        if entries:
            node.below[Every.ENTRY] = tree_of(entries, depth + 1)
    if dict in kinds:
        _describe(node, [value for value in values if isinstance(value, dict)], depth)
    return node


def _describe(node: Node, objects: Sequence[dict[str, Any]], depth: int) -> None:
    held: defaultdict[str, list[Any]] = defaultdict(list)
    for each in objects:
        for key, value in each.items():
            held[key].append(value)
    told = {key: values for key, values in held.items() if is_told(key)}
    types = {kind for values in told.values() for kind in map(type, values)}
    if _are_data(told, len(types)) or (depth and _differ_altogether(objects, len(types))):
        node.varies = True
        node.below[Every.KEY] = tree_of(list(chain.from_iterable(told.values())), depth + 1)
        return
    for key, values in told.items():
        below = node.below[key] = tree_of(values, depth + 1)
        below.optional = len(values) < len(objects)


def together(nodes: Sequence[Node], depth: int = 0) -> Node:
    """What all of them are like: what is missing from one of them is optional."""
    node = Node(frozenset().union(*(each.types for each in nodes)))
    node.optional = any(each.optional for each in nodes)
    held: defaultdict[Part, list[Node]] = defaultdict(list)
    for each in nodes:
        for part, below in each.below.items():
            held[part].append(below)
    entries = held.pop(Every.ENTRY, [])
    if entries:
        node.below[Every.ENTRY] = together(entries, depth + 1)
    _unite(node, nodes, held, depth)
    return node


def _unite(
    node: Node, nodes: Sequence[Node], held: Mapping[Part, Sequence[Node]], depth: int
) -> None:
    """The keys."""
    types = len({each.types for below in held.values() for each in below})
    keys = [each.below.keys() - {Every.ENTRY} for each in nodes]
    varies = any(each.varies for each in nodes) or Every.KEY in held or _are_data(held, types)
    if varies or (depth and _differ_altogether(keys, types)):
        node.varies = True
        if held:
            below = node.below[Every.KEY] = together(
                [*chain.from_iterable(held.values())], depth + 1
            )
            below.optional = False
        return
    objects = sum("object" in each.types for each in nodes)
    for part, every in held.items():
        below = node.below[part] = together(every, depth + 1)
        below.optional |= len(every) < objects


def _are_data(keys: Collection[Part], types: int) -> bool:
    """Of how many *types* they hold values."""
    if len(keys) > MOST_FIELDS or (len(keys) > _MANY and types == 1):
        return True
    return bool(keys) and all(isinstance(key, str) and _DATA.fullmatch(key) for key in keys)


def _differ_altogether(objects: Iterable[Iterable[Part]], types: int) -> bool:
    """Whether there are at least three sorts of keys, none in common, and all hold the same."""
    if types != 1:
        return False
    sorts = {frozenset(each) for each in objects} - {frozenset()}
    return len(sorts) > 2 and sum(map(len, sorts)) == len(frozenset().union(*sorts))


def places(root: Node) -> Iterator[tuple[Place, Node]]:
    """Every place, those nearer to the root first."""
    level: list[tuple[Place, Node]] = [((), root)]
    while level:
        yield from level
        level = [
            ((*place, part), each)
            for place, node in level
            for part, each in sorted(node.below.items(), key=lambda item: str(item[0]))
        ]
