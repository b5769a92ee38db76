"""How long it takes until people hear of something that breaks, and what that costs. Pure.

Counted from the worst moment to break, just after a good answer, and for the fault that only the
slowest probe of a component sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from monitor import budget
from monitor.config.changes import Objective
from monitor.config.model import Config, Probe
from monitor.policy import For
from probes import write_duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """From a fault to a page that a channel has taken, at worst, and what that is made of."""

    probe: str
    interval: timedelta
    """Until the first run that sees it begins."""
    runs: timedelta
    """Until the last run that it takes to open begins."""
    tries: timedelta
    """All tries of that run and the waits between them."""
    captures: timedelta
    """The notice waits that long for what is fetched."""
    delivery: timedelta
    """The deadline of the channel that is quickest."""
    channel: str
    """Empty: nobody is told."""

    @property
    def opens(self) -> timedelta:
        """Until the incident opens."""
        return self.interval + self.runs + self.tries

    @property
    def total(self) -> timedelta:
        return self.opens + self.captures + self.delivery

    def parts(self) -> str:
        """What it is made of, for people; what takes no time is left out."""
        named = (
            (self.interval, "until it is asked"),
            (self.runs, "until it has failed often enough"),
            (self.tries, "for the tries of the last run"),
            (self.captures, "for what is fetched"),
            (self.delivery, f"for {self.channel} to take it"),
        )
        return ", ".join(f"{write_duration(part)} {words}" for part, words in named if part)


def worst_to_notice(probe: Probe) -> timedelta:
    """From the worst moment to break to the incident's opening."""
    step, last_run = _step(probe), _last_run(probe)
    return probe.every + (_deciding(probe, step) - 1) * step + last_run


def worst_to_page(probe: Probe, config: Config) -> Detection:
    """What others do meanwhile comes on top: three that open together wait for each other, and
    one that needs another probe waits for its verdict.
    """
    step = _step(probe)
    told = probe.routing.channels.get(probe.routing.severity, ())
    waits = {id_: config.channels[id_].settings.timeout for id_ in told if id_ in config.channels}
    quickest = min(waits, key=lambda id_: waits[id_], default="")
    captures = [c.wait for c in config.changes.captures.values() if probe.id in c.probes]
    return Detection(
        probe=probe.id,
        interval=probe.every,
        runs=(_deciding(probe, step) - 1) * step,
        tries=_last_run(probe),
        captures=max(captures, default=timedelta()),
        delivery=waits.get(quickest, timedelta()),
        channel=quickest,
    )


def worst(config: Config, objective: Objective) -> Detection | None:
    """Of all probes of its component; None where nothing watches it."""
    found = [worst_to_page(probe, config) for probe in watching(config, objective)]
    return max(found, key=lambda each: each.total, default=None)


def watching(config: Config, objective: Objective) -> list[Probe]:
    """The probes of its component."""
    component = config.components.get(objective.component)
    named = component.probes if component else ()
    return [config.probes[id_] for id_ in named if id_ in config.probes]


def allowance(objective: Objective) -> timedelta:
    """What may be spent in the shortest window there is."""
    return budget.allowed(objective.share, budget.least(objective.window), objective.allows)


def _last_run(probe: Probe) -> timedelta:
    tries = len(probe.confirm) + 1
    return sum(probe.confirm, tries * probe.settings.timeout)


def _step(probe: Probe) -> timedelta:
    """After the first failing run the next ones come sooner, but none before the one ahead of it
    is over.
    """
    return max(probe.recheck or probe.every / 2, _last_run(probe))


def _deciding(probe: Probe, step: timedelta) -> int:
    """How many failing runs it takes, *step* apart."""
    match probe.policy.opening:
        case For(span):
            return 1 + max(1, -(-span // step))
        case _:
            return probe.policy.runs_to_open
