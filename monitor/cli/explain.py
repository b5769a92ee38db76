"""`trueup check --explain`: who is told of what, how soon, and when they are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from monitor.budget import PAIRS, Pair
from monitor.config import Config, Probe, promises
from monitor.config.changes import Objective
from monitor.config.detection import watching, worst, worst_to_notice
from monitor.deciding import CAUSE_PATIENCE, GATHER_FOR, TOGETHER
from monitor.ourselves.network import USUAL
from monitor.policy import For, InARow, Opening, OutOf
from monitor.routing import REMIND_MOST, Hours, Routing, Severity, Stage
from monitor.windows import Span
from probes import write_duration

Line = tuple[str, str]
"""A word, and what there is to say about it."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def explained(config: Config, at: datetime) -> Iterator[tuple[str, list[Line]]]:
    """A heading and its lines for every probe, every objective, and at last for trueup itself; as
    of *at*.
    """
    for probe in config.probes.values():
        held = list(_reasons(config, probe, at)) or ["never, but by a silence"]
        lines = [*_opening(probe), *_telling(probe), *(("held back", each) for each in held)]
        yield probe.id, lines
    for objective in config.changes.objectives.values():
        yield f"objective {objective.id}", list(_promise(config, objective))
    yield "trueup itself", _ourselves(config)


def _opening(probe: Probe) -> Iterator[Line]:
    routing = probe.routing
    slow = "; slow runs count too, as a warning" if probe.policy.slow_counts else ""
    yield "incident", f"{routing.severity.value}, {_in_words(probe.policy.opening)}{slow}"
    worst = write_duration(worst_to_notice(probe))
    yield "opens", f"at the latest {worst} after it breaks{_and_more(probe)}"


def _promise(config: Config, objective: Objective) -> Iterator[Line]:
    component = config.components.get(objective.component)
    yield "promised", f"{component.name if component else objective.component}: {objective.written}"
    found = worst(config, objective)
    if found is not None:
        gathering = write_duration(GATHER_FOR)
        yield "worst", promises.costs(config, objective, found)
        yield "made of", f"{found.parts()}, when only {found.probe} sees it"
        yield "besides", f"{gathering} more when {TOGETHER} or more open together"
    for fault in promises.others(config, objective):
        yield "not kept", fault
    if promises.home_only(watching(config, objective)):
        yield "beware", "its probes only open a home page, which stays up in most outages"
    if objective.burn:
        yield "burns", "; ".join(_pair(pair) for pair in PAIRS)


def _pair(pair: Pair) -> str:
    long, short = write_duration(pair.long), write_duration(pair.short)
    times = f"{pair.times:g} times as fast as it may" if pair.times > 1 else "faster than it may"
    return f"{'a page' if pair.urgent else 'a warning'} when {times} in {long} and in {short}"


def _in_words(opening: Opening) -> str:
    match opening:
        case InARow(runs):
            return "at the first failing run" if runs == 1 else f"after {runs} failing runs"
        case OutOf(failing, of):
            return f"after {failing} failing of the last {of} runs"
        case For(span):
            return f"after {write_duration(span)} of failing runs"


def _and_more(probe: Probe) -> str:
    gathering = write_duration(GATHER_FOR)
    more = f"; {gathering} more when {TOGETHER} or more open together"
    if probe.routing.needs:
        patience = write_duration(CAUSE_PATIENCE)
        more += f", {patience} more while it is not known whether what it needs is down"
    return more


def _telling(probe: Probe) -> Iterator[Line]:
    routing = probe.routing
    if not routing.everybody:
        yield "told", "nobody"
        return
    yield "told", "; ".join(_told(probe))
    for stage in routing.escalation:
        yield "nobody on it", _stage(stage, last=stage is routing.escalation[-1])
    yield "reminded", _reminded(routing)


def _told(probe: Probe) -> Iterator[str]:
    routing = probe.routing
    for hours, channels in routing.during:
        yield f"{_names(channels)} during {_week(hours)}"
    otherwise = "otherwise " if routing.during else ""
    yield otherwise + _names(routing.channels.get(routing.severity, ()))
    if probe.policy.slow_counts and routing.severity is not Severity.WARNING:
        yield f"when it is slow {_names(routing.channels.get(Severity.WARNING, ()))}"


def _stage(stage: Stage, *, last: bool) -> str:
    again = f", and again every {write_duration(stage.repeat)}" if last else ""
    return f"{_names(stage.to)} {write_duration(stage.after)} after the first notice{again}"


def _reminded(routing: Routing) -> str:
    if routing.remind is None:
        return "never"
    most = write_duration(max(REMIND_MOST, routing.remind))
    return f"after {write_duration(routing.remind)}, then after twice as long, up to {most}"


def _reasons(config: Config, probe: Probe, at: datetime) -> Iterator[str]:
    routing = probe.routing
    if routing.needs:
        verb = "is" if len(routing.needs) == 1 else "are"
        yield f"while {_names(routing.needs, 'or')} {verb} down"
    if routing.quiet and routing.severity is not Severity.CRITICAL:
        yield f"in the quiet hours {_week(routing.quiet)}"
    elif routing.quiet and probe.policy.slow_counts:
        yield f"when it is merely slow, in the quiet hours {_week(routing.quiet)}"
    for window in config.windows:
        if window.concerns(probe.id, probe.tags):
            yield f"during {window.title!r}, {_when(window.spans(at), at)}"


def _when(span: Span | None, at: datetime) -> str:
    if span is None:
        return "which is over"
    start, end = span
    lasts = write_duration(end - start)
    return f"{'since' if start <= at else 'next'} {start:%Y-%m-%d %H:%M} UTC for {lasts}"


def _week(hours: Hours) -> str:
    days = "" if len(hours.days) == len(_DAYS) else f" {_spans(sorted(hours.days))}"
    if hours.starts == hours.ends:
        return f"{hours.id} ({days.strip() or 'always'}, {hours.zone.key})"
    return f"{hours.id} ({hours.starts:%H:%M} to {hours.ends:%H:%M}{days}, {hours.zone.key})"


def _spans(days: Sequence[int]) -> str:
    """`mon-fri, sun`."""
    spans: list[list[int]] = []
    for day in days:
        if spans and day == spans[-1][-1] + 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    ends = ((_DAYS[span[0]], _DAYS[span[-1]]) for span in spans)
    return ", ".join(first if first == last else f"{first}-{last}" for first, last in ends)


def _names(names: Iterable[str], word: str = "and") -> str:
    *most, last = names or ("nobody",)
    return f"{', '.join(most)} {word} {last}" if most else last


def _ourselves(config: Config) -> list[Line]:
    told = _names(config.operators) + (" of its own trouble" if config.operators else "")
    return [
        ("told", told),
        ("own network", _anchors(config.anchors)),
        ("sign of life", _heartbeat(config)),
        ("test page", _daily_test(config)),
    ]


def _anchors(anchors: tuple[str, ...] | None) -> str:
    if anchors is None:
        return f"asked at the first failing run; it is up if {_names(USUAL, 'or')} answers"
    if not anchors:
        return "never asked: when it is down, everything seems to be"
    return f"asked at the first failing run; it is up if {_names(anchors, 'or')} answers"


def _heartbeat(config: Config) -> str:
    if config.heartbeat is None:
        return "none: nobody notices when this machine is dead"
    return f"every {write_duration(config.heartbeat.every)}"


def _daily_test(config: Config) -> str:
    test = config.daily_test
    if test is None:
        return "none"
    return f"every day at {test.time:%H:%M} {test.zone.key} to {_names(test.channels)}"
