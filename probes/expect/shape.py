"""The shape of a JSON answer: which fields there are, and of which types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Self

from probes.expect.shape_faults import Differences
from probes.expect.shape_paths import Every, Place, parsed, written
from probes.expect.shape_tree import (
    DEEPEST,
    MOST_FIELDS,
    TYPES,
    Node,
    places,
    together,
    tree_of,
)

_OPTIONAL: Final = "?"


@dataclass(frozen=True, slots=True)
class Shape:
    """`fields` are types by JSONPath: `{"$": "object", "$.items[*].id": "integer"}`; several types
    are joined by `|`, and a path that ends in `?` may be missing. `varies` are objects whose keys
    are data, so that nothing is expected of them; what they hold is described below `.*`.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    varies: tuple[str, ...] = ()
    root: Node = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", _tree(self))

    @classmethod
    def of(cls, document: Any) -> Self:
        """Of one answer. At most MOST_FIELDS are described, those nearer to the top first."""
        return cls._from(tree_of([document]))

    @classmethod
    def learned(cls, shapes: Iterable[Self]) -> Self:
        """Of several answers of the same target: what all of them have in common is expected."""
        return cls._from(together([shape.root for shape in shapes]))

    @classmethod
    def _from(cls, root: Node) -> Self:
        described = list(islice(places(root), MOST_FIELDS))
        described.sort(key=lambda each: written(each[0]))
        return cls(
            {
                written(place) + _OPTIONAL * node.optional: "|".join(sorted(node.types))
                for place, node in described
            },
            tuple(written(place) for place, node in described if node.varies),
        )

    def faults(self, document: Any) -> list[str]:
        """What is missing, or of another type, each in a phrase: `account is gone; profile is
        new`. New fields alone are no fault.
        """
        return Differences(self.root, document).phrases() if self.fields else []

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Raises ValueError, with a remedy."""
        if not isinstance(value, dict) or not isinstance(value.get("shape"), dict):
            raise ValueError('there is no "shape" in it; learn it anew')
        fields, varies = value["shape"], value.get("varies", [])
        if not isinstance(varies, list) or not all(isinstance(each, str) for each in varies):
            raise ValueError('"varies" is no list of places; write ["$.users"]')
        if not fields:
            raise ValueError("it says nothing; remove the file to learn it anew")
        if len(fields) > MOST_FIELDS or len(varies) > MOST_FIELDS:
            raise ValueError(f"it has more than {MOST_FIELDS} fields; leave some out")
        for path, types in fields.items():
            _refuse(path, types)
        for path in varies:
            _refuse_depth(path)
        return cls(dict(fields), tuple(varies))

    def to_json(self) -> dict[str, Any]:
        return {"shape": dict(self.fields), "varies": list(self.varies)}


def _refuse(path: str, types: object) -> None:
    _refuse_depth(path.removesuffix(_OPTIONAL))
    if not isinstance(types, str) or not TYPES.issuperset(types.split("|")):
        raise ValueError(f"the type of {path[:80]!r} is not one of {', '.join(sorted(TYPES))}")


def _refuse_depth(path: str) -> None:
    if len(parsed(path)) > DEEPEST:
        raise ValueError(f"{path[:80]!r} is deeper than {DEEPEST} levels; leave it out")


def _tree(shape: Shape) -> Node:
    root = Node()
    for path, types in shape.fields.items():
        plain = path.removesuffix(_OPTIONAL)
        node = _at(root, parsed(plain))
        node.types, node.optional = frozenset(types.split("|")), plain != path
    for path in shape.varies:
        _at(root, parsed(path)).varies = True
    return root


def _at(root: Node, place: Place) -> Node:
    """What nobody described on the way there may be missing, and of any type."""
    node = root
    for part in place:
        found = node.below.get(part)
        if found is None:
            found = node.below[part] = Node(optional=not isinstance(part, Every))
        node = found
    return node
