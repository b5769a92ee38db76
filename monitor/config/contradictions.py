"""Policies that cannot be meant: keys that are good alone and make no sense together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from monitor.config.links import circles
from monitor.config.model import Probe
from monitor.config.places import Place, Places
from monitor.config.problems import Report
from monitor.policy import For
from monitor.routing import ALL_WEEK, Severity
from probes import write_duration

Found = Iterator[tuple[tuple[str, ...], str]]
"""The keys at one of which it is told, and what."""


def demand_sense(probes: Mapping[str, Probe], places: Places, report: Report) -> None:
    """Once for each place where it was written, however many probes it concerns."""
    told: dict[Place, str] = {}
    whole = report.good  # else the channels may be missing only because a table was not read
    for probe in probes.values():
        for keys, text in (*_untimely(probe, places), *_untold(probe, places, whole=whole)):
            place = places.of(probe, *keys)
            if place is not None:
                told.setdefault(place, text)
    for (document, path), text in (*told.items(), *_circular(probes, places)):
        report.problem(document.problem(path, text))


def _untimely(probe: Probe, places: Places) -> Found:
    every = probe.every
    opening = probe.policy.opening
    if isinstance(opening, For) and opening.span < every:
        yield ("open_after", "every"), _shorter(probe, "open_after", opening.span)
    remind = probe.routing.remind
    if remind is not None and remind < every and places.of(probe, "remind"):
        yield ("remind", "every"), _shorter(probe, "remind", remind)
    if probe.recheck is not None and probe.recheck > every:
        text = (
            f"the recheck of {probe.id}, {write_duration(probe.recheck)}, is longer than its "
            f"every, {write_duration(every)}; write a shorter one"
        )
        yield ("recheck", "every"), text


def _shorter(probe: Probe, key: str, span: timedelta) -> str:
    every = write_duration(probe.every)
    return (
        f"the {key} of {probe.id}, {write_duration(span)}, is over before its second run, for it "
        f'has every = "{every}"; write {key} = "{every}" or more'
    )


def _untold(probe: Probe, places: Places, *, whole: bool) -> Found:
    routing = probe.routing
    critical = routing.severity is Severity.CRITICAL and not probe.policy.slow_counts
    if critical and routing.quiet and places.own(probe).get("quiet"):
        text = (
            "would delay nothing, for this probe is critical; "
            'write severity = "warning", or leave it out'
        )
        yield ("quiet",), text
    quiet = routing.quiet
    if quiet and quiet.starts == quiet.ends and quiet.days == ALL_WEEK:
        text = f"the hours {quiet.id} never end, so that warnings would wait for ever"
        yield ("quiet",), f"{text}; name others, or write quiet = false"
    if not routing.escalation:
        return
    nobody = not any(channels for _, channels in routing.during)
    if whole and nobody and not routing.channels.get(routing.severity):
        text = f"nobody is told of {probe.id} first; write channels, or leave escalation out"
        yield ("escalation",), text
    yield from _falling(stage.after for stage in routing.escalation)
    stages = places.written(probe, "escalation")
    for number, stage in enumerate(stages[:-1] if isinstance(stages, list) else (), start=1):
        if isinstance(stage, dict) and "repeat" in stage:
            text = f"stage {number} is followed by another, and only the last one is repeated"
            yield ("escalation",), f"{text}; leave its repeat out"


def _falling(afters: Iterable[timedelta]) -> Found:
    longest = timedelta()
    for number, after in enumerate(afters, start=1):
        if after <= longest:
            text = (
                f"stage {number} comes after {write_duration(after)}, which is not later than "
                f"the {write_duration(longest)} before it; write them in rising order"
            )
            yield ("escalation",), text
            return
        longest = after


def _circular(probes: Mapping[str, Probe], places: Places) -> Iterator[tuple[Place, str]]:
    def after(name: str) -> list[str]:
        return [other for other in probes[name].routing.needs if other in probes]

    for circle in circles(probes, after):
        place = places.of(probes[circle[0]], "needs")
        if place is None:
            continue
        if len(circle) == 1:
            yield place, f"{circle[0]} needs itself; leave it out of the list"
        else:
            way = " needs ".join((*circle, circle[0]))
            yield place, f"{way}; leave one of them out, as with needs = [] in its own table"
