"""What a decision about an incident is made from: the deploys before it, what the action did, what
followed other deploys, and how the probe stands now. Only reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.routing import Severity
from monitor.store import verdicts
from monitor.store.action_words import State
from monitor.store.actions import Mode
from monitor.why import Why

_NEAR: Final = 50
"""So many deploys of a service, and deeds of an action, are looked back at."""
_TROUBLES_MOST: Final = 500
_EXPLAINED: Final = (Why.CAUSE_LIKELY, Why.CAUSE_KNOWN, Why.MAINTENANCE)
"""Incidents that no deploy is to blame for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """One deploy of a service, as it was recorded."""

    id: int
    version: str
    previous: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One time that something was done, or would have been."""

    id: int
    name: str
    mode: str
    incident: int | None
    deploy: int | None
    target: str
    """The version that it went back to; empty when it was none."""
    state: State
    started_at: datetime


def deployed(db: Database, names: Sequence[str], environment: str) -> list[Deployed]:
    """Those of a service that goes by *names*, in *environment* or in none, the newest first."""
    marks = ", ".join("?" * len(names))
    rows = db.execute(
        f"SELECT id, version, previous, note, at FROM deploy WHERE service IN ({marks})"  # noqa: S608 - question marks
        " AND environment IN ('', ?) ORDER BY at DESC, id DESC LIMIT ?",
        (*names, environment, _NEAR),
    )
    return [
        Deployed(id=i, version=version, previous=previous, note=note, at=from_us(at))
        for i, version, previous, note, at in rows.fetchall()
    ]


def acts_of(db: Database, service: str, name: str = "") -> list[Act]:
    """What was done about deploys of a service, or would have been, under whatever name, and what
    the action *name* did; the newest first.
    """
    rows = db.query(
        "SELECT id, name, mode, incident, deploy, target, state, started_at FROM action"
        " WHERE (service = ? OR name = ?) AND decision = 'act' ORDER BY id DESC LIMIT ?",
        [service, name, _NEAR],
    )
    return [
        Act(**row | {"state": State(row["state"]), "started_at": from_us(row["started_at"])})
        for row in rows
    ]


def answered(db: Database) -> set[tuple[str, str, int]]:
    """Name, mode and incident of whatever was decided about the open incidents."""
    rows = db.execute(
        "SELECT DISTINCT name, mode, incident FROM action"
        " JOIN incident ON incident.id = action.incident WHERE resolved_at IS NULL"
    )
    return {(str(name), str(mode), int(number)) for name, mode, number in rows.fetchall()}


def rehearsals(db: Database, incident: int) -> set[str]:
    """The names of the actions that were dry runs when it was decided about the incident."""
    rows = db.execute(
        "SELECT DISTINCT name FROM action WHERE incident = ? AND mode = ?",
        (incident, Mode.DRY_RUN.value),
    )
    return {str(row[0]) for row in rows.fetchall()}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the probe of an open incident stands: so many of the newest runs that said anything
    failed in a row, of those that are remembered, and when the last of them was.
    """

    failing: int = 0
    """None: it passes again."""
    at: datetime | None = None


def standing(db: Database, incident: int) -> Standing:
    row = db.execute(
        "SELECT health.recent, evidence_at FROM incident JOIN health"
        " ON health.probe = incident.probe AND health.location = incident.location"
        " AND health.incident = incident.id WHERE incident.id = ?",
        (incident,),
    ).fetchone()
    if row is None:
        return Standing()
    at = None if row[1] is None else from_us(row[1])
    return Standing(verdicts.bad_at_the_end(row[0]), at)


def troubles(db: Database, probes: Sequence[str], since: datetime) -> list[datetime]:
    """When the critical incidents of *probes* began, from *since* on and the newest first; without
    those that something else explained.
    """
    wanted, explained = (", ".join("?" * len(each)) for each in (probes, _EXPLAINED))
    rows = db.execute(
        "SELECT began_at FROM incident JOIN probe ON probe.key = incident.probe"  # noqa: S608 - question marks
        f" WHERE probe.id IN ({wanted}) AND began_at >= ? AND severity = ?"
        f" AND withheld NOT IN ({explained}) ORDER BY began_at DESC LIMIT ?",
        (*probes, to_us(since), Severity.CRITICAL.value, *_EXPLAINED, _TROUBLES_MOST),
    )
    return [from_us(row[0]) for row in rows.fetchall()]
