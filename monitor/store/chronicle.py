"""All that is written down about one incident, table by table. Plain SELECTs, no writing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.store import action_words, actions
from monitor.why import Why

RUNS_MOST: Final = 20_000
ACTIONS_MOST: Final = 50
_LEFT_FOR_NEWER: Final = (Why.OVER_BEFORE_TOLD.value, Why.NEWER_NEWS.value)
_INCIDENT: Final = (
    "SELECT incident.id AS number, probe.id AS probe, probe.name AS probe_name,"
    " probe.kind = 'trueup' AS own, location, began_at, opened_at, recovered_at, resolved_at,"
    " reason, summary, failed_step, failures, severity, notice, told_at, withheld, under,"
    " acknowledged_at, acknowledged_by, flapping"
    " FROM incident JOIN probe ON probe.key = incident.probe"
)
_FAILING: Final = (
    "SELECT slot + lag_us, outcome.name, coalesce(reason.name, ''), tries, coalesce(note, '')"
    " FROM run INDEXED BY run_not_passed JOIN outcome ON outcome.code = run.outcome"
    " LEFT JOIN reason ON reason.code = run.reason"
    " WHERE probe = (SELECT key FROM probe WHERE id = ?)"
    " AND location = (SELECT key FROM location WHERE id = ?)"
    " AND outcome <> 1 AND slot >= ? AND slot <= ? ORDER BY slot LIMIT ?"
)
_LETTERS: Final = (
    "SELECT event.kind, event.at, channel, attempts, first_tried_at, delivered_at, gave_up_at,"
    " outbox.why, iif(json_valid(body), json_extract(body, '$.acknowledged_by'), '')"
    " FROM outbox JOIN event ON event.id = outbox.event WHERE outbox.incident = ?"
    " ORDER BY outbox.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An incident as its row has it. `notice` is JSON, or empty."""

    number: int
    probe: str
    probe_name: str
    own: bool
    """It is of trueup itself: a summary, the budget of an objective, its own trouble."""
    location: str
    began_at: datetime
    opened_at: datetime
    recovered_at: datetime | None
    resolved_at: datetime | None
    reason: str
    summary: str
    failed_step: str
    failures: int
    severity: str
    notice: str
    told_at: datetime | None
    withheld: str
    under: int | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    flapping: bool

    @property
    def ended_at(self) -> datetime | None:
        """When it worked again, once it is known to be over."""
        return (self.recovered_at or self.resolved_at) if self.resolved_at else None


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that did not pass."""

    at: datetime
    outcome: str
    reason: str
    tries: int
    note: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was decided about it."""

    kind: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One event for one channel, and what became of it."""

    kind: str
    queued_at: datetime
    channel: str
    attempts: int
    first_tried_at: datetime | None
    delivered_at: datetime | None
    gave_up_at: datetime | None
    why: str
    acknowledged_by: str

    @property
    def refused(self) -> bool:
        """Given up, and not because something newer was to be said."""
        return self.gave_up_at is not None and self.why not in _LEFT_FOR_NEWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """A decision about an action, and what came of it."""

    name: str
    mode: str
    service: str
    at: datetime
    decision: str
    why: str
    state: str
    started_at: datetime | None
    ended_at: datetime | None
    answer: str
    verified_at: datetime | None
    verdict: str
    said: str
    """The whole of it as one sentence; empty of what was not done."""


def one(db: Database, number: int) -> Known | None:
    return next(iter(_incidents(db, "incident.id = ?", number)), None)


def under(db: Database, number: int) -> list[Known]:
    """Those that are told, or explained, by another one; in the order they opened."""
    return _incidents(db, "incident.under = ? ORDER BY incident.id", number)


def overlapping(
    db: Database, probes: Iterable[str], since: datetime, until: datetime
) -> list[Known]:
    """Incidents of *probes* that were open at some time between, in the order they opened."""
    return _incidents(
        db,
        "probe.id IN (SELECT value FROM json_each(?)) AND began_at <= ?"
        " AND (resolved_at IS NULL OR coalesce(recovered_at, resolved_at) >= ?)"
        " ORDER BY incident.id",
        *(json.dumps(sorted(probes)), to_us(until), to_us(since)),
    )


def open_between(db: Database, since: datetime, until: datetime, most: int) -> list[Known]:
    """Whatever was open at some time between, also of trueup itself, in the order they opened."""
    return _incidents(
        db,
        "began_at <= ? AND (resolved_at IS NULL OR coalesce(recovered_at, resolved_at) >= ?)"
        " ORDER BY incident.id LIMIT ?",
        *(to_us(until), to_us(since), most),
    )


def between(db: Database, since: datetime, until: datetime) -> list[Known]:
    """Those of probes that were open at some time from *since* to before *until*, the oldest first;
    also of probes that are configured no more.
    """
    return _incidents(
        db,
        "probe.kind <> 'trueup' AND began_at < ?"
        " AND (resolved_at IS NULL OR coalesce(recovered_at, resolved_at) >= ?)"
        " ORDER BY began_at, incident.id",
        *(to_us(until), to_us(since)),
    )


def failing(db: Database, probe: str, location: str, since: datetime, until: datetime) -> list[Ran]:
    """Runs that did not pass, the oldest first; none where runs are not kept any more."""
    asked = (probe, location, to_us(since), to_us(until), RUNS_MOST)
    rows = db.execute(_FAILING, asked).fetchall()
    return [Ran(from_us(at), *rest) for at, *rest in rows]


def events(db: Database, number: int) -> list[Event]:
    rows = db.execute(
        "SELECT kind, at, why FROM event WHERE incident = ? ORDER BY sequence", (number,)
    )
    return [Event(kind, from_us(at), why) for kind, at, why in rows.fetchall()]


def letters(db: Database, number: int) -> list[Letter]:
    return [
        Letter(
            kind=kind,
            queued_at=from_us(queued),
            channel=channel,
            attempts=attempts,
            first_tried_at=_at(tried),
            delivered_at=_at(delivered),
            gave_up_at=_at(gave_up),
            why=why,
            acknowledged_by=by or "",
        )
        for kind, queued, channel, attempts, tried, delivered, gave_up, why, by in db.execute(
            _LETTERS, (number,)
        ).fetchall()
    ]


def acted(db: Database, number: int) -> list[Acted]:
    """Decisions about actions, in the order they were made."""
    said = {row["id"]: action_words.said(row) for row in actions.deed_rows(db, number)}
    rows = reversed(actions.audit(db, incident=number, most=ACTIONS_MOST))
    names = [field.name for field in fields(Acted) if field.name != "said"]
    return [
        Acted(said=said.get(row["id"], ""), **_instants({name: row[name] for name in names}))
        for row in rows
    ]


def first_told(db: Database, numbers: Iterable[int]) -> dict[int, datetime]:
    """When a channel first took news of each incident, or of the summary that it is told in."""
    rows = db.execute(
        "SELECT incident.id, min(delivered_at) FROM incident JOIN outbox"
        " ON outbox.incident = incident.id OR outbox.incident = incident.under"
        " JOIN event ON event.id = outbox.event AND event.kind NOT IN ('resolved', 'test')"
        " WHERE incident.id IN (SELECT value FROM json_each(?)) AND delivered_at IS NOT NULL"
        " GROUP BY incident.id",
        (json.dumps(sorted(numbers)),),
    )
    return {number: from_us(at) for number, at in rows.fetchall()}


def first_acknowledged(db: Database, numbers: Iterable[int]) -> dict[int, datetime]:
    """Also of what was acknowledged with the summary that it is told in."""
    rows = db.execute(
        "SELECT incident.id, min(coalesce(event.at, acknowledged_at)) FROM incident LEFT JOIN event"
        " ON (event.incident = incident.id OR event.incident = incident.under)"
        " AND event.kind = 'acknowledged'"
        " WHERE incident.id IN (SELECT value FROM json_each(?))"
        " AND coalesce(event.at, acknowledged_at) IS NOT NULL GROUP BY incident.id",
        (json.dumps(sorted(numbers)),),
    )
    return {number: from_us(at) for number, at in rows.fetchall()}


def _incidents(db: Database, where: str, *values: object) -> list[Known]:
    return [
        _known(row) for row in db.query(f"{_INCIDENT} WHERE {where}", list(values))
    ]  # our own words


def _known(row: Mapping[str, Any]) -> Known:
    flags = {key: bool(row[key]) for key in ("own", "flapping")}
    return Known(**_instants(row) | flags)


def _instants(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _at(v) if k == "at" or k.endswith("_at") else v for k, v in row.items()}


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
