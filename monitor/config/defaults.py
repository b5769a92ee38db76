"""Policy that is written once: for all probes, for those of one kind, and for those with a tag."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.config.entries import Entry
from monitor.config.policy import PolicyTable
from monitor.config.problems import Report
from monitor.config.references import References
from monitor.config.shape import MisfitError, Shape
from monitor.config.tables import DefaultsTable


@dataclass(frozen=True, slots=True)
class Layer:
    """One table of policy: as written, and as read."""

    entry: Entry
    table: DefaultsTable


@dataclass(frozen=True, slots=True)
class Merged:
    """Validated policy, and the timeout as it was written, for a kind's settings to read."""

    given: Mapping[str, Any]
    timeout: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is given for all, on top of it for each kind, and on top of that for each tag."""

    all: Layer | None = None
    kinds: Mapping[str, Layer] = field(default_factory=dict)
    tags: Mapping[str, Layer] = field(default_factory=dict)
    """In the order of the file: of two tags that a probe bears, the first one counts."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The tables, to say where a default is written."""
        layers = (*((self.all,) if self.all else ()), *self.kinds.values(), *self.tags.values())
        return tuple(layer.entry for layer in layers)

    def layers(self, kind: str, tags: Collection[str]) -> Iterator[Layer]:
        """Those that concern such a probe, the one that counts most first."""
        yield from (layer for tag, layer in self.tags.items() if tag in tags)
        if kind in self.kinds:
            yield self.kinds[kind]
        if self.all:
            yield self.all

    def policy(self, kind: str, tags: Collection[str]) -> Merged:
        given: dict[str, Any] = {}
        timeout: dict[str, Any] = {}
        for layer in self.layers(kind, tags):
            own = layer.table.model_fields_set & PolicyTable.model_fields.keys()
            given = {key: getattr(layer.table, key) for key in own} | given
            if layer.table.timeout is not None and not timeout:
                timeout = {"timeout": layer.entry.keys["timeout"]}
        return Merged(given, timeout)


def read_defaults(
    entry: Entry,
    tags: Iterable[Entry],
    kinds: Collection[str],
    references: References,
    report: Report,
) -> Defaults:
    """What is wrong here is reported here, once, and not again for every probe."""
    references.refuse(entry.document, entry.path, entry.keys)
    written = {k: v for k, v in entry.keys.items() if k in kinds and isinstance(v, dict)}
    tables = {k: Entry(entry.document, (*entry.path, k), keys) for k, keys in written.items()}
    rest = {k: v for k, v in entry.keys.items() if k not in written}
    own = Entry(entry.document, entry.path, rest)
    shape: Shape[DefaultsTable] = Shape(DefaultsTable)
    return Defaults(
        _read(Shape(DefaultsTable, also=kinds), own, report),
        {kind: _read(shape, table, report) for kind, table in tables.items()},
        {tag.id: _read_tag(shape, tag, references, report) for tag in tags},
    )


def _read_tag(
    shape: Shape[DefaultsTable], entry: Entry, references: References, report: Report
) -> Layer:
    references.refuse(entry.document, entry.path, entry.keys)
    return _read(shape, entry, report)


def _read(shape: Shape[DefaultsTable], entry: Entry, report: Report) -> Layer:
    try:
        return Layer(entry, shape.read(entry.keys, entry.keys, entry.document.folder))
    except MisfitError as misfit:
        entry.report(report, misfit.faults)
        return Layer(entry, DefaultsTable())
