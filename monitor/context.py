"""What of the configuration a transaction needs, and whom it tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from monitor import origins
from monitor.config.detection import watching
from monitor.config.model import Config
from monitor.routing import Routing, Severity, everyone

OWN: Final = "trueup/"
"""What the ids of our own pseudo-probes begin with; no configured id holds a slash."""
SUMMARY: Final = f"{OWN}summary"
OBJECTIVE: Final = "objective/"
"""What the ids of the pseudo-probes of objectives begin with."""
CHANGE: Final = "change/"
"""What the ids of the pseudo-probes of targets begin with, that changed and nobody announced it."""


@dataclass(frozen=True, slots=True)
class Context:
    """`keys` are the store's keys by probe id."""

    config: Config
    keys: Mapping[str, int]
    instance: str

    def routing_of(self, probe: str) -> Routing:
        """Of a configured probe, of an objective, of a change, or of our own trouble."""
        known = self.config.probes.get(probe)
        if known is not None:
            return known.routing
        if probe.startswith(OBJECTIVE):
            return together(self.config.probes[id_].routing for id_ in self.behind(probe))
        if probe.startswith(CHANGE):
            return self._of_change(probe)
        return Routing(channels=everyone(*self.config.operators))

    def _of_change(self, probe: str) -> Routing:
        """Told once: nobody is reminded of it, and nobody else is called."""
        own = self.config.fingerprint.channels
        known = together(self.config.probes[id_].routing for id_ in self.behind(probe))
        channels = everyone(*own) if own else known.channels
        during = () if own else known.during
        return replace(known, channels=channels, during=during, escalation=(), remind=None)

    def behind(self, probe: str) -> tuple[str, ...]:
        """The configured probes that it is about: itself, all that an objective counts, all that
        ask a target; none for our own trouble.
        """
        if probe in self.config.probes:
            return (probe,)
        if probe.startswith(CHANGE):
            return origins.probes_of(self.config, probe.removeprefix(CHANGE))
        if not probe.startswith(OBJECTIVE):
            return ()
        objective = self.config.changes.objectives.get(probe.removeprefix(OBJECTIVE))
        return tuple(p.id for p in watching(self.config, objective)) if objective else ()

    def tags_of(self, probe: str) -> frozenset[str]:
        known = self.config.probes.get(probe)
        return known.tags if known is not None else frozenset()

    def maintained_until(self, probe: str, at: datetime) -> datetime | None:
        """When the configured maintenance under way ends."""
        tags = self.tags_of(probe)
        spans = [w.holds(at) for w in self.config.windows if w.concerns(probe, tags)]
        return max((span[1] for span in spans if span), default=None)


def together(routings: Iterable[Routing]) -> Routing:
    """Whom all of them tell; hours, escalation and reminders are those of the first one."""
    known = list(routings)
    if not known:
        return Routing()
    channels = {
        severity: tuple(dict.fromkeys(c for each in known for c in each.channels.get(severity, ())))
        for severity in Severity
    }
    return replace(known[0], severity=Severity.CRITICAL, channels=channels, needs=())


def circle(routing: Routing, severity: Severity, at: datetime) -> str:
    """Those whom one page may serve, as one text: they matter as much, tell the same channels, and
    call the same people when nobody answers. Empty when nobody is to be told.
    """
    channels = ",".join(sorted(routing.channels_at(severity, at)))
    stages = ",".join(f"{stage.after}>{'+'.join(stage.to)}" for stage in routing.escalation)
    return f"{severity}:{channels}:{stages}:{routing.remind}" if channels else ""
