"""What this configuration promises and cannot keep, and which change would."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from monitor.config.changes import Objective
from monitor.config.detection import Detection, allowance, watching, worst
from monitor.config.model import Config, Probe
from monitor.config.places import Places
from monitor.config.problems import Report
from monitor.config.remedies import Change, changed, remedy
from monitor.config.sentences import Fault
from monitor.routing import Severity
from probes import write_duration

_SECOND = timedelta(seconds=1)


def unkept(config: Config) -> Iterator[tuple[Objective, str]]:
    """Objectives that this configuration cannot keep, each with a sentence that says why, and
    which change would.
    """
    for objective in config.changes.objectives.values():
        for sentence in faults(config, objective):
            yield objective, sentence


def demand_promises(config: Config, places: Places, report: Report) -> None:
    """Refuses what cannot be kept and must be, and warns of the rest."""
    for objective, text in unkept(config):
        entry, fault = places.entries.objective[objective.id], Fault((), text)
        if objective.must:
            entry.report(report, [fault])
        else:
            entry.warn(report, fault)


def faults(config: Config, objective: Objective) -> Iterator[str]:
    """Why it cannot be kept; nothing when it can."""
    found = worst(config, objective)
    if found is not None and found.total > objective.page_share * allowance(objective):
        yield costs(config, objective, found)
    yield from others(config, objective)


def others(config: Config, objective: Objective) -> Iterator[str]:
    """Faults that are none of arithmetic."""
    probes = watching(config, objective)
    if not probes:
        yield (
            f"nothing watches {objective.component}, so that nobody knows whether it is kept;"
            " write probes in the component"
        )
    for probe in probes:
        routing = probe.routing
        if not routing.channels.get(routing.severity) and not routing.during:
            yield f"nobody is told when {probe.id} fails; write channels there"
        elif routing.quiet and routing.severity is not Severity.CRITICAL:
            yield (
                f"in the quiet hours {routing.quiet.id} nobody is told of {probe.id} until they"
                ' end; write severity = "critical" there, or leave out quiet'
            )


def costs(config: Config, objective: Objective, found: Detection) -> str:
    """`15m per year: the worst detection takes 3m40s, 24 % of the year's budget; every = "10s"
    brings it to 41s`.
    """
    allowed = allowance(objective)
    said = (
        f"{objective.written}: the worst detection takes {_span(found.total)},"
        f" {_percent(found.total / allowed)} of {_whose(objective)}"
    )
    if found.interval >= allowed:
        said += f" (all of it may be spent before {found.probe} is asked once)"
    most = objective.page_share * allowed
    return said if found.total <= most else f"{said}; {_way_out(config, objective, most)}"


def _way_out(config: Config, objective: Objective, most: timedelta) -> str:
    changes = remedy(config, objective, most)
    for change in changes:
        config = changed(config, change)
    after = worst(config, objective)
    if not changes or after is None:
        return (
            f"no change of every, confirm, timeout and open_after brings it to {_span(most)};"
            " allow more, or a larger detection"
        )
    verb = "brings" if len(changes) == 1 else "bring"
    return f"{_listed(changes, len(watching(config, objective)))} {verb} it to {_span(after.total)}"


def _listed(changes: Sequence[Change], probes: int) -> str:
    """Says in which probes, where there are several."""
    said = []
    for concerned, same in groupby(changes, lambda change: change.probes):
        where = f" in {' and '.join(concerned)}" if probes > 1 else ""
        said.append(f"{' and '.join(map(str, same))}{where}")
    return " and ".join(said)


def _whose(objective: Objective) -> str:
    _, per, unit = objective.written.partition(" per ")
    if per and objective.allows is not None:
        return f"the {unit}'s budget"
    if isinstance(objective.window, timedelta):
        return f"the budget of {write_duration(objective.window)}"
    return f"the {objective.window.value}'s budget"


def _span(length: timedelta) -> str:
    return write_duration(max(-(-length // _SECOND) * _SECOND, _SECOND))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.2g} %"


def home_only(probes: Sequence[Probe]) -> bool:
    """Whether they all just open a home page, which stays up in most outages."""
    return bool(probes) and all(_opens_home(probe) for probe in probes)


def _opens_home(probe: Probe) -> bool:
    url = str(getattr(probe.settings, "url", ""))
    _, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return probe.kind.name == "http" and bool(host) and not path
