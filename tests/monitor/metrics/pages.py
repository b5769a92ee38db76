"""Runs as the daemon sees them, and what Prometheus reads of them afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from prometheus_client import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families as families

from monitor.config.model import Probe
from monitor.metrics import Built, Metrics, Own, StoreFigures, text
from monitor.punctuality import Punctuality
from monitor.runner import Run
from probes import Outcome, Result
from probes.result import NO_FACTS, Facts
from tests.support.clock import HandClock
from tests.support.configs import a_config

MS = timedelta(milliseconds=1)
NOTHING = timedelta()
PHASES = {
    "resolve": 1 * MS,
    "connect": 2 * MS,
    "tls": 4 * MS,
    "send": 8 * MS,
    "wait": 16 * MS,
    "receive": 32 * MS,
}
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def own(**changes: Any) -> Own:
    """Of a daemon that does well."""
    given: dict[str, Any] = {
        "punctuality": Punctuality(),
        "probes": 1,
        "running": 0,
        "overdue": NOTHING,
        "runs_waiting": 0,
        "runs_wait": NOTHING,
        "runs_dropped": 0,
        "writes_waiting": 0,
        "commits": 7,
        "commit_s": 0.25,
        "store_bytes": 4096,
        "page_age": NOTHING,
        "attended_age": NOTHING,
        "store": StoreFigures(),
        "built": Built(),
    }
    return Own(**given | changes)


@dataclass
class Seen:
    """Metrics of *probes* that were shown runs."""

    probes: Iterable[Probe]
    clock: HandClock = field(default_factory=HandClock)
    token: str = "0123456789abcdef"

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.clock)
        self.configure(*self.probes)

    def configure(self, *probes: Probe) -> None:
        self.probes = probes
        self.metrics.configure(a_config(*probes, location="frankfurt", metrics_token=self.token))

    def ran(
        self,
        probe: Probe,
        outcome: Outcome = Outcome.PASS,
        *,
        phases: Mapping[str, timedelta] = PHASES,
        facts: Facts = NO_FACTS,
        **found: Any,
    ) -> None:
        result = Result(outcome=outcome, took=63 * MS, phases=phases, facts=facts, **found)
        at = self.clock.now()
        self.metrics.saw(
            Run(probe=probe, slot=at, started_at=at, lasted=result.took, result=result)
        )

    async def page(self, *, openmetrics: bool = False, **changes: Any) -> str:
        rows = await self.metrics.rows()
        pieces = text.pieces(rows, own(**changes), openmetrics=openmetrics)
        return b"".join([piece async for piece in pieces]).decode()


def parsed(page: str) -> Iterator[Metric]:
    """As Prometheus reads it, in the format that it is in."""
    read: Callable[[str], Iterable[Metric]]
    read = openmetrics_families if page.endswith("# EOF\n") else families
    yield from read(page)


def samples(page: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parsed(page)
        for sample in family.samples
    }


def of(page: str, probe: str) -> dict[str, float]:
    """What is said of *probe*; labels other than its own follow the name."""
    return {
        " ".join([name, *(f"{k}={v}" for k, v in sorted(labels) if k not in _ITS_OWN)]): value
        for (name, labels), value in samples(page).items()
        if ("probe", probe) in labels
    }


_ITS_OWN = {"probe", "kind", "location"}
