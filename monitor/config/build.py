"""From entries to the values that the rest of the program works with, one at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel

from monitor.channels import ChannelKind, ChannelSettings
from monitor.config import routes
from monitor.config.confidential import declared
from monitor.config.defaults import Defaults
from monitor.config.entries import Entry
from monitor.config.manners import Manner, Manners
from monitor.config.model import Channel, Component, Probe
from monitor.config.nearest import remedy
from monitor.config.problems import Report
from monitor.config.references import References
from monitor.config.sentences import Fault
from monitor.config.shape import MisfitError, Shape
from monitor.config.sharing import Sharing
from monitor.config.tables import (
    ChannelTable,
    ComponentTable,
    HoursTable,
    ProbeTable,
)
from monitor.config.values import LONGEST_WAIT
from monitor.routing import Hours
from probes import Kind, Settings, Strict, write_duration

T = TypeVar("T")


@dataclass(slots=True)
class Builder:
    """Holds what building needs: the registries, the references, and where to report."""

    kinds: Mapping[str, Kind[Any]]
    channels: Mapping[str, ChannelKind[Any]]
    references: References
    report: Report
    defaults: Defaults
    hours: Mapping[str, Hours] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    """What settings declare to be secret, wherever it came from."""
    _manners: Manners = field(default_factory=Manners)
    _sharing: Sharing = field(default_factory=Sharing)
    _shapes: dict[tuple[str, str], Shape[Any]] = field(default_factory=dict)
    _probe: Shape[ProbeTable] = field(default_factory=lambda: Shape(ProbeTable))
    _channel: Shape[ChannelTable] = field(default_factory=lambda: Shape(ChannelTable))
    _component: Shape[ComponentTable] = field(default_factory=lambda: Shape(ComponentTable))

    def probe(self, entry: Entry) -> Probe | None:
        """None when something is wrong with it, which is then reported."""
        keys = self._filled(entry)
        own, rest = _split(keys, ProbeTable)
        table = self._read(self._probe, entry, own)
        kind = self._kind(entry, own, self.kinds, "kinds")
        if kind is None:
            return None
        merged = self.defaults.policy(kind.name, table.tags if table else ())
        settings = self._settings(entry, kind, {**merged.timeout, **rest}, ProbeTable)
        if table is None or not isinstance(settings, Settings):
            return None
        if fault := _unfit_timeout(settings.timeout):
            entry.report(self.report, [fault])
            return None
        manner = self._manners.of(kind.name, table, own, merged, self.hours)
        entry.forget(rest.keys() - {"timeout"})
        return _made(entry.id, table, kind, settings, manner)

    def time_of_week(self, entry: Entry) -> Hours | None:
        """None when something is wrong with it, which is then reported."""
        self.references.refuse(entry.document, entry.path, entry.keys)
        table = self._read(Shape(HoursTable), entry, entry.keys)
        return routes.hours(entry.id, table) if table else None

    def component(self, entry: Entry) -> Component | None:
        self.references.refuse(entry.document, entry.path, entry.keys)
        table = self._read(self._component, entry, entry.keys)
        if table is None:
            return None
        return Component(
            id=entry.id,
            name=table.name or entry.id.replace("-", " ").capitalize(),
            group=table.group,
            probes=table.probes,
            says=table.says,
            description=table.description,
            audience=table.audience,
            people=table.people,
            speed=table.speed,
            steps=table.steps,
        )

    def channel(self, entry: Entry) -> Channel | None:
        keys = self._filled(entry)
        own, rest = _split(keys, ChannelTable)
        table = self._read(self._channel, entry, own)
        kind = self._kind(entry, own, self.channels, "channels")
        if kind is None:
            return None
        settings = self._settings(entry, kind, rest, ChannelTable)
        if not isinstance(settings, ChannelSettings):
            return None
        if fault := _unfit_timeout(settings.timeout):
            entry.report(self.report, [fault])
            return None
        fallback = table.fallback if table else ""
        return Channel(id=entry.id, kind=kind, settings=settings, fallback=fallback)

    def _filled(self, entry: Entry) -> dict[str, Any]:
        filled: dict[str, Any] = self.references.fill(entry.document, entry.path, entry.keys)
        return filled

    def _read(self, shape: Shape[T], entry: Entry, filled: object) -> T | None:
        return read(shape, entry, filled, self.references)

    def _kind(
        self, entry: Entry, own: Mapping[str, Any], registry: Mapping[str, T], what: str
    ) -> T | None:
        """None when it is unknown, which is reported here, or no text at all, which its shape
        has reported.
        """
        name, written = own.get("kind"), entry.keys.get("kind")
        if isinstance(name, str) and name in registry:
            return registry[name]
        place = (entry.document.shown, (*entry.path, "kind"))
        if isinstance(written, str) and place not in self.references.broken:
            text = f"unknown kind {written[:64]!r}; {remedy(written, registry, what)}"
            entry.report(self.report, [Fault(("kind",), text)])
        return None

    def _settings(
        self,
        entry: Entry,
        kind: Kind[Any] | ChannelKind[Any],
        keys: Mapping[str, Any],
        table: type[BaseModel],
    ) -> Any:
        place = (table.__name__, kind.name)
        if place not in self._shapes:
            self._shapes[place] = Shape(kind.settings, also=table.model_fields)
        settings = self._read(self._shapes[place], entry, keys)
        if isinstance(settings, Strict):
            self._sharing.settle(settings, keys, entry.document.folder)
            self.secrets.update(declared(settings))
        return settings


def _made(
    id_: str, table: ProbeTable, kind: Kind[Any], settings: Settings, manner: Manner
) -> Probe:
    policy, inherited = manner.table, "needs" not in table.model_fields_set
    # A copy: one word that stays among all that is read of a file would keep its neighbours' room.
    id_ = id_.encode().decode()
    return Probe(
        id=id_,
        name=table.name or id_,
        kind=kind,
        settings=settings,
        every=policy.every,
        confirm=policy.confirm,
        policy=manner.policy,
        routing=manner.routing_of(id_, inherited=inherited),
        recheck=policy.recheck,
        playbook=policy.playbook.replace("{probe}", id_),
        fingerprint=policy.fingerprint,
        blindspots=policy.blindspots,
        blindspots_accept=manner.accepts,
        tags=manner.tags,
        renamed_from=table.renamed_from or "",
    )


def read(shape: Shape[T], entry: Entry, filled: object, references: References) -> T | None:
    """The table in that shape, or None and its faults reported; not those that follow from a
    reference which could not be filled in.
    """
    try:
        return shape.read(filled, entry.keys, entry.document.folder)
    except MisfitError as misfit:
        faults = [
            fault
            for fault in misfit.faults
            if (entry.document.shown, (*entry.path, *fault.path)) not in references.broken
        ]
        entry.report(references.report, faults)
        return None


def fill_only(entry: Entry, keys: Collection[str], references: References) -> dict[str, Any]:
    """The table with the references under *keys* filled in; anywhere else they are refused."""
    plain = {key: value for key, value in entry.keys.items() if key not in keys}
    references.refuse(entry.document, entry.path, plain)
    return {
        key: references.fill(entry.document, (*entry.path, key), value) if key in keys else value
        for key, value in entry.keys.items()
    }


def _split(
    keys: Mapping[str, Any], table: type[BaseModel]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys that every kind has, and the kind's own."""
    own = {key: value for key, value in keys.items() if key in table.model_fields}
    return own, {key: value for key, value in keys.items() if key not in own}


def _unfit_timeout(timeout: timedelta) -> Fault | None:
    if timedelta() < timeout <= LONGEST_WAIT:
        return None
    text = f"{write_duration(timeout)} is out of range; write more than 0s and 1h or less"
    return Fault(("timeout",), text)
