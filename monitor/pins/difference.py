"""What one shape says otherwise than another. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from probes.expect import Shape
from probes.expect.shape_paths import Every
from probes.expect.shape_tree import Node

_OPTIONAL: Final = "?"
_MAYBE: Final = " (may be missing)"
_NULL: Final = frozenset(("null",))
_NUMBERS: Final = frozenset(("integer", "number"))


@dataclass(frozen=True, slots=True)
class Difference:
    """By JSONPath: the types of what is gone, of what is new, and both of what changed."""

    gone: Mapping[str, str]
    new: Mapping[str, str]
    changed: Mapping[str, tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.changed)

    def lines(self) -> list[str]:
        """As a person compares two files."""
        marked = [(path, "-", types) for path, types in self.gone.items()]
        marked += [(path, "+", types) for path, types in self.new.items()]
        marked += [(path, "~", " → ".join(both)) for path, both in self.changed.items()]
        return [f"{mark} {path}: {types}" for path, mark, types in sorted(marked)]


def difference(old: Shape, new: Shape) -> Difference:
    """From *old* to *new*."""
    was, now = _described(old), _described(new)
    return Difference(
        {path: types for path, types in was.items() if path not in now},
        {path: types for path, types in now.items() if path not in was},
        {
            path: (types, now[path])
            for path, types in was.items()
            if path in now and types != now[path]
        },
    )


def accepts(old: Shape, new: Shape) -> bool:
    """Whether whatever is answered as in *new* passes a probe that expects *old*."""
    root = new.root.types - old.root.types
    return "null" not in root and _accepts(old.root, new.root)


def undescribed(shape: Shape) -> list[str]:
    """The lists that were empty in every answer: nothing is known of their entries."""
    paths = {path.removesuffix(_OPTIONAL): types for path, types in shape.fields.items()}
    return [
        path
        for path, types in paths.items()
        if "array" in types.split("|") and f"{path}[*]" not in paths
    ]


def emptied(old: Shape, new: Shape) -> list[str]:
    """The lists whose entries *old* describes, and that were empty in every answer of *new*."""
    known = {path.removesuffix(_OPTIONAL) for path in old.fields}
    return [path for path in undescribed(new) if f"{path}[*]" in known]


def _accepts(old: Node, new: Node) -> bool:
    data = old.below.get(Every.KEY)
    there = {part for part, below in new.below.items() if not below.optional}
    if not _fits(old, new):
        return False
    if "object" in new.types and data is None and not there.issuperset(old.required):
        return False
    expected = (
        (old.below.get(part, data if part is not Every.ENTRY else None), below)
        for part, below in new.below.items()
    )
    return all(was is None or _accepts(was, now) for was, now in expected)


def _fits(old: Node, new: Node) -> bool:
    """As the probe has it: null fits everywhere, any number where there was another, and of lists
    and objects an empty one for the other.
    """
    known = old.types - _NULL
    known |= frozenset() if known.isdisjoint(_NUMBERS) else _NUMBERS
    other = new.types - _NULL - known
    if "array" in other and Every.ENTRY not in new.below:
        other -= {"array"} if "object" in known and not old.required else frozenset()
    if "object" in other and not new.below.keys() - {Every.ENTRY}:
        other -= {"object"} if "array" in known else frozenset()
    return not known or not other


def _described(shape: Shape) -> dict[str, str]:
    found = {}
    for path, types in shape.fields.items():
        plain = path.removesuffix(_OPTIONAL)
        keys = ", its keys are data" if plain in shape.varies else ""
        found[plain] = f"{types}{keys}{_MAYBE if plain != path else ''}"
    return found
