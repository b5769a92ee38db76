"""Statuspage's API v2 as programs rely on it: every name, what may be null, every word."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
INSTANT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
FLAG: Schema = {"type": "boolean"}


def words(*allowed: str) -> Schema:
    return {"enum": list(allowed)}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def exactly(optional: Schema | None = None, **properties: Schema) -> Schema:
    """An object with all *properties*, perhaps with *optional* ones, and with no others."""
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


COMPONENT_STATUS = words(
    "operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"
)
PAGE = exactly(id=TEXT, name=TEXT, url=TEXT, time_zone=TEXT, updated_at=INSTANT)
STATUS = exactly(
    indicator=words("none", "minor", "major", "critical", "maintenance"), description=TEXT
)
COMPONENT = exactly(
    {"components": listed(TEXT)},
    id=TEXT,
    name=TEXT,
    status=COMPONENT_STATUS,
    created_at=INSTANT,
    updated_at=INSTANT,
    position={"type": "integer", "minimum": 1},
    description=maybe(TEXT),
    showcase=FLAG,
    start_date=maybe(DAY),
    group_id=maybe(TEXT),
    page_id=TEXT,
    group=FLAG,
    only_show_if_degraded=FLAG,
)
AFFECTED = exactly(code=TEXT, name=TEXT, old_status=COMPONENT_STATUS, new_status=COMPONENT_STATUS)


def told(statuses: Schema, impacts: Schema, **more: Schema) -> Schema:
    update = exactly(
        id=TEXT,
        status=statuses,
        body=TEXT,
        incident_id=TEXT,
        created_at=INSTANT,
        updated_at=INSTANT,
        display_at=INSTANT,
        affected_components=maybe(listed(AFFECTED)),
        deliver_notifications=FLAG,
        custom_tweet=maybe(TEXT),
        tweet_id=maybe(TEXT),
    )
    return exactly(
        id=TEXT,
        name=TEXT,
        status=statuses,
        created_at=INSTANT,
        updated_at=INSTANT,
        monitoring_at=maybe(INSTANT),
        resolved_at=maybe(INSTANT),
        impact=impacts,
        shortlink=TEXT,
        started_at=INSTANT,
        page_id=TEXT,
        incident_updates=listed(update) | {"minItems": 1},
        components=listed(COMPONENT),
        **more,
    )


INCIDENT = told(
    words("investigating", "identified", "monitoring", "resolved", "postmortem"),
    words("none", "minor", "major", "critical"),
)
WORK = told(
    words("scheduled", "in_progress", "verifying", "completed"),
    words("maintenance"),
    scheduled_for=INSTANT,
    scheduled_until=INSTANT,
)
_INCIDENTS = exactly(page=PAGE, incidents=listed(INCIDENT))
_WORKS = exactly(page=PAGE, scheduled_maintenances=listed(WORK))
FILES: dict[str, Schema] = {
    "api/v2/status.json": exactly(page=PAGE, status=STATUS),
    "api/v2/components.json": exactly(page=PAGE, components=listed(COMPONENT)),
    "api/v2/incidents.json": _INCIDENTS,
    "api/v2/incidents/unresolved.json": _INCIDENTS,
    "api/v2/scheduled-maintenances.json": _WORKS,
    "api/v2/scheduled-maintenances/active.json": _WORKS,
    "api/v2/scheduled-maintenances/upcoming.json": _WORKS,
    "api/v2/summary.json": exactly(
        page=PAGE,
        status=STATUS,
        components=listed(COMPONENT),
        incidents=listed(INCIDENT),
        scheduled_maintenances=listed(WORK),
    ),
}
SHIELD = exactly(
    schemaVersion={"const": 1},
    label=TEXT,
    message={"type": "string", "minLength": 1},
    color={"type": "string", "pattern": "^#[0-9a-f]{6}$"},
    labelColor={"type": "string", "pattern": "^#[0-9a-f]{6}$"},
    isError=FLAG,
    cacheSeconds={"type": "integer", "minimum": 300},
)
"""What shields' endpoint badge takes."""
