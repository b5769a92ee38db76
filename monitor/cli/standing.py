"""What people did about an incident, and why nobody is told of it, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitor.acts.orders import instant
from monitor.clock import iso
from monitor.store.views import IncidentView
from monitor.why import in_words


def around(view: IncidentView, at: datetime) -> list[str]:
    """Whatever there is to say, in short."""
    said = []
    if view.withheld and view.told_at is None:
        said.append(_withheld(view))
    if view.flapping and view.resolved_at is None:
        said.append("flapping")
    if view.acknowledged(at) or (view.acknowledged_at and view.resolved_at):
        until = view.acknowledged_until
        ends = f" until {instant(until)}" if until and view.resolved_at is None else ""
        said.append(f"acknowledged by {view.acknowledged_by}{ends}")
    return said


def _withheld(view: IncidentView) -> str:
    instead = f", see incident {view.under}" if view.under else ""
    return f"{in_words(view.withheld)}{instead}"


def acknowledgement(view: IncidentView) -> dict[str, Any] | None:
    """For programs."""
    if view.acknowledged_at is None:
        return None
    return {
        "by": view.acknowledged_by,
        "at": iso(view.acknowledged_at),
        "until": iso(view.acknowledged_until) if view.acknowledged_until else None,
    }
