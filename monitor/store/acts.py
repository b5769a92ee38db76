"""What people did: rows of acknowledgements, silences and maintenance; public words are `speaking`.

Lists of probes and tags are JSON, sorted; two empty ones mean everything. Functions that write run
inside the writer's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us

OF_OURS: Final = ("trueup", "objective")
"""Kinds of probes that ask no service."""
SUMMARY: Final = "trueup/summary"


@unique
class Kind(StrEnum):
    """A table of spans that somebody set, and what is left out of telling meanwhile."""

    SILENCE = "silence"
    MAINTENANCE = "maintenance"

    @property
    def words_column(self) -> str:
        return "reason" if self is Kind.SILENCE else "title"

    @property
    def described(self) -> bool:
        """Whether there may be more to say than its words."""
        return self is Kind.MAINTENANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A silence, or maintenance that was not configured. `words`: its reason, or its title."""

    id: int
    probes: frozenset[str]
    tags: frozenset[str]
    words: str
    by: str
    starts_at: datetime
    ends_at: datetime
    description: str = ""
    """More about announced work, as Markdown; empty when the title says it all."""
    created_at: datetime | None = None
    """When it was set; None until it is kept."""

    def concerns(self, probe: str, tags: frozenset[str]) -> bool:
        return not (self.probes or self.tags) or probe in self.probes or bool(tags & self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An incident as far as acting on it needs it. `notice` is JSON, empty when there is none."""

    number: int
    probe: str
    probe_name: str
    kind: str
    notice: str
    began_at: datetime
    recovered_at: datetime | None
    resolved_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_until: datetime | None
    acknowledged_by: str
    under: int | None

    @property
    def is_outage(self) -> bool:
        """Or one that stands for several; no promise that is in danger, and no trouble of ours."""
        return self.kind not in OF_OURS or self.probe == SUMMARY

    def acknowledged(self, at: datetime) -> bool:
        """Whether somebody is on it at *at*; an acknowledgement may have an end."""
        until = self.acknowledged_until
        return self.acknowledged_at is not None and (until is None or at < until)


_STANDING = (
    "SELECT incident.id AS number, probe.id AS probe, probe.name AS probe_name, kind, notice,"
    " began_at, recovered_at, resolved_at, acknowledged_at, acknowledged_until, acknowledged_by,"
    " under"
    " FROM incident JOIN probe ON probe.key = incident.probe"
)


def standing(db: Database, number: int) -> Standing | None:
    return next(_standings(db, "incident.id = ?", number), None)


def open_incidents(db: Database) -> list[Standing]:
    """The newest first."""
    return list(_standings(db, "resolved_at IS NULL ORDER BY incident.id DESC"))


def open_members(db: Database, number: int) -> list[Standing]:
    """Those told, or explained, by another incident."""
    return list(_standings(db, "under = ? AND resolved_at IS NULL ORDER BY incident.id", number))


def newest_incident(db: Database) -> Standing | None:
    """Of whatever kind."""
    return next(_standings(db, "TRUE ORDER BY incident.id DESC LIMIT 1"), None)


def newest_outage(db: Database) -> Standing | None:
    where = "(kind NOT IN (?, ?) OR probe.id = ?) ORDER BY incident.id DESC LIMIT 1"
    return next(_standings(db, where, *OF_OURS, SUMMARY), None)


def _standings(db: Database, where: str, *values: object) -> Iterator[Standing]:
    for row in db.query(f"{_STANDING} WHERE {where}", list(values)):  # our own words
        instants = {
            key: _at(value) for key, value in row.items() if key.endswith(("_at", "_until"))
        }
        yield Standing(**row | instants)


def acknowledge(
    db: Database, number: int, *, by: str, at: datetime, until: datetime | None
) -> None:
    """*until* None: for as long as it lasts."""
    db.execute(
        "UPDATE incident SET acknowledged_at = ?, acknowledged_until = ?, acknowledged_by = ?"
        " WHERE id = ?",
        (to_us(at), None if until is None else to_us(until), by, number),
    )


def unacknowledge(db: Database, number: int, *, at: datetime) -> None:
    """Whoever hears of that has been told, so reminders and escalation begin anew from there."""
    db.execute(
        "UPDATE incident SET acknowledged_at = NULL, acknowledged_until = NULL,"
        " acknowledged_by = '', told_at = iif(told_at IS NULL, NULL, ?), stage = 0,"
        " escalated_at = NULL, reminders = 0, reminded_at = NULL WHERE id = ?",
        (to_us(at), number),
    )


def add_span(db: Database, kind: Kind, span: Span, *, created_at: datetime) -> int:
    """The number it got; that of *span* is not looked at."""
    values: dict[str, object] = {
        "probes": _listed(span.probes),
        "tags": _listed(span.tags),
        kind.words_column: span.words,
        "by": span.by,
        "starts_at": to_us(span.starts_at),
        "ends_at": to_us(span.ends_at),
        "created_at": to_us(created_at),
    }
    if kind.described:
        values["description"] = span.description
    row = db.execute(
        f"INSERT INTO {kind} ({', '.join(values)})"  # noqa: S608 - our own names
        f" VALUES ({', '.join('?' * len(values))}) RETURNING id",
        list(values.values()),
    ).fetchone()
    return int(row[0])


def end_span(db: Database, kind: Kind, number: int, at: datetime) -> None:
    """Ends it at *at*; one that was still to come never was."""
    db.execute(
        f"UPDATE {kind} SET starts_at = min(starts_at, :at), ends_at = :at WHERE id = :number",  # noqa: S608 - our own names
        {"at": to_us(at), "number": number},
    )


def span(db: Database, kind: Kind, number: int) -> Span | None:
    return next(iter(_spans(db, kind, "id = ?", number)), None)


def spans(db: Database, kind: Kind, at: datetime, *, since: datetime | None = None) -> list[Span]:
    """Those under way at *at* and those still to come, in the order they start; with *since*, also
    those that ended after it, but none that was taken back before it began.
    """
    which = "ends_at > ? AND ends_at > starts_at ORDER BY starts_at, id"
    return _spans(db, kind, which, to_us(at if since is None else min(since, at)))


def _spans(db: Database, kind: Kind, where: str, value: int) -> list[Span]:
    described = "description" if kind.described else "''"
    rows = db.query(
        f"SELECT *, {kind.words_column} AS words, {described} AS more FROM {kind} WHERE {where}",  # noqa: S608 - our own names
        [value],
    )
    return [
        Span(
            id=row["id"],
            probes=frozenset(json.loads(row["probes"])),
            tags=frozenset(json.loads(row["tags"])),
            words=row["words"],
            by=row["by"],
            starts_at=from_us(row["starts_at"]),
            ends_at=from_us(row["ends_at"]),
            description=row["more"],
            created_at=from_us(row["created_at"]),
        )
        for row in rows
    ]


def _listed(names: frozenset[str]) -> str:
    return json.dumps(sorted(names), ensure_ascii=False)


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
