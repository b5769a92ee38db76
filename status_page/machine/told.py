"""Incidents and maintenance in the words of Statuspage's API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from status_page.incident import Impact, Incident, Maintenance, Stage
from status_page.machine import facts
from status_page.machine.events import Event, Turn, of_incident, of_work
from status_page.machine.facts import stamp
from status_page.machine.rows import Json, page_id
from status_page.machine.saying import incident_name, unwritten, work_name
from status_page.markdown import to_text
from status_page.page import Page
from status_page.tongue import Tongue

_OF_IMPACT: Final = {
    Impact.NONE: "operational",
    Impact.MINOR: "degraded_performance",
    Impact.MAJOR: "major_outage",
    Impact.CRITICAL: "major_outage",
}
_STATUS: Final = {
    Turn.OPENED: "investigating",
    Turn.ANNOUNCED: "scheduled",
    Turn.BEGAN: "in_progress",
    Turn.ENDED: "completed",
}
_OPEN: Final = {Stage.INVESTIGATING, Stage.IDENTIFIED, Stage.MONITORING}
_USUAL: Final = "operational"
_PLANNED: Final = "under_maintenance"
_CHANGES: Final = {
    Turn.ANNOUNCED: (_USUAL, _USUAL),
    Turn.BEGAN: (_USUAL, _PLANNED),
    Turn.ENDED: (_PLANNED, _USUAL),
}


def incident_row(page: Page, incident: Incident, rows: Sequence[Json], speaking: Tongue) -> Json:
    over = incident.resolved_at
    stage = incident.stage if over or incident.stage in _OPEN else Stage.MONITORING
    watched = (update.at for update in incident.updates if update.stage is Stage.MONITORING)
    monitoring_at = next(watched, None)
    updates = [
        _update(event, incident, rows, speaking) for event in reversed(of_incident(incident))
    ]
    return {
        "id": incident.id,
        "name": incident_name(incident, speaking),
        "status": stage.value,
        "created_at": stamp(incident.began_at),
        "updated_at": stamp(incident.changed_at),
        "monitoring_at": stamp(monitoring_at) if monitoring_at else None,
        "resolved_at": stamp(over) if over else None,
        "impact": incident.impact.value,
        "shortlink": facts.address(page, facts.incident_path(incident)),
        "started_at": stamp(incident.began_at),
        "page_id": page_id(page),
        "incident_updates": updates,
        "components": list(rows),
    }


def _update(event: Event, incident: Incident, rows: Sequence[Json], speaking: Tongue) -> Json:
    bad = _OF_IMPACT[incident.impact]
    over = incident.resolved_at is not None and event.turn in {Turn.RESOLVED, Turn.POSTMORTEM}
    good_before = event.turn in {Turn.OPENED, Turn.POSTMORTEM}
    change = (_USUAL if good_before else bad, _USUAL if over else bad)
    return _spoken(event, incident.id, rows, change, speaking)


def _spoken(
    event: Event, id_: str, rows: Sequence[Json], change: tuple[str, str], speaking: Tongue
) -> Json:
    affected = [
        {"code": row["id"], "name": row["name"], "old_status": change[0], "new_status": change[1]}
        for row in rows
    ]
    return {
        "id": facts.short_id(event.id),
        "status": _STATUS.get(event.turn, event.turn.value),
        "body": to_text(event.words) or unwritten(event, speaking),
        "incident_id": id_,
        "created_at": stamp(event.at),
        "updated_at": stamp(event.changed_at),
        "display_at": stamp(event.at),
        "affected_components": affected or None,
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def state_of(work: Maintenance, at: datetime) -> str:
    if at < work.starts_at:
        return "scheduled"
    return "in_progress" if at < work.ends_at else "completed"


def work_row(page: Page, work: Maintenance, rows: Sequence[Json], speaking: Tongue) -> Json:
    """Configured work counts as announced when it starts: nobody knows when it was."""
    dated = replace(work, announced_at=work.announced_at or work.starts_at)
    happened = of_work(dated, page.made_at)
    return {
        "id": work.id,
        "name": work_name(work, speaking),
        "status": state_of(work, page.made_at),
        "created_at": stamp(happened[0].at),
        "updated_at": stamp(happened[-1].at),
        "monitoring_at": None,
        "resolved_at": stamp(work.ends_at) if work.ends_at <= page.made_at else None,
        "impact": "maintenance",
        "shortlink": facts.address(page, facts.work_path(work)),
        "started_at": stamp(work.starts_at),
        "page_id": page_id(page),
        "incident_updates": [
            _spoken(event, work.id, rows, _CHANGES[event.turn], speaking)
            for event in reversed(happened)
        ],
        "components": list(rows),
        "scheduled_for": stamp(work.starts_at),
        "scheduled_until": stamp(work.ends_at),
    }
