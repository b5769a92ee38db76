"""What one place of a JSON answer is like, and all below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, Final

from probes.expect.shape_paths import Every, Part, Place, is_told

DEEPEST: Final = 12
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
_ENTRY: Final = Every.ENTRY


class Node:
    """One place; never changed once it is built, for many places share one.

    `below` are its keys, or that of all its entries; `optional` says that it was not always there,
    `varies` that its keys are data.
    """

    __slots__ = ("below", "optional", "types", "varies")

    def __init__(self, types: Iterable[str] = (), *, optional: bool = False) -> None:
        self.types = frozenset(types)
        self.optional = optional
        self.varies = False
        self.below: dict[Part, Node] = {}

    def like(self, *, optional: bool) -> Node:
        again = Node(self.types, optional=optional)
        again.varies, again.below = self.varies, self.below
        return again


_BARE: Final = {made: Node((name,)) for made, name in NAMES.items()}


def kind_of(value: object) -> str:
    """What JSON calls it."""
    return NAMES[type(value)]


def tree_of(value: Any, depth: int = 0) -> Node:
    """Of one value. What lies too deep is not described."""
    if depth >= DEEPEST or not value or not isinstance(value, list | dict):
        return _BARE[type(value)]
    node = Node((kind_of(value),))
    if isinstance(value, list):
        node.below = _together((tree_of(each, depth + 1) for each in value), Every.ENTRY)
    elif isinstance(value, dict):
        node.below = {key: tree_of(each, depth + 1) for key, each in value.items() if is_told(key)}
        if _are_data(node.below):
            return _varied(node)
    return node


def _together(nodes: Iterable[Node], part: Every) -> dict[Part, Node]:
    every = list(nodes)
    return {part: reduce(merged, every)} if every else {}


def _varied(node: Node) -> Node:
    """Its keys being data, what they hold is described once for all."""
    again = Node(node.types, optional=node.optional)
    again.varies = True
    held = (each.like(optional=False) for part, each in node.below.items() if part is not _ENTRY)
    again.below = _together(held, Every.KEY)
    if _ENTRY in node.below:
        again.below[_ENTRY] = node.below[_ENTRY]
    return again


def _are_data(below: Mapping[Part, Node]) -> bool:
    if not below:
        return False
    if len(below) > _MANY and len({node.types for node in below.values()}) == 1:
        return True
    return all(isinstance(key, str) and _DATA.fullmatch(key) for key in below)


def merged(one: Node, other: Node) -> Node:
    """What both are like: what is missing from one of them is optional."""
    if one is other:
        return one
    node = Node(one.types | other.types, optional=one.optional or other.optional)
    node.varies = one.varies or other.varies or _differ_altogether(one, other)
    if node.varies:
        one, other = _varied(one), _varied(other)
    node.below = _merged_below(one, other)
    return node


def _differ_altogether(one: Node, other: Node) -> bool:
    """Whether both have keys, none in common, and all of them hold the same sort of value."""
    if one.below.keys() == other.below.keys():
        return False
    mine, theirs = _keys(one), _keys(other)
    if not mine or not theirs or not mine.isdisjoint(theirs):
        return False
    every = [one.below[key] for key in mine] + [other.below[key] for key in theirs]
    return len({node.types for node in every}) == 1


def _keys(node: Node) -> set[Part]:
    return {part for part in node.below if isinstance(part, str)}


def _merged_below(one: Node, other: Node) -> dict[Part, Node]:
    below: dict[Part, Node] = {}
    for part in (*one.below, *(part for part in other.below if part not in one.below)):
        mine, theirs = one.below.get(part), other.below.get(part)
        if mine is not None and theirs is not None:
            below[part] = merged(mine, theirs)
            continue
        node, without = (mine, other) if mine is not None else (theirs, one)
        assert node is not None  # noqa: S101 - it came from one of the two
        if isinstance(part, str) and "object" in without.types and not node.optional:
            node = node.like(optional=True)
        below[part] = node
    return below


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
