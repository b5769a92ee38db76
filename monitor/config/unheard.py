"""What keeps people from being told of a probe although somebody is named: hours, maintenance, and
other probes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from monitor.config.model import Config, Probe
from monitor.config.places import Place, Places, meant_to_be_untold
from monitor.config.problems import Report
from monitor.config.quarters import Quarters, nearly_all
from monitor.config.sentences import Fault
from monitor.routing import ALL_WEEK, Severity
from monitor.windows import Window

Found = Iterator[tuple[Place | None, str]]


def demand_somebody(
    probes: Mapping[str, Probe], places: Places, report: Report, at: datetime
) -> None:
    """Reports hours that together never end and name nobody."""
    quarters = Quarters(at)
    told: dict[Place, str] = {}
    for probe in probes.values():
        routing = probe.routing
        named = routing.during and routing.channels.get(routing.severity)
        place = places.of(probe, "during")
        if place and named and not _is_told(probe, quarters):
            text = (
                f"within the hours {_listed(hours.id for hours, _ in routing.during)} nobody is "
                f"told, and they never end, so that nobody is ever told of {probe.id}; "
                "name somebody, or leave them out"
            )
            told.setdefault(place, text)
    for (document, path), text in told.items():
        report.problem(document.problem(path, text))


def warn_of_unheard(config: Config, places: Places, report: Report, at: datetime) -> None:
    """As of *at*. Once for each place where it was written, however many probes it concerns."""
    quarters = Quarters(at)
    told: dict[Place, str] = {}
    for probe in config.probes.values():
        for place, text in (
            *_outside(probe, places, quarters),
            *_through_needs(probe, config, places, quarters),
            *_twice(probe, places, quarters),
        ):
            if place:
                told.setdefault(place, text)
    for (document, path), text in told.items():
        report.warning(document.problem(path, text))
    _warn_of_long_hours(config, places, report, quarters)
    _warn_of_long_work(config, places, report, quarters)


def _is_told(probe: Probe, quarters: Quarters) -> bool:
    """Whether anybody is, at any time."""
    return any(channels for _, channels in quarters.told(probe.routing, probe.routing.severity))


def _outside(probe: Probe, places: Places, quarters: Quarters) -> Found:
    """Somebody is named for certain hours, and nobody for the rest."""
    routing = probe.routing
    critical = routing.severity is Severity.CRITICAL
    if routing.channels.get(routing.severity) or (
        not critical and meant_to_be_untold(probe, places)
    ):
        return
    groups = list(quarters.told(routing, routing.severity))
    outside = sum(len(when) for when, channels in groups if not channels)
    if outside and any(channels for _, channels in groups):
        hours = _listed(hours.id for hours, channels in routing.during if channels)
        text = f'nobody is told of {probe.id} outside the hours {hours}; write channels = ["…"]'
        way_out = 'severity = "warning" and channels = []' if critical else "channels = []"
        yield places.of(probe, "channels", "during"), f"{text}, or {way_out} to mean it"


def _through_needs(probe: Probe, config: Config, places: Places, quarters: Quarters) -> Found:
    if not _is_told(probe, quarters):
        return
    for name in probe.routing.needs:
        other = config.probes[name]
        if not _is_told(other, quarters):
            why, remedy = f"nobody is ever told of {name}", f"give {name} channels"
        elif quarters.always(_work(other, config)):
            why, remedy = f"{name} is under maintenance all the time", "shorten that"
        else:
            continue
        text = f"while {name} is down nobody is told of {probe.id} either, and {why}"
        yield places.of(probe, "needs"), f"{text}; {remedy}, or leave it out here"


def _twice(probe: Probe, places: Places, quarters: Quarters) -> Found:
    """An escalation to nobody else than those who are told first, whenever it is."""
    routing = probe.routing
    severities = {routing.severity} | ({Severity.WARNING} if probe.policy.slow_counts else set())
    first = [set(c) for severity in severities for _, c in quarters.told(routing, severity) if c]
    later = {channel for stage in routing.escalation for channel in stage.to}
    if later and first and later <= set.intersection(*first):
        text = f"tells only those who are told of {probe.id} first; name others, or write remind"
        yield places.of(probe, "escalation"), text


def _warn_of_long_hours(config: Config, places: Places, report: Report, quarters: Quarters) -> None:
    quiet = {p.routing.quiet for p in config.probes.values() if _waits(p)}
    for hours in quiet:
        endless = hours and hours.starts == hours.ends and hours.days == ALL_WEEK
        if hours and not endless and nearly_all(quarters.of(hours)):
            text = (
                "leave less than an hour of every day, so that warnings wait for that; "
                "write a later from or an earlier until"
            )
            places.entries.hours[hours.id].warn(report, Fault((), text))


def _waits(probe: Probe) -> bool:
    return probe.routing.severity is not Severity.CRITICAL or probe.policy.slow_counts


def _warn_of_long_work(config: Config, places: Places, report: Report, quarters: Quarters) -> None:
    told: dict[str, str] = {}
    for probe in config.probes.values():
        windows = _work(probe, config)
        if not windows or not quarters.always(windows):
            continue
        alone = next((window for window in windows if quarters.always((window,))), None)
        last = alone or windows[-1]
        others = [] if alone else [window.id for window in windows[:-1]]
        text = f"together with {_listed(others)} this is" if others else "this is"
        told.setdefault(
            last.id,
            f"{text} maintenance of {probe.id} for more than 23 hours of every day, so that "
            "nobody would ever be told of it; make it shorter, or leave it out",
        )
    for name, text in told.items():
        places.entries.maintenance[name].warn(report, Fault((), text))


def _work(probe: Probe, config: Config) -> tuple[Window, ...]:
    return tuple(window for window in config.windows if window.concerns(probe.id, probe.tags))


def _listed(names: Iterator[str] | list[str]) -> str:
    return " and ".join(names)
