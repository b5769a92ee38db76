"""The verdict on a component, from those on its probes and the work announced on them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.config.model import Probe
from monitor.health import Health, Standing, seen_at, worst
from monitor.store.views import ProbeView
from status_page import Condition

_Stands = tuple[Standing, datetime | None]
"""A probe's, and since when announced work on it is under way."""


def standing(probe: Probe, view: ProbeView | None, at: datetime) -> Standing:
    """The verdict on a probe as it is worth at this moment."""
    if view is None:
        return Standing()
    return seen_at(view.standing, view.evidence_at, patience=probe.patience, at=at)


def verdict(stands: Sequence[_Stands]) -> tuple[Condition, datetime | None]:
    """And since when. What is down or slow without having been announced is said first; else it is
    maintenance for as long as announced work on any probe is under way, whatever that probe sees
    meanwhile: nobody can say of such a time whether it counts.
    """
    if not stands:
        return Condition.UNWATCHED, None
    others = [each for each, work_at in stands if work_at is None]
    health = worst([each.health for each in others])
    works = [work_at for _, work_at in stands if work_at is not None]
    if works and health not in (Health.DOWN, Health.DEGRADED):
        return Condition.MAINTENANCE, min(works)
    return Condition(health.value), _since(others, health)


def _since(stands: Iterable[Standing], health: Health) -> datetime | None:
    """Down since the first part went down; up since the last part came up."""
    moments = [s.since_at for s in stands if s.health is health and s.since_at is not None]
    if not moments:
        return None
    return max(moments) if health is Health.UP else min(moments)
