"""Policy that is written once: for all probes, and for all probes of one kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.config.entries import Entry
from monitor.config.problems import Report
from monitor.config.references import References
from monitor.config.shape import MisfitError, Shape
from monitor.config.tables import DefaultsTable, PolicyTable


@dataclass(frozen=True, slots=True)
class Merged:
    """Validated policy, and the timeout as it was written, for a kind's settings to read."""

    given: Mapping[str, Any]
    timeout: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is given for all, and on top of it for each kind."""

    entries: tuple[Entry, ...] = ()
    """The tables, to say where a default is written."""
    _all: DefaultsTable = field(default_factory=DefaultsTable)
    _kinds: Mapping[str, DefaultsTable] = field(default_factory=dict)
    _written: Mapping[str, Any] = field(default_factory=dict)

    def policy(self, kind: str) -> Merged:
        given: dict[str, Any] = {}
        timeout: dict[str, Any] = {}
        for table, written in self._layers(kind):
            own = table.model_fields_set & PolicyTable.model_fields.keys()
            given |= {key: getattr(table, key) for key in own}
            if table.timeout is not None:
                timeout = {"timeout": written["timeout"]}
        return Merged(given, timeout)

    def _layers(self, kind: str) -> list[tuple[DefaultsTable, Mapping[str, Any]]]:
        layers = [(self._all, self._written)]
        if kind in self._kinds:
            layers.append((self._kinds[kind], self._written[kind]))
        return layers


def read_defaults(
    entry: Entry, kinds: Collection[str], references: References, report: Report
) -> Defaults:
    """What is wrong here is reported here, once, and not again for every probe."""
    references.refuse(entry.document, entry.path, entry.keys)
    written = {k: v for k, v in entry.keys.items() if k in kinds and isinstance(v, dict)}
    tables = {k: Entry(entry.document, (*entry.path, k), keys) for k, keys in written.items()}
    rest = {k: v for k, v in entry.keys.items() if k not in written}
    own = Entry(entry.document, entry.path, rest)
    shape: Shape[DefaultsTable] = Shape(DefaultsTable, also=kinds)
    return Defaults(
        (own, *tables.values()),
        _read(shape, own, report),
        {kind: _read(Shape(DefaultsTable), table, report) for kind, table in tables.items()},
        entry.keys,
    )


def _read(shape: Shape[DefaultsTable], entry: Entry, report: Report) -> DefaultsTable:
    try:
        return shape.read(entry.keys, entry.keys, entry.document.folder)
    except MisfitError as misfit:
        entry.report(report, misfit.faults)
        return DefaultsTable()
