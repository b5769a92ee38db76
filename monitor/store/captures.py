"""What is fetched when an incident opens: due, started, and then ended or lost. Inside the writer's
transaction, apart from what only reads.

The letters of an opening wait for it, each until an instant of its own (`held_until`); whoever ends
the last one lets them go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.notices import Captured, EventKind, from_json, to_json
from monitor.store.captured import NOTHING, Fetched, Kept, first_of
from monitor.why import Why

__all__ = [
    "Capture",
    "Due",
    "Fetched",
    "Kept",
    "any_held",
    "due",
    "ended",
    "firsts_of",
    "forget",
    "held_until",
    "let_go",
    "lose",
    "of_incident",
    "plan",
    "shown_with",
    "take",
]

DUE_MOST: Final = 2000
MEMBERS_MOST: Final = 20
"""Captures of the members of a summary that are shown with it."""
CUT_OFF: Final = "trueup was ended meanwhile"
_SECOND_US: Final = 1_000_000
_UNDER_WAY: Final = "('due', 'started')"


class Capture(Protocol):
    """What is configured, as `monitor.config.changes.Capture` has it."""

    @property
    def id(self) -> str: ...

    @property
    def before(self) -> timedelta: ...

    @property
    def wait(self) -> timedelta: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One that has to be fetched for one incident."""

    id: int
    incident: int
    probe: str
    name: str
    failed_at: datetime
    """When the first failing run began."""
    since_at: datetime
    planned_at: datetime
    letters_wait_until: datetime


def plan(
    db: Database, incident: int, captures: Iterable[Capture], since: datetime, at: datetime
) -> None:
    """Has *captures* fetched for an incident whose first failing run began at *since*: what was
    written before that, but nothing that belongs to the incident before it.
    """
    earliest = _end_before(db, incident, since)
    for each in captures:
        db.execute(
            "INSERT OR IGNORE INTO capture"
            " (incident, name, state, since_at, planned_at, letters_wait_until)"
            " VALUES (?, ?, 'due', ?, ?, ?)",
            (
                incident,
                each.id,
                max(to_us(since - each.before), earliest),
                to_us(at),
                to_us(at + each.wait),
            ),
        )


