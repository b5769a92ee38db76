"""How well everything is watched. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from monitor.config.model import Component, Config
from monitor.coverage import holes, pins
from monitor.coverage.found import NOTHING_KNOWN, Coverage, Finding, Known, Watched
from monitor.coverage.watching import Watch, depth_of

PINNED: Final = 30


def coverage(config: Config, known: Known = NOTHING_KNOWN) -> Coverage:
    watches = {
        probe.id: Watch(probe, probe.id in known.types_in) for probe in config.probes.values()
    }
    everything = tuple(watches.values())
    hosts = pins.hosts_of(everything)
    components = tuple(
        _watched(each, tuple(watches[probe] for probe in each.probes), hosts, known)
        for each in config.components.values()
    )
    return Coverage(components, tuple(_findings(config, components, everything, hosts, known)))


def _findings(
    config: Config,
    components: tuple[Watched, ...],
    watches: tuple[Watch, ...],
    hosts: pins.Hosts,
    known: Known,
) -> Iterator[Finding]:
    origin = next((each.origin for each in watches if each.origin), "")
    yield from holes.of_components(config, components, origin)
    yield from holes.of_probes(config, watches)
    yield from pins.of_hosts(config, hosts, known)
    yield from pins.of_answers(watches, known)
    yield from holes.of_channels(config, watches)


def _watched(
    component: Component,
    watches: tuple[Watch, ...],
    hosts: pins.Hosts,
    known: Known,
) -> Watched:
    depth = depth_of(watches)
    met = list(_met(watches, hosts, known))
    score = holes.points(component, depth) + (round(PINNED * sum(met) / len(met)) if met else 0)
    return Watched(component.id, component.name, depth, watches, score)


def _met(watches: tuple[Watch, ...], hosts: pins.Hosts, known: Known) -> Iterator[bool]:
    """Whatever could be pinned down there, and whether it is."""
    for each in watches:
        if not each.is_for_reading:
            yield each.wakes
        if each.wakes:
            yield bool(each.probe.playbook)
        if pins.is_document(each, known):
            yield pins.pins_contract(each)
    for host in dict.fromkeys(each.host for each in watches if each.host):
        yield host in hosts.named
        if host in hosts.secure:
            yield host in hosts.certain
