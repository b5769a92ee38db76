"""What probes of one kind say of each other, put together once all of them were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from monitor.config.entries import Entry
from monitor.config.model import Probe
from monitor.config.nearest import remedy
from monitor.config.problems import Report
from monitor.config.sentences import Fault


def complete(
    probes: Mapping[str, Probe], entries: Mapping[str, Entry], report: Report
) -> Mapping[str, Probe]:
    """*entries* are those of all probes, also of such as could not be read."""
    refuse = partial(_refuse, probes, entries, report)
    completed = dict(probes)
    for kind in {probe.kind.name: probe.kind for probe in probes.values()}.values():
        if kind.complete is None:
            continue
        own = {id_: probe.settings for id_, probe in probes.items() if probe.kind is kind}
        for id_, settings in kind.complete(own, refuse).items():
            completed[id_] = replace(probes[id_], settings=settings)
    return MappingProxyType(completed)


def _refuse(
    probes: Mapping[str, Probe],
    entries: Mapping[str, Entry],
    report: Report,
    *said: str,
) -> None:
    id_, key, named, text = said
    if named not in entries:
        text = f"there is no probe {named[:64]!r}; {remedy(named, entries, 'probes')}"
    elif named not in probes:
        return  # what is wrong with that one is reported already
    entries[id_].report(report, [Fault(tuple(key.split(".")), text)])