def _end_before(db: Database, incident: int, since: datetime) -> int:
    """When the probe of *incident* had passed again before that, in microseconds; a whole second,
    since logs are asked for in those. 0: it never failed.
    """
    row = db.execute(
        "SELECT max(ended.recovered_at) FROM incident JOIN incident AS ended"
        " ON ended.probe = incident.probe AND ended.location = incident.location"
        " WHERE incident.id = ? AND ended.recovered_at <= ?",
        (incident, to_us(since)),
    ).fetchone()
    return min(-(-(row[0] or 0) // _SECOND_US) * _SECOND_US, to_us(since))


def held_until(db: Database, incident: int, at: datetime) -> datetime:
    """When the letters of its opening may go at the latest; *at*, where they wait for nothing."""
    row = db.execute(
        "SELECT max(letters_wait_until) FROM capture"  # noqa: S608 - a constant
        f" WHERE incident = ? AND state IN {_UNDER_WAY} AND planned_at <= ?",
        (incident, to_us(at)),
    ).fetchone()
    return at if row[0] is None else max(at, from_us(row[0]))


def due(db: Database) -> list[Due]:
    """The oldest first."""
    rows = db.query(
        "SELECT capture.*, probe.id AS probe_id, began_at FROM capture"
        " JOIN incident ON incident.id = capture.incident"
        " JOIN probe ON probe.key = incident.probe"
        " WHERE state = 'due' ORDER BY capture.id LIMIT ?",
        [DUE_MOST],
    )
    return [_due(row) for row in rows]


def take(db: Database, ids: Iterable[int], at: datetime) -> list[int]:
    """Marks those that are still due as started; which they are."""
    rows = db.execute(
        "UPDATE capture SET state = 'started', started_at = ? WHERE state = 'due'"
        " AND id IN (SELECT value FROM json_each(?)) RETURNING id",
        (to_us(at), json.dumps(list(ids))),
    )
    return [int(row[0]) for row in rows.fetchall()]


def ended(
    db: Database, ids: Iterable[int], fetched: Fetched, at: datetime, *, state: str = "ended"
) -> None:
    """Writes down what came of it, puts it into the notices of those incidents and into the letters
    of their openings that still wait, and lets them go when nothing else is to be waited for.
    """
    rows = db.execute(
        "UPDATE capture SET state = ?, ended_at = ?, why = ?, lines = ?, dropped = ?, text = ?"  # noqa: S608 - a constant
        f" WHERE state IN {_UNDER_WAY} AND id IN (SELECT value FROM json_each(?))"
        " RETURNING incident",
        (
            state,
            to_us(at),
            fetched.why,
            fetched.lines,
            fetched.dropped,
            fetched.text,
            json.dumps(list(ids)),
        ),
    )
    for incident in dict.fromkeys(int(row[0]) for row in rows.fetchall()):
        _tell(db, incident, at)


def lose(db: Database, at: datetime, *, planned_before: datetime) -> int:
    """At a start: what was under way is lost, and what should have been fetched before
    *planned_before* is too old to be of use. How many.
    """
    rows = db.execute(
        "SELECT id, state FROM capture WHERE state = 'started'"
        " OR (state = 'due' AND planned_at < ?)",
        (to_us(planned_before),),
    ).fetchall()
    lost = Fetched(why=CUT_OFF)
    ended(db, [row[0] for row in rows], lost, at, state="lost")
    return len(rows)


def let_go(db: Database, incidents: Iterable[int], at: datetime) -> None:
    """Their letters wait no longer, whatever is still being fetched."""
    for incident in incidents:
        db.execute(f"UPDATE outbox SET next_at = :at WHERE {_HELD}", _held(incident, at))  # noqa: S608 - a constant


def any_held(db: Database, incidents: Iterable[int], at: datetime) -> bool:
    """Whether `let_go` has something to do. Only reads."""
    question = f"SELECT 1 FROM outbox WHERE {_HELD} LIMIT 1"  # noqa: S608 - a constant
    return any(db.execute(question, _held(each, at)).fetchone() for each in incidents)


def forget(db: Database, before: datetime, most: int = 200) -> int:
    """Removes the text of what was fetched before then, so many at a time, but of no open incident;
    how many.
    """
    done = db.execute(
        "UPDATE capture SET text = '' WHERE id IN (SELECT capture.id FROM capture"
        " JOIN incident ON incident.id = capture.incident WHERE text <> '' AND ended_at < ?"
        " AND incident.resolved_at IS NOT NULL LIMIT ?)",
        (to_us(before), most),
    )
    return int(done.rowcount)


def of_incident(db: Database, incident: int) -> tuple[Kept, ...]:
    """In the order of the configuration they were planned in. Only reads."""
    rows = db.query("SELECT * FROM capture WHERE incident = ? ORDER BY id", [incident])
    return tuple(_kept(row) for row in rows)


def shown_with(db: Database, incident: int) -> tuple[Kept, ...]:
    """As `of_incident`; of a summary, those of its members, each once. Only reads."""
    return of_incident(db, incident) or tuple(
        _kept(row)
        for row in db.query(
            "SELECT *, min(id) FROM capture WHERE incident IN"
            " (SELECT id FROM incident WHERE under = ? AND withheld = ?)"
            " GROUP BY name, text, why ORDER BY id LIMIT ?",
            [incident, Why.IN_A_SUMMARY.value, MEMBERS_MOST],
        )
    )


def firsts_of(db: Database, incident: int) -> tuple[Captured, ...]:
    """What notices say of those that are over. Only reads."""
    return tuple(
        Captured(
            name=each.name,
            first=first_of(each.fetched.text),
            lines=each.fetched.lines,
            why="" if each.fetched.lines else each.fetched.why or NOTHING,
        )
        for each in of_incident(db, incident)
        if not each.is_under_way
    )


_HELD: Final = (
    "incident = :incident AND attempts = 0 AND next_at > :at AND delivered_at IS NULL"
    " AND gave_up_at IS NULL AND event IN"
    " (SELECT id FROM event WHERE incident = :incident AND kind = :opened)"
)


def _held(incident: int, at: datetime) -> dict[str, Any]:
    return {"incident": incident, "at": to_us(at), "opened": EventKind.OPENED.value}


def _tell(db: Database, incident: int, at: datetime) -> None:
    captures = firsts_of(db, incident)
    row = db.execute("SELECT notice FROM incident WHERE id = ?", (incident,)).fetchone()
    db.execute(
        "UPDATE incident SET notice = ? WHERE id = ?", (_amended(row[0], captures), incident)
    )
    letters = db.execute(f"SELECT id, body FROM outbox WHERE {_HELD}", _held(incident, at))  # noqa: S608 - a constant
    for letter, body in letters.fetchall():
        db.execute("UPDATE outbox SET body = ? WHERE id = ?", (_amended(body, captures), letter))
    if held_until(db, incident, at) <= at:
        let_go(db, [incident], at)


def _amended(body: str, captures: Sequence[Captured]) -> str:
    """What is no notice of ours stays as it is."""
    try:
        return to_json(replace(from_json(body), captures=tuple(captures)))
    except ValueError:
        return body


def _due(row: dict[str, Any]) -> Due:
    return Due(
        id=row["id"],
        incident=row["incident"],
        probe=row["probe_id"],
        name=row["name"],
        failed_at=from_us(row["began_at"]),
        since_at=from_us(row["since_at"]),
        planned_at=from_us(row["planned_at"]),
        letters_wait_until=from_us(row["letters_wait_until"]),
    )


def _kept(row: dict[str, Any]) -> Kept:
    return Kept(
        id=row["id"],
        name=row["name"],
        state=row["state"],
        since_at=from_us(row["since_at"]),
        planned_at=from_us(row["planned_at"]),
        ended_at=None if row["ended_at"] is None else from_us(row["ended_at"]),
        fetched=Fetched(
            text=row["text"], lines=row["lines"], dropped=row["dropped"], why=row["why"]
        ),
    )
