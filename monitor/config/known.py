"""What a table may hold, looked up in its JSON Schema: for naming keys and writing examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from monitor.config.positions import Path

Node = Mapping[str, Any]
_EXAMPLES: Final[Mapping[str, str]] = {
    "string": '"…"',
    "integer": "1",
    "number": "1.5",
    "boolean": "true",
    "array": '["…"]',
    "object": "{ … }",
}
_MOST_HOPS: Final = 20


class Known:
    """Reads one JSON Schema as pydantic writes it."""

    def __init__(self, schema: Node) -> None:
        self._schema = schema

    def keys(self, path: Path, value: object) -> list[str]:
        """The keys that the table at *path* may hold, given what else *value* holds there."""
        return [key for node in self._at(path, value) for key in node.get("properties", {})]

    def inner_keys(self, path: Path, value: object) -> list[str]:
        """The keys of the tables inside that one, dotted."""
        return [
            f"{key}.{inner}"
            for key in self.keys(path, value)
            for inner in self.keys((*path, key), value)
        ]

    def goes_with(self, key: str, path: Path, value: object) -> list[str]:
        """The keys of which a table at *path* needs one so that it may hold *key*."""
        takers = [n for n in self._at(path, value) if key in n.get("properties", {})]
        return [word for node in takers for word in node.get("required", ())[:1]]

    def example(self, path: Path, value: object) -> str:
        """A value that would be right there, as TOML."""
        nodes = self._at(path, value)
        if any(node.get("format") == "password" for node in nodes):
            return f'"${{env:{str(path[-1]).upper().replace("-", "_")}}}"'
        for node in nodes:
            for one in (*node.get("examples", ()), *_choices(node)):
                return json.dumps(one, ensure_ascii=False)
        return next((_EXAMPLES[n["type"]] for n in nodes if n.get("type") in _EXAMPLES), '"…"')

    def _at(self, path: Path, value: object) -> list[Node]:
        nodes = self._fitting([self._schema], value)
        for part in path:
            value = _inside(value, part)
            below = [child for node in nodes for child in _children(node, part)]
            nodes = self._fitting(below, value)
        return nodes

    def _fitting(self, nodes: list[Node], value: object) -> list[Node]:
        branches = [branch for node in nodes for branch in self._branches(node, _MOST_HOPS)]
        if not isinstance(value, Mapping):
            return branches
        named = [b for b in branches if _named(b, value)]
        return named or [b for b in branches if not _contradicted(b, value)] or branches

    def _branches(self, node: Node, hops: int) -> Iterator[Node]:
        """The node itself, or what it refers to and chooses from, with its own examples first."""
        if hops == 0:
            return
        if "examples" in node:
            yield {"examples": node["examples"]}
        if "$ref" in node:
            name = str(node["$ref"]).rpartition("/")[2]
            yield from self._branches(self._schema.get("$defs", {}).get(name, {}), hops - 1)
        several = [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]
        for each in several:
            yield from self._branches(each, hops - 1)
        if not several and "$ref" not in node:
            yield node


def _children(node: Node, part: str | int) -> Iterator[Node]:
    if isinstance(part, int):
        prefix = node.get("prefixItems", ())
        item = prefix[part] if part < len(prefix) else node.get("items")
    else:
        item = node.get("properties", {}).get(part) or node.get("additionalProperties")
    if isinstance(item, Mapping):
        yield item


def _choices(node: Node) -> list[Any]:
    return [node["const"]] if "const" in node else list(node.get("enum", ()))


def _fixed(node: Node) -> dict[str, Any]:
    """The words by which a branch is told from others."""
    return {k: p["const"] for k, p in node.get("properties", {}).items() if "const" in p}


def _named(node: Node, table: Mapping[str, Any]) -> bool:
    fixed = _fixed(node)
    return bool(fixed) and all(table.get(key) == word for key, word in fixed.items())


def _contradicted(node: Node, table: Mapping[str, Any]) -> bool:
    return any(table.get(key, word) != word for key, word in _fixed(node).items())


def _inside(value: object, part: str | int) -> object:
    match value:
        case Mapping():
            return value.get(part)
        case list() if isinstance(part, int) and part < len(value):
            return value[part]
        case _:
            return None
