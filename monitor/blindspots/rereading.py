"""Reads the table of a probe again, with lines that are not in the file, as `load` would."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from monitor.blindspots.lines import Line, with_lines
from monitor.config import BadConfiguration, Config, Probe
from monitor.config.document import Document
from monitor.config.document import read as read_document
from monitor.config.problems import Report
from monitor.config.references import References
from monitor.config.shape import MisfitError, Shape
from monitor.config.tables import ProbeTable
from probes import Kind, Settings, write_duration


@dataclass(slots=True)
class Rereading:
    """Of the files of a configuration, each of which is read once."""

    config: Config
    _tables: dict[str, tuple[Document, dict[str, Any]]] | None = None
    _shapes: dict[str, Shape[Any]] = field(default_factory=dict)

    def table(self, probe: str) -> Mapping[str, Any]:
        """As it is written; empty where it is not found any more."""
        found = self._all().get(probe)
        return found[1] if found else {}

    def with_lines(self, probe: Probe, lines: tuple[Line, ...]) -> Probe | None:
        """The probe as it would be, or None where that would be refused."""
        found = self._all().get(probe.id)
        if found is None:
            return None
        document, keys = found
        try:
            keys = with_lines(keys, lines)
        except TypeError:
            return None
        keys.setdefault("timeout", write_duration(probe.settings.timeout))
        settings = self._settings(probe.kind, keys, document)
        if settings is not None:
            settings = _completed(probe, settings)
        return replace(probe, settings=settings) if settings else None

    def fresh(
        self, kind: Kind[Any], keys: Mapping[str, Any], lines: tuple[Line, ...]
    ) -> Settings | None:
        """Of a table that stands in no file."""
        return self._settings(kind, with_lines(keys, lines), None)

    def _settings(
        self, kind: Kind[Any], keys: Mapping[str, Any], document: Document | None
    ) -> Settings | None:
        """None where they would be refused."""
        report = Report()
        folder = self.config.files[0].parent if self.config.files else Path()
        own = {key: value for key, value in keys.items() if key not in ProbeTable.model_fields}
        if document is not None:
            folder = document.folder
            own = References(os.environ, report).fill(document, ("probe",), own)
        shape = self._shapes.setdefault(kind.name, Shape(kind.settings, ProbeTable.model_fields))
        try:
            read = shape.read(own, own, folder)
        except MisfitError:
            return None
        return read if report.good and isinstance(read, Settings) else None

    def _all(self) -> dict[str, tuple[Document, dict[str, Any]]]:
        if self._tables is None:
            self._tables = {}
            for file in self.config.files:
                self._look_into(file, self._tables)
        return self._tables

    def _look_into(self, file: Path, tables: dict[str, tuple[Document, dict[str, Any]]]) -> None:
        """Files of secrets and calendars are among them."""
        if file.suffix != ".toml" and file != self.config.files[0]:
            return
        try:
            document = read_document(file, file.name)
        except BadConfiguration:  # somebody edits it just now
            return
        probes = document.tables.get("probe")
        for name, keys in probes.items() if isinstance(probes, dict) else ():
            if name in self.config.probes and isinstance(keys, dict):
                tables.setdefault(name, (document, keys))


def _completed(probe: Probe, settings: Settings) -> Settings | None:
    if probe.kind.complete is None:
        return settings
    refused: list[str] = []
    found = probe.kind.complete({probe.id: settings}, lambda *said: refused.extend(said))
    return None if refused else found.get(probe.id, settings)
