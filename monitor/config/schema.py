"""The whole of what may be written, as JSON Schema for editors that know TOML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from monitor.channels import CHANNELS, ChannelKind
from monitor.config.tables import (
    LONGEST_ID,
    ChannelTable,
    ComponentTable,
    DefaultsTable,
    PageTable,
    ProbeTable,
    TrueupTable,
)
from probes import KINDS, Kind

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ID: Final = {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": LONGEST_ID}
_TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "trueup": TrueupTable,
    "defaults": DefaultsTable,
    "probe": ProbeTable,
    "component": ComponentTable,
    "channel": ChannelTable,
    "page": PageTable,
}

Node = dict[str, Any]


def schema(
    kinds: Mapping[str, Kind[Any]] = KINDS,
    channels: Mapping[str, ChannelKind[Any]] = CHANNELS,
) -> Node:
    """JSON Schema 2020-12 of a configuration file; a fresh value for each call."""
    nodes, definitions = _collect(kinds, channels)
    return {
        "$schema": DIALECT,
        "title": "trueup",
        "description": "What trueup watches, how often, and whom it tells.",
        "type": "object",
        "properties": {
            "trueup": nodes["table", "trueup"],
            "defaults": _defaults(nodes["table", "defaults"], kinds),
            "probe": _named(_per_kind("probe", kinds, nodes, definitions)),
            "component": _named(nodes["table", "component"]),
            "channel": _named(_per_kind("channel", channels, nodes, definitions)),
            "page": nodes["table", "page"],
        },
        "additionalProperties": False,
        "$defs": definitions,
    }


def _collect(
    kinds: Mapping[str, Kind[Any]], channels: Mapping[str, ChannelKind[Any]]
) -> tuple[dict[tuple[str, str], Node], Node]:
    """Every part's schema, and the definitions they share. All at once, so that two settings
    classes of the same name get two definitions.
    """
    asked: dict[tuple[str, str], Any] = {
        **{("table", name): table for name, table in _TABLES.items()},
        **{("probe", name): kind.settings for name, kind in kinds.items()},
        **{("channel", name): kind.settings for name, kind in channels.items()},
    }
    made, shared = TypeAdapter.json_schemas(
        [(key, "validation", TypeAdapter(kind)) for key, kind in asked.items()]
    )
    definitions: Node = dict(shared.get("$defs", {}))
    return {key: _plain(node, definitions) for (key, _), node in made.items()}, definitions


def _plain(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> Node:
    """The node itself in place of a reference to it."""
    while set(node) == {"$ref"}:
        node = definitions[node["$ref"].rpartition("/")[2]]
    return dict(node)


def _defaults(node: Node, kinds: Mapping[str, Kind[Any]]) -> Node:
    own = {
        name: node | {"title": name, "description": f"For every probe of the kind {name}."}
        for name in kinds
    }
    return node | {"properties": node["properties"] | own}


def _named(node: Node) -> Node:
    return {"type": "object", "propertyNames": _ID, "additionalProperties": node}


def _per_kind(
    section: str,
    registry: Mapping[str, Any],
    nodes: Mapping[tuple[str, str], Node],
    definitions: Mapping[str, Any],
) -> Node:
    table = nodes["table", section]
    every = [
        _joined(name, table, branch)
        for name in registry
        for branch in _branches(nodes[section, name], definitions)
    ]
    return {"description": table.get("description", ""), "anyOf": every}


def _branches(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[Node]:
    plain = _plain(node, definitions)
    several = [*plain.get("oneOf", ()), *plain.get("anyOf", ())]
    for each in several:
        yield from _branches(each, definitions)
    if not several:
        yield plain


def _joined(kind: str, table: Node, settings: Node) -> Node:
    """One table with the keys of both: what all have, and what this kind adds."""
    common = table["properties"] | {"kind": table["properties"]["kind"] | {"const": kind}}
    return settings | {
        "title": f"{kind} · {settings.get('title', kind)}",
        "properties": common | settings.get("properties", {}),
        "required": ["kind", *settings.get("required", ())],
        "additionalProperties": False,
    }
