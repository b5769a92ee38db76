"""What one table says about another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from monitor.config.defaults import Defaults
from monitor.config.document import Document, KeyPath
from monitor.config.entries import Entries, Entry
from monitor.config.model import Probe
from monitor.config.nearest import remedy
from monitor.config.problems import Report
from monitor.config.sentences import Fault
from probes import write_duration


def demand_links(entries: Entries, defaults: Defaults, report: Report) -> None:
    """Reports every name that leads nowhere."""
    for entry in (*defaults.entries, *entries.probe.values()):
        entry.report(report, _strangers(entry, "channels", entries.channel, "channel"))
    for entry in entries.component.values():
        entry.report(report, _strangers(entry, "probes", entries.probe, "probe"))
    _demand_renames(entries.probe, report)


def _strangers(entry: Entry, key: str, known: Collection[str], what: str) -> Iterator[Fault]:
    written = entry.keys.get(key)
    for index, name in enumerate(written if isinstance(written, list) else ()):
        if isinstance(name, str) and name not in known:
            meant = remedy(name, known, f"{what}s")
            yield Fault((key, index), f"there is no {what} {name[:64]!r}; {meant}")


def _demand_renames(probes: Mapping[str, Entry], report: Report) -> None:
    heirs: dict[str, Entry] = {}
    for entry in probes.values():
        old = entry.keys.get("renamed_from")
        if not isinstance(old, str):
            continue
        if old in probes:
            place = probes[old].document.place(probes[old].path)
            text = f"{old!r} is a probe still, in {place}; remove that one, or leave this key out"
            entry.report(report, [Fault(("renamed_from",), text)])
        elif old in heirs:
            text = f"{heirs[old].id!r} is renamed from {old!r} as well; keep one of the two"
            entry.report(report, [Fault(("renamed_from",), text)])
        heirs.setdefault(old, entry)


def warn(entries: Entries, probes: Mapping[str, Probe], report: Report) -> None:
    """What works but was surely not meant."""
    _warn_of_overlap(entries, probes, report)
    _warn_of_silence(entries, probes, report)
    told = {channel for probe in probes.values() for channel in probe.channels}
    for name, entry in entries.channel.items():
        if name not in told:
            text = f'no probe tells this channel; write channels = ["{name}"] in [defaults]'
            entry.warn(report, Fault((), text))


def _warn_of_overlap(entries: Entries, probes: Mapping[str, Probe], report: Report) -> None:
    """Once for each place where it was written, however many probes it concerns."""
    found: dict[tuple[Document, KeyPath], list[Probe]] = {}
    for probe in probes.values():
        place = _where_timed(entries, probe)
        if place and _longest(probe) > probe.every:
            found.setdefault(place, []).append(probe)
    for (document, path), concerned in found.items():
        report.warning(document.problem(path, _overlapping(concerned)))


def _overlapping(probes: Sequence[Probe]) -> str:
    worst = max(probes, key=lambda probe: _longest(probe) - probe.every)
    whose = f"of {worst.id}" + (f" and {len(probes) - 1} more" if len(probes) > 1 else "")
    return (
        f"a failing run {whose} may take {write_duration(_longest(worst))} (timeout and confirm), "
        f"longer than the {write_duration(worst.every)} to the next; "
        "write a larger every or a smaller timeout"
    )


def _longest(probe: Probe) -> timedelta:
    return probe.settings.timeout + sum(probe.confirm, timedelta())


def _where_timed(entries: Entries, probe: Probe) -> tuple[Document, KeyPath] | None:
    """Where somebody wrote one of the spans concerned; None when all are as they come."""
    own = entries.probe[probe.id]
    for document, path, keys in (
        (own.document, own.path, own.keys),
        *((entries.main, path, keys) for path, keys in _default_tables(entries, probe)),
    ):
        for key in ("every", "timeout", "confirm"):
            if key in keys:
                return document, (*path, key)
    return None


def _default_tables(entries: Entries, probe: Probe) -> list[tuple[KeyPath, Mapping[str, Any]]]:
    defaults = entries.main.tables.get("defaults", {})
    kind = probe.kind.name
    return [(("defaults", kind), defaults.get(kind, {})), (("defaults",), defaults)]


def _warn_of_silence(entries: Entries, probes: Mapping[str, Probe], report: Report) -> None:
    silent = [p for p in probes.values() if not p.channels and not _on_purpose(p, entries)]
    if silent and not entries.channel:
        text = "nobody is told when a probe fails; write a [channel.oncall]"
        report.warning(entries.main.problem((), text))
        return
    for probe in silent:
        choices = ", ".join(f'"{name}"' for name in entries.channel)
        text = f"nobody is told when it fails; write channels = [{choices}], or [] to mean it"
        entries.probe[probe.id].warn(report, Fault((), text))


def _on_purpose(probe: Probe, entries: Entries) -> bool:
    defaults = [keys for _, keys in _default_tables(entries, probe)]
    return any(keys.get("channels") == [] for keys in (entries.probe[probe.id].keys, *defaults))
