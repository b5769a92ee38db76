"""What works but was surely not meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from monitor.config.model import Config, Probe
from monitor.config.places import Place, Places, meant_to_be_untold
from monitor.config.problems import Report
from monitor.config.sentences import Fault
from monitor.config.unheard import warn_of_unheard
from monitor.policy import For, InARow, OutOf
from monitor.routing import Severity
from probes import write_duration

_LATE: Final = timedelta(days=1)


def warn(config: Config, places: Places, report: Report, at: datetime) -> None:
    """As of *at*."""
    _warn_of_overlap(places, config.probes.values(), report)
    _warn_of_silence(places, config.probes.values(), report)
    _warn_of_deaf_severities(places, config.probes.values(), report)
    _warn_of_idle_tables(places, config, report)
    _warn_of_idle_keys(places, config, report)
    warn_of_unheard(config, places, report, at)
    for window in config.windows:
        if window.spans(at) is None and not _from_file(places, window.id):
            text = "is over already; leave it out, or correct its time"
            places.entries.maintenance[window.id].warn(report, Fault((), text))


def _from_file(places: Places, window: str) -> bool:
    """A calendar may well be empty for a while."""
    return "ical" in places.entries.maintenance[window].keys


def _warn_of_idle_tables(places: Places, config: Config, report: Report) -> None:
    told = {channel for probe in config.probes.values() for channel in probe.routing.everybody}
    told |= {*config.operators, *(channel.fallback for channel in config.channels.values())}
    told |= {*(config.daily_test.channels if config.daily_test else ()), config.mail}
    told |= {*config.fingerprint.channels}
    for name, entry in places.entries.channel.items():
        if name not in told:
            text = f'no probe tells this channel; write channels = ["{name}"] in [defaults]'
            entry.warn(report, Fault((), text))
    borne = {tag for probe in config.probes.values() for tag in probe.tags}
    for name, entry in places.entries.tag.items():
        if name not in borne:
            text = f'no probe bears this tag; write tags = ["{name}"] in a probe'
            entry.warn(report, Fault((), text))
    routings = [probe.routing for probe in config.probes.values()]
    meant = {hours.id for routing in routings for hours, _ in routing.during}
    meant |= {routing.quiet.id for routing in routings if routing.quiet}
    for name, entry in places.entries.hours.items():
        if name not in meant:
            text = f'no probe uses these hours; write quiet = "{name}" in one, or leave them out'
            entry.warn(report, Fault((), text))


def _warn_of_idle_keys(places: Places, config: Config, report: Report) -> None:
    if config.address and config.listen is None:
        text = "leads to no server of this daemon; write listen, or leave it out"
        report.warning(places.entries.main.problem(("trueup", "address"), text))
    told: dict[Place, str] = {}
    for probe in config.probes.values():
        opens = _opens_after(probe)
        place = places.of(probe, "open_after", "recheck", "every")
        if place and opens >= _LATE:
            text = (
                f"an incident of {probe.id} opens {write_duration(opens)} after its first failing "
                "run at the earliest; write a smaller open_after or recheck"
            )
            told.setdefault(place, text)
        if "tell_degraded" in places.own(probe) and _cannot_be_slow(probe):
            text = 'does nothing, for nothing is slow here; write expect.within = "1s"'
            told.setdefault(places.at(probe, "tell_degraded"), text)
    for (document, path), text in told.items():
        report.warning(document.problem(path, text))


def _opens_after(probe: Probe) -> timedelta:
    """Since the first failing run, at the earliest."""
    between = probe.recheck or probe.every / 2
    match probe.policy.opening:
        case InARow(runs):
            return (runs - 1) * between
        case OutOf(failing, _):
            return (failing - 1) * between
        case For(span):
            return span


def _cannot_be_slow(probe: Probe) -> bool:
    """Where expectations say what is slow, and these say nothing."""
    expect = getattr(probe.settings, "expect", None)
    said = [getattr(expect, key, True) for key in ("within", "certificate_valid_for")]
    return probe.policy.slow_counts and expect is not None and said == [None, None]


def _warn_of_overlap(places: Places, probes: Iterable[Probe], report: Report) -> None:
    """Once for each place where it was written, however many probes it concerns."""
    found: dict[Place, list[Probe]] = {}
    for probe in probes:
        place = places.of(probe, "every", "timeout", "confirm")
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


def _warn_of_silence(places: Places, probes: Iterable[Probe], report: Report) -> None:
    silent = [p for p in probes if not p.routing.everybody and not meant_to_be_untold(p, places)]
    entries = places.entries
    if silent and not entries.channel:
        text = "nobody is told when a probe fails; write a [channel.oncall]"
        report.warning(entries.main.problem((), text))
        return
    for probe in silent:
        choices = ", ".join(f'"{name}"' for name in entries.channel)
        text = f"nobody is told when it fails; write channels = [{choices}], or [] to mean it"
        entries.probe[probe.id].warn(report, Fault((), text))


def _warn_of_deaf_severities(places: Places, probes: Iterable[Probe], report: Report) -> None:
    """Channels by severity of which none is for what this probe is about."""
    told: dict[Place, str] = {}
    for probe in probes:
        for key, severity in _severities(probe).items():
            place = places.of(probe, key, "channels")
            if place and probe.routing.everybody and not _told(probe, severity):
                told.setdefault(place, _deaf(probe, severity))
    for (document, path), text in told.items():
        report.warning(document.problem(path, text))


def _severities(probe: Probe) -> Mapping[str, Severity]:
    slow = {"tell_degraded": Severity.WARNING} if probe.policy.slow_counts else {}
    return {"severity": probe.routing.severity, **slow}


def _told(probe: Probe, severity: Severity) -> bool:
    return bool(probe.routing.channels.get(severity) or any(c for _, c in probe.routing.during))


def _deaf(probe: Probe, severity: Severity) -> str:
    what = "when it is slow" if severity is not probe.routing.severity else "of its incidents"
    return (
        f"nobody is told of {probe.id} {what}, which is {severity.value}; "
        f'write channels.{severity.value} = ["…"]'
    )
