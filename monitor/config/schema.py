"""The whole of what may be written, as JSON Schema for editors that know TOML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import ModelSchema

from monitor.channels import CHANNELS, ChannelKind
from monitor.config.change_tables import (
    ActionTable,
    CaptureTable,
    DeploysTable,
    ObjectiveTable,
    ServiceTable,
)
from monitor.config.described import described
from monitor.config.learning import BaselinesTable, FingerprintTable
from monitor.config.page_tables import PageTable, PublishTable
from monitor.config.tables import (
    ChannelTable,
    ComponentTable,
    DefaultsTable,
    HoursTable,
    MaintenanceTable,
    ProbeTable,
    StoreTable,
    TelemetryTable,
    TrueupTable,
)
from monitor.config.values import LONGEST_ID
from monitor.policy import InARow
from monitor.routing import ALL_WEEK
from probes import KINDS, Kind, write_duration

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ID: Final = {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": LONGEST_ID}
_TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "trueup": TrueupTable,
    "defaults": DefaultsTable,
    "probe": ProbeTable,
    "component": ComponentTable,
    "channel": ChannelTable,
    "hours": HoursTable,
    "maintenance": MaintenanceTable,
    "page": PageTable,
    "publish": PublishTable,
    "store": StoreTable,
    "telemetry": TelemetryTable,
    "deploys": DeploysTable,
    "fingerprint": FingerprintTable,
    "baselines": BaselinesTable,
    "service": ServiceTable,
    "capture": CaptureTable,
    "action": ActionTable,
    "objective": ObjectiveTable,
}
_OF_CHANGES: Final = ("service", "capture", "action", "objective")

Node = dict[str, Any]


class _AsWritten(GenerateJsonSchema):
    """Tells defaults in the form in which they would be written, and what each key is for."""

    def encode_default(self, dft: Any) -> Any:
        return super().encode_default(_written(dft))

    def model_schema(self, schema: ModelSchema) -> Node:
        node, table = super().model_schema(schema), schema["cls"]
        keys = node.get("properties", {})
        for name, text in described(table).items():
            field = table.model_fields.get(name)
            if field and (key := field.alias or name) in keys:
                keys[key].setdefault("description", text)
        return node


def _written(value: object) -> object:
    match value:
        case timedelta():
            return write_duration(value)
        case time():
            return f"{value:%H:%M}"
        case InARow(runs):
            return runs
        case frozenset() if value == ALL_WEEK:
            return "mon-sun"
        case tuple():
            return [_written(each) for each in value]
        case _:
            return value


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
            "tag": _named(_for_tag(nodes["table", "defaults"])),
            "hours": _named(nodes["table", "hours"]),
            "maintenance": _named(nodes["table", "maintenance"]),
            "page": nodes["table", "page"],
            "pages": _named(nodes["table", "page"]),
            "publish": _named(nodes["table", "publish"] | {"additionalProperties": True}),
            "store": nodes["table", "store"],
            "telemetry": nodes["table", "telemetry"],
            "deploys": nodes["table", "deploys"],
            "fingerprint": nodes["table", "fingerprint"],
            "baselines": nodes["table", "baselines"],
            **{name: _named(nodes["table", name]) for name in _OF_CHANGES},
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
        [(key, "validation", TypeAdapter(kind)) for key, kind in asked.items()],
        schema_generator=_AsWritten,
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


def _for_tag(node: Node) -> Node:
    return node | {"title": "tag", "description": "Policy for every probe that bears this tag."}


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
