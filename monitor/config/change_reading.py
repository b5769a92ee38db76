"""From the tables of services, deploys, captures, actions and objectives to `Changes`. What is
wrong is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from monitor.config.build import Builder, fill_only, read
from monitor.config.change_faults import (
    action_faults,
    capture_faults,
    is_open_to_all,
    plain,
    plainly,
)
from monitor.config.change_tables import (
    ActionTable,
    CaptureTable,
    DeploysTable,
    ObjectiveTable,
    ServiceTable,
)
from monitor.config.changes import (
    Action,
    ActionFormat,
    ActionMode,
    Capture,
    Changes,
    Deploys,
    Objective,
    Service,
)
from monitor.config.confidential import declared
from monitor.config.entries import Entries, Entry
from monitor.config.model import Channel, Component, Probe
from monitor.config.nearest import remedy
from monitor.config.sentences import Fault
from monitor.config.shape import Shape
from probes import Strict

CHANGE_EVENTS: Final = "pagerduty"
"""The kind of channels that take them."""
_SECRET: Final = {
    "deploys": ("token", "secret"),
    "capture": ("url", "headers", "environment"),
    "action": ("url", "headers", "environment", "secret", "password", "parameters"),
}
_USUAL_WINDOW: Final = timedelta(days=30)

Table = TypeVar("Table", bound=Strict)
Built = TypeVar("Built")


class Changing:
    """Reads all of these tables."""

    def __init__(
        self,
        entries: Entries,
        builder: Builder,
        probes: Mapping[str, Probe],
        channels: Mapping[str, Channel],
    ) -> None:
        self._entries = entries
        self._builder = builder
        self._probes = probes
        self._channels = channels

    def read(self, components: Mapping[str, Component], *, listening: bool) -> Changes:
        """*listening*: whether the daemon has a server at which a webhook could arrive."""
        entries = self._entries
        services = self._each(entries.service, self._service)
        self._demand_one_name_each(services)
        actions = self._each(entries.action, self._action)
        self._warn_of_deaf(actions, services, components)
        return Changes(
            services=services,
            deploys=self._deploys(listening=listening),
            captures=self._each(entries.capture, partial(self._capture, services=services)),
            actions=actions,
            objectives=self._each(entries.objective, self._objective),
        )

    def _each(
        self, entries: Mapping[str, Entry], build: Callable[[Entry], Built | None]
    ) -> dict[str, Built]:
        made = ((id_, build(entry)) for id_, entry in entries.items())
        return {id_: built for id_, built in made if built is not None}

    def _read(self, kind: type[Table], entry: Entry) -> Table | None:
        references = self._builder.references
        shape: Shape[Table] = Shape(kind)
        filled = fill_only(entry, _SECRET.get(str(entry.path[0]), ()), references)
        table = read(shape, entry, filled, references)
        if table is not None:
            self._builder.secrets.update(declared(table))
        return table

    def _report(self, entry: Entry, faults: Iterable[Fault]) -> bool:
        """Whether there was none."""
        found = list(faults)
        entry.report(self._builder.report, found)
        return not found

    def _named(self, probes: Collection[str], tags: Iterable[str]) -> tuple[str, ...]:
        """In the order of the configuration."""
        wanted = set(tags)
        return tuple(
            id_ for id_, probe in self._probes.items() if id_ in probes or wanted & probe.tags
        )

    def _deploys(self, *, listening: bool) -> Deploys:
        entry = self._entries.table("deploys", self._builder.report)
        table = self._read(DeploysTable, entry) or DeploysTable()
        self._report(entry, self._no_change_events(table))
        if (table.token or table.secret) and not listening:
            text = "there is no server to tell it to; write listen in [trueup]"
            entry.warn(self._builder.report, Fault(("token" if table.token else "secret",), text))
        return Deploys(
            token=plain(table.token),
            secret=plain(table.secret),
            window=table.window,
            tell=table.tell,
        )

    def _no_change_events(self, table: DeploysTable) -> Iterator[Fault]:
        fit = [id_ for id_, each in self._channels.items() if each.kind.name == CHANGE_EVENTS]
        for at, name in enumerate(table.tell or ()):
            if name in self._channels and name not in fit:
                text = f"{name!r} takes no change events; {remedy(name, fit, 'such channels')}"
                yield Fault(("tell", at), text)

    def _service(self, entry: Entry) -> Service | None:
        table = self._read(ServiceTable, entry)
        if table is None:
            return None
        probes = self._named(table.probes, table.tags)
        if not probes and not table.probes and not table.tags:
            text = 'no probe watches it; write probes = ["web"] or tags = ["orders"]'
            self._report(entry, [Fault((), text)])
            return None
        return Service(
            id=entry.id,
            name=table.name or entry.id,
            also=table.also,
            probes=probes,
            watch_for=table.watch_for,
            watch_every=table.watch_every,
        )

    def _demand_one_name_each(self, services: Mapping[str, Service]) -> None:
        taken = dict.fromkeys(services, "")
        for id_, service in services.items():
            for at, name in enumerate(service.also):
                if name in taken:
                    whose = taken[name] or name
                    text = f"{name!r} is the service {whose} already; leave it out in one of them"
                    self._report(self._entries.service[id_], [Fault(("also", at), text)])
                taken.setdefault(name, id_)

    def _capture(self, entry: Entry, services: Mapping[str, Service]) -> Capture | None:
        table = self._read(CaptureTable, entry)
        if table is None or not self._report(entry, capture_faults(table)):
            return None
        watched = {p for id_ in table.services if id_ in services for p in services[id_].probes}
        everything = not (table.services or table.probes or table.tags)
        named = self._named({*table.probes, *watched}, table.tags)
        folder = entry.document.folder
        return Capture(
            id=entry.id,
            probes=tuple(self._probes) if everything else named,
            command=table.command or (),
            file=str(folder / table.file) if table.file else "",
            url=plain(table.url),
            headers=plainly(table.headers),
            environment=plainly(table.environment),
            folder=str(folder / table.folder),
            pattern=table.pattern,
            context=table.context,
            lines=table.lines,
            before=table.before,
            timeout=table.timeout,
            wait=table.wait,
        )

    def _action(self, entry: Entry) -> Action | None:
        table = self._read(ActionTable, entry)
        if table is None or not self._report(entry, action_faults(table)):
            return None
        if is_open_to_all(table):
            text = "goes over the network as it is, and the address is not encrypted; write https"
            entry.warn(self._builder.report, Fault(("url",), text))
        return Action(
            id=entry.id,
            service=table.service,
            mode=ActionMode(table.mode),
            within=table.within,
            cool_down=table.cool_down,
            command=table.command or (),
            environment=plainly(table.environment),
            folder=str(entry.document.folder / table.folder),
            url=plain(table.url),
            format=ActionFormat(table.format),
            headers=plainly(table.headers),
            secret=plain(table.secret),
            user=table.user,
            password=plain(table.password),
            parameters=table.parameters,
            timeout=table.timeout,
            verify_for=table.verify_for,
            verify_every=table.verify_every,
        )

    def _warn_of_deaf(
        self,
        actions: Mapping[str, Action],
        services: Mapping[str, Service],
        components: Mapping[str, Component],
    ) -> None:
        """An action that nothing could ever set off."""
        listed = {probe for component in components.values() for probe in component.probes}
        for id_, action in actions.items():
            service = services.get(action.service)
            if service is not None and not listed & set(service.probes):
                text = (
                    f"no probe of {action.service} stands behind a component, so that it would "
                    f'never act; write probes = ["{service.probes[0]}"] in a component'
                    if service.probes
                    else f"no probe watches {action.service}, so that it would never act"
                )
                self._entries.action[id_].warn(self._builder.report, Fault(("service",), text))

    def _objective(self, entry: Entry) -> Objective | None:
        table = self._read(ObjectiveTable, entry)
        if table is None:
            return None
        if (table.target is None) == (table.allows is None):
            text = 'write one of target = "99.9%" and allows = "15m per year"'
            self._report(entry, [Fault((), text)])
            return None
        return _objective(entry.id, table, str(entry.keys.get("target", entry.keys.get("allows"))))


def _objective(id_: str, table: ObjectiveTable, written: str) -> Objective:
    allows = table.allows
    share = allows.allowed / allows.span if allows else 1 - (table.target or 0)
    usual = allows.span if allows else _USUAL_WINDOW
    window = usual if table.window is None else table.window
    return Objective(
        id=id_,
        component=table.component,
        share=share,
        window=window,
        zone=table.timezone,
        written=written,
        burn=table.burn,
        must=table.must,
        page_share=table.detection,
        allows=allows.allowed if allows and window in (allows.span, allows.unit) else None,
    )
