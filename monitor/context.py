"""What of the configuration a transaction needs, and whom it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.config.model import Config
from monitor.routing import Routing, Severity, everyone

OWN: Final = "trueup/"
"""What the ids of our own pseudo-probes begin with; no configured id holds a slash."""
SUMMARY: Final = f"{OWN}summary"


@dataclass(frozen=True, slots=True)
class Context:
    """`keys` are the store's keys by probe id."""

    config: Config
    keys: Mapping[str, int]
    instance: str

    def routing_of(self, probe: str) -> Routing:
        """Of a configured probe, or of our own trouble."""
        known = self.config.probes.get(probe)
        if known is not None:
            return known.routing
        return Routing(channels=everyone(*self.config.operators))

    def tags_of(self, probe: str) -> frozenset[str]:
        known = self.config.probes.get(probe)
        return known.tags if known is not None else frozenset()

    def maintained_until(self, probe: str, at: datetime) -> datetime | None:
        """When the configured maintenance under way ends."""
        tags = self.tags_of(probe)
        spans = [w.holds(at) for w in self.config.windows if w.concerns(probe, tags)]
        return max((span[1] for span in spans if span), default=None)


def circle(routing: Routing, severity: Severity, at: datetime) -> str:
    """Those whom one page may serve, as one text: they matter as much, tell the same channels, and
    call the same people when nobody answers. Empty when nobody is to be told.
    """
    channels = ",".join(sorted(routing.channels_at(severity, at)))
    stages = ",".join(f"{stage.after}>{'+'.join(stage.to)}" for stage in routing.escalation)
    return f"{severity}:{channels}:{stages}:{routing.remind}" if channels else ""
