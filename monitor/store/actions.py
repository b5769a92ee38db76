"""Rows of what was done about incidents, and of why nothing was. Functions that write run inside
the writer's transaction.

A row that says `act` is committed before anything is sent, and is the only one of its action,
deploy and mode: that nothing is done twice is held by the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.notices import Deed
from monitor.store import action_words
from monitor.store.action_words import State, Verdict
from monitor.why import Why

ACT: Final = "act"
NOT: Final = "not"
OUTPUT_MAX: Final = 64 * 1024
_DEEDS_MOST: Final = 10


@unique
class Mode(StrEnum):
    LIVE = "live"
    DRY_RUN = "dry-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is written down of every decision, whichever it is."""

    name: str
    mode: str
    service: str
    incident: int
    deploy: int | None
    at: datetime
    why: str


def refrained(db: Database, entry: Entry) -> bool:
    """Writes down why nothing is done, when it is for this reason for the first time. Whether it
    was written.
    """
    known = db.execute(
        "SELECT 1 FROM action WHERE name = ? AND incident = ? AND mode = ? AND decision = 'not'"
        " AND why = ?",
        (entry.name, entry.incident, entry.mode, entry.why),
    ).fetchone()
    if known is None:
        _insert(db, entry, NOT)
    return known is None


def begin(db: Database, entry: Entry, *, target: str = "") -> int | None:
    """The row of something that is done now: nothing may be sent before it is committed. None: it
    was done already. Of a dry run it is the whole.
    """
    dry = entry.mode == Mode.DRY_RUN
    return _insert(
        db,
        entry,
        ACT,
        state=State.DRY if dry else State.STARTED,
        started_at=to_us(entry.at),
        ended_at=to_us(entry.at) if dry else None,
        target=target,
    )


def _insert(db: Database, entry: Entry, decision: str, **columns: Any) -> int | None:
    values = {
        "name": entry.name,
        "mode": entry.mode,
        "service": entry.service,
        "incident": entry.incident,
        "deploy": entry.deploy,
        "at": to_us(entry.at),
        "decision": decision,
        "why": entry.why,
        **columns,
    }
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    row = db.execute(
        f"INSERT INTO action ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING id",  # noqa: S608 - our own names
        values,
    ).fetchone()
    return int(row[0]) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What became of it. `answer` is one line; neither text holds secrets."""

    state: State
    answer: str
    at: datetime
    output: str = ""
    verify_until: datetime | None = None
    """Until when it has to help; None: nobody looks."""


def ended(db: Database, row: int, ending: Ending) -> None:
    db.execute(
        "UPDATE action SET state = ?, answer = ?, output = ?, ended_at = ?, verify_until = ?"
        " WHERE id = ?",
        (
            ending.state.value,
            ending.answer,
            ending.output[-OUTPUT_MAX:],
            to_us(ending.at),
            to_us(ending.verify_until) if ending.verify_until else None,
            row,
        ),
    )


def left_behind(db: Database, busy: Sequence[int], at: datetime) -> list[tuple[int, int]]:
    """Marks as unknown what was begun and is not *busy*: the program before this one was ended
    while it was asked. Gives row and incident of each.
    """
    rows = db.execute("SELECT id, incident FROM action WHERE state = 'started'").fetchall()
    found = [(int(row), int(incident)) for row, incident in rows if row not in busy]
    for row, _ in found:
        ended(db, row, Ending(state=State.UNKNOWN, answer=action_words.CUT_OFF, at=at))
    return found


@dataclass(frozen=True, slots=True)
class Verifying:
    """A deed of which is not known yet whether it helped."""

    row: int
    name: str
    incident: int
    until: datetime


def verifying(db: Database) -> list[Verifying]:
    """Those whose incident is still open."""
    rows = db.execute(
        "SELECT action.id, action.name, incident, verify_until FROM action"
        " JOIN incident ON incident.id = action.incident"
        " WHERE state = 'done' AND verdict = '' AND verify_until IS NOT NULL"
        " AND resolved_at IS NULL ORDER BY action.id"
    )
    return [Verifying(i, name, n, from_us(until)) for i, name, n, until in rows.fetchall()]


def did_not_help(db: Database, row: int) -> None:
    db.execute("UPDATE action SET verdict = ? WHERE id = ?", (Verdict.NOT_HELPED.value, row))


def resolved(db: Database, incident: int, recovered_at: datetime) -> None:
    """Marks what was done about an incident that ends now; *recovered_at* is its first good run.
    To be called before `deeds_of`, for the notice of the end.
    """
    db.execute(
        "UPDATE action SET verified_at = :at, verdict = CASE WHEN verdict <> '' THEN verdict"
        " WHEN :at < started_at THEN 'before' ELSE 'helped' END"
        " WHERE incident = :incident AND decision = 'act' AND mode = 'live'"
        " AND verified_at IS NULL",
        {"at": to_us(recovered_at), "incident": incident},
    )


def deeds_of(db: Database, incident: int) -> tuple[Deed, ...]:
    """What was done about an incident, or would have been, and about those that it stands for as a
    summary; the oldest first.
    """
    return tuple(
        Deed(
            name=row["name"],
            said=action_words.said(row),
            headline=action_words.headline(row),
            helped=action_words.has_helped(row),
            dry_run=row["state"] == action_words.State.DRY,
            by_hand=action_words.is_by_hand(row),
            at=from_us(row["started_at"]),
        )
        for row in deed_rows(db, incident)
    )


def deed_rows(db: Database, incident: int) -> list[dict[str, Any]]:
    rows = db.query(
        "SELECT action.*, deploy.version, deploy.previous, incident.began_at, incident.opened_at,"
        " incident.notice FROM action JOIN incident ON incident.id = action.incident"
        " LEFT JOIN deploy ON deploy.id = action.deploy"
        " WHERE decision = 'act' AND (action.incident = :of"
        " OR (incident.under = :of AND incident.withheld = :summed)) ORDER BY action.id"
        " LIMIT :most",
        {"of": incident, "summed": Why.IN_A_SUMMARY.value, "most": _DEEDS_MOST},
    )
    return list(rows)


def anything_open(db: Database) -> bool:
    """Whether there is an incident that something might be done about."""
    return (
        db.execute("SELECT 1 FROM incident WHERE resolved_at IS NULL LIMIT 1").fetchone()
        is not None
    )


def audit(
    db: Database,
    *,
    name: str = "",
    incident: int | None = None,
    most: int = 50,
    quiet: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Every column of the newest decisions, with the deploy and probe that they are about, the
    newest first; without those whose reason is one of *quiet*.
    """
    marks = ", ".join("?" * len(quiet))
    rows = db.query(
        "SELECT action.*, deploy.version, deploy.previous, deploy.at AS deployed_at,"  # noqa: S608 - question marks
        " probe.id AS probe, incident.began_at, incident.opened_at, incident.notice"
        " FROM action LEFT JOIN deploy ON deploy.id = action.deploy"
        " LEFT JOIN incident ON incident.id = action.incident"
        " LEFT JOIN probe ON probe.key = incident.probe"
        " WHERE (? = '' OR action.name = ?) AND (? IS NULL OR action.incident = ?)"
        f" AND action.why NOT IN ({marks}) ORDER BY action.id DESC LIMIT ?",
        [name, name, incident, incident, *quiet, most],
    )
    return list(rows)
