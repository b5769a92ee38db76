"""Who was really told of a change: the letters that name it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.fingerprints import Change

_NAMES_IT: Final = (
    "EXISTS (SELECT 1 FROM json_each(iif(json_valid(body), body, '{}'), '$.altered') AS its"
    " WHERE its.value ->> 'what' = :name AND its.value ->> 'was' = :was"
    " AND its.value ->> 'became' = :became)"
)


def told_with(db: Database, change: Change, probes: Collection[str]) -> int | None:
    """The incident of one of these *probes*, or of several with one of them among it, of which a
    letter names the change. None while nobody was told with any.
    """
    rows = db.execute(
        "SELECT outbox.incident, probe.id, body ->> '$.members' FROM outbox"  # noqa: S608 - a constant
        " JOIN incident ON incident.id = outbox.incident JOIN probe ON probe.key = incident.probe"
        " WHERE outbox.incident IN"
        "  (SELECT id FROM incident WHERE resolved_at IS NULL OR resolved_at >= :found_at)"
        f" AND created_at >= :found_at AND {_NAMES_IT} ORDER BY outbox.id",
        {**_values(change), "found_at": to_us(change.found_at)},
    )
    for number, probe, members in rows.fetchall():
        if not {probe, *_probes(members)}.isdisjoint(probes):
            return int(number)
    return None


def is_told(db: Database, change: Change) -> bool:
    """Whether a letter of its incident names it. Letters that are old have lost their words."""
    row = db.execute(
        f"SELECT 1 FROM outbox WHERE incident = :incident AND (body = '' OR {_NAMES_IT}) LIMIT 1",  # noqa: S608 - a constant
        {**_values(change), "incident": change.incident},
    ).fetchone()
    return row is not None


def says_habit(db: Database, change: Change) -> bool:
    """Whether somebody got a letter of its incident that says that the next one like it is not
    told.
    """
    row = db.execute(
        "SELECT 1 FROM outbox WHERE incident = :incident AND delivered_at IS NOT NULL AND EXISTS"
        " (SELECT 1 FROM json_each(iif(json_valid(body), body, '{}'), '$.habits') AS its"
        " WHERE its.value ->> 'what' = :name) LIMIT 1",
        {"incident": change.incident, "name": change.name},
    ).fetchone()
    return row is not None


def _values(change: Change) -> dict[str, Any]:
    return {"name": change.name, "was": change.was, "became": change.became}


def _probes(members: str | None) -> list[str]:
    return [str(each["probe"]) for each in json.loads(members or "[]")]
