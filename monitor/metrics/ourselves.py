"""The figures of trueup itself, through prometheus_client and a registry of our own."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from monitor.metrics.built import Built, Learnt
from monitor.metrics.own import Own
from monitor.punctuality import BOUNDS_S, Punctuality


@dataclass(frozen=True, slots=True)
class _Figure:
    name: str
    says: str
    value: Callable[[Own], float | None]
    counts: bool = False

    def family(self, own: Own) -> Metric | None:
        value = self.value(own)
        if value is None:
            return None
        family = CounterMetricFamily if self.counts else GaugeMetricFamily
        return family(self.name, self.says, value=value)


def _s(span: timedelta) -> float:
    return span.total_seconds()


_FIGURES: Final = (
    _Figure("trueup_probes", "Probes in the configuration.", lambda own: own.probes),
    _Figure("trueup_runs_under_way", "Runs that have begun.", lambda own: own.running),
    _Figure(
        "trueup_runs_late_total",
        "Runs that began a second after their slot, or later.",
        lambda own: own.punctuality.late,
        counts=True,
    ),
    _Figure(
        "trueup_slots_missed_total",
        "Slots without a run, because the run before was still under way or trueup stood still.",
        lambda own: own.punctuality.missed,
        counts=True,
    ),
    _Figure(
        "trueup_slots_crowded_total",
        "Slots without a run, because as many runs were under way as this machine allows.",
        lambda own: own.punctuality.crowded,
        counts=True,
    ),
    _Figure(
        "trueup_schedule_overdue_seconds",
        "By how much the slot that should have begun first is late at this moment.",
        lambda own: _s(own.overdue),
    ),
    _Figure(
        "trueup_runs_waiting",
        "Runs that wait in memory for the database.",
        lambda own: own.runs_waiting,
    ),
    _Figure(
        "trueup_runs_waiting_seconds",
        "How long the first of them has been waiting.",
        lambda own: _s(own.runs_wait),
    ),
    _Figure(
        "trueup_runs_dropped_total",
        "Runs that are only counted, because too many waited.",
        lambda own: own.runs_dropped,
        counts=True,
    ),
    _Figure(
        "trueup_store_writes_waiting",
        "Pieces of work that wait for the one thread that writes.",
        lambda own: own.writes_waiting,
    ),
    _Figure(
        "trueup_store_commits_total",
        "Transactions that are on disk, each with what waited when it began.",
        lambda own: own.commits,
        counts=True,
    ),
    _Figure(
        "trueup_store_commit_seconds_total",
        "Time that they took.",
        lambda own: own.commit_s,
        counts=True,
    ),
    _Figure(
        "trueup_store_bytes",
        "Size of the database and its log of writes.",
        lambda own: own.store_bytes,
    ),
    _Figure(
        "trueup_store_readable",
        "1 when the database answered just now. When it did not, what only it knows is absent.",
        lambda own: int(own.store is not None),
    ),
    _Figure(
        "trueup_notices_waiting",
        "Notices that no channel has confirmed yet.",
        lambda own: own.store.letters if own.store else None,
    ),
    _Figure(
        "trueup_notices_waiting_seconds",
        "Age of the oldest of them.",
        lambda own: _s(own.store.oldest_letter) if own.store else None,
    ),
    _Figure(
        "trueup_incidents_open",
        "Incidents that are open, trueup's own among them.",
        lambda own: own.store.incidents if own.store else None,
    ),
    _Figure(
        "trueup_changes_unannounced",
        "Changes of targets that no deploy announced, and that are not settled.",
        lambda own: own.store.changes if own.store else None,
    ),
    _Figure(
        "trueup_coverage_score",
        "How well everything is watched, from 0 to 100.",
        lambda own: own.built.score if own.built else None,
    ),
    _Figure(
        "trueup_page_age_seconds",
        "Since the status page was made for the last time.",
        lambda own: _s(own.page_age),
    ),
    _Figure(
        "trueup_attended_age_seconds",
        "Since open incidents were looked at for reminders and escalations.",
        lambda own: _s(own.attended_age),
    ),
)


class _Ourselves(Collector):
    def __init__(self, own: Own) -> None:
        self._own = own

    def collect(self) -> Iterator[Metric]:
        build = {"version": version("trueup"), "python": platform.python_version()}
        yield InfoMetricFamily("trueup_build", "What is running.", value=build)
        yield _lags(self._own.punctuality)
        for figure in _FIGURES:
            family = figure.family(self._own)
            if family is not None:
                yield family
        if self._own.built is not None:
            yield from _built(self._own.built)


def _built(built: Built) -> Iterator[Metric]:
    says = "How well a component is watched, from 0 to 100."
    scores = GaugeMetricFamily("trueup_component_coverage_score", says, labels=["component"])
    for component, score in built.components.items():
        scores.add_metric([component], score)
    yield scores
    yield _learnt("trueup_pins", "Shapes of answers that probes expect.", built.pins)
    yield _learnt("trueup_baselines", "Lists that are held to what is usual.", built.baselines)


def _learnt(name: str, says: str, learnt: Learnt) -> Metric:
    family = GaugeMetricFamily(name, says, labels=["state"])
    family.add_metric(["in_use"], learnt.in_use)
    family.add_metric(["learning"], learnt.learning)
    return family


def _lags(punctuality: Punctuality) -> Metric:
    bounds = [*(str(bound) for bound in BOUNDS_S), "+Inf"]
    counts = accumulate(punctuality.lags)
    return HistogramMetricFamily(
        "trueup_run_lag_seconds",
        "How long after its slot a run began.",
        buckets=list(zip(bounds, counts, strict=True)),
        sum_value=punctuality.lags_s,
    )


def registry(own: Own) -> CollectorRegistry:
    """What is known of trueup and its process at this moment."""
    found = CollectorRegistry(auto_describe=False)
    found.register(_Ourselves(own))
    ProcessCollector(registry=found)
    return found
