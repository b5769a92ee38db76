"""Where somebody wrote the policy that concerns a probe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.config.defaults import Defaults
from monitor.config.document import Document, KeyPath
from monitor.config.entries import Entries, Entry
from monitor.config.model import Probe

Place = tuple[Document, KeyPath]


@dataclass(frozen=True, slots=True)
class Places:
    """Looks through the tables of a probe, the one that counts most first."""

    entries: Entries
    defaults: Defaults

    def own(self, probe: Probe) -> Mapping[str, Any]:
        """The keys of the probe's own table, as written."""
        return self.entries.probe[probe.id].keys

    def tables(self, probe: Probe) -> Iterator[Entry]:
        yield self.entries.probe[probe.id]
        for layer in self.defaults.layers(probe.kind.name, probe.tags):
            yield layer.entry

    def of(self, probe: Probe, *keys: str) -> Place | None:
        """The nearest table with one of the keys; None when all are as they come."""
        for entry in self.tables(probe):
            for key in keys:
                if key in entry.keys:
                    return entry.document, (*entry.path, key)
        return None

    def at(self, probe: Probe, key: str) -> Place:
        """The key in the probe's own table."""
        entry = self.entries.probe[probe.id]
        return entry.document, (*entry.path, key)

    def written(self, probe: Probe, key: str) -> object:
        """The value that counts, as written; None when it is as it comes."""
        return next((e.keys[key] for e in self.tables(probe) if key in e.keys), None)


def meant_to_be_untold(probe: Probe, places: Places) -> bool:
    """Somebody wrote that no channels are wanted."""
    return any(entry.keys.get("channels") == [] for entry in places.tables(probe))
