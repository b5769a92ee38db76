"""How incidents are told in public: what was seen, what people made of it, what they wrote by hand.

Read here, written by `speaking`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us

TABLES: Final = """
CREATE TABLE public_incident (
    id INTEGER PRIMARY KEY,
    incident INTEGER UNIQUE REFERENCES incident (id),
    key TEXT UNIQUE,
    title TEXT NOT NULL DEFAULT '',
    audience TEXT NOT NULL DEFAULT '',
    impact TEXT NOT NULL DEFAULT '',
    components TEXT NOT NULL DEFAULT '[]',
    hidden INTEGER NOT NULL DEFAULT 0,
    began_at INTEGER,
    ended_at INTEGER,
    by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    CHECK (incident IS NOT NULL OR (key IS NOT NULL AND began_at IS NOT NULL))
);
CREATE TABLE public_update_of_any (
    id INTEGER PRIMARY KEY,
    incident INTEGER REFERENCES incident (id),
    entry INTEGER REFERENCES public_incident (id),
    at INTEGER NOT NULL,
    status TEXT NOT NULL,
    words TEXT NOT NULL,
    by TEXT NOT NULL,
    edited_at INTEGER,
    edited_by TEXT NOT NULL DEFAULT '',
    hidden INTEGER NOT NULL DEFAULT 0,
    CHECK ((incident IS NULL) <> (entry IS NULL))
);
INSERT INTO public_update_of_any (id, incident, at, status, words, by)
    SELECT id, incident, at, status, words, by FROM public_update;
DROP TABLE public_update;
ALTER TABLE public_update_of_any RENAME TO public_update;
CREATE INDEX public_update_of_incident ON public_update (incident, at);
CREATE INDEX public_update_of_entry ON public_update (entry, at);
ALTER TABLE maintenance ADD COLUMN description TEXT NOT NULL DEFAULT '';
"""
"""What people made of an incident, and those that they wrote by hand, which have a key instead of
an incident. Words belong to either.
"""


KEY_LENGTH: Final = 12
"""Characters: enough that nobody can guess or count with them."""
MOST: Final = 20_000
"""Of one reading. Whoever reads as many has to say that there may be more."""

_MEMBER_OF_HIDDEN: Final = (
    "EXISTS (SELECT 1 FROM public_incident AS above"
    " JOIN incident AS whole ON whole.id = above.incident"
    " JOIN probe AS own ON own.key = whole.probe"
    " WHERE whole.id = incident.under AND own.kind = 'trueup' AND above.hidden)"
)
_UNSAID: Final = {"title": "", "audience": "", "impact": ""}
_SEEN: Final = (
    f"SELECT incident.id AS number, made.id AS entry, substr(dedup_key, 1, {KEY_LENGTH}) AS key,"  # noqa: S608 - constants
    " probe.id AS probe, probe.kind = 'trueup' AS own, components, title, audience, impact,"
    " incident.began_at AS began_at, opened_at, resolved_at, under,"
    " iif(resolved_at IS NULL, NULL, recovered_at) AS ended_at,"
    f" coalesce(made.hidden, 0) OR {_MEMBER_OF_HIDDEN} AS hidden"
    " FROM incident JOIN probe ON probe.key = incident.probe"
    " LEFT JOIN public_incident AS made ON made.incident = incident.id"
    " WHERE (resolved_at IS NULL OR resolved_at >= :since)"
)
_BY_HAND: Final = (
    "SELECT NULL AS number, id AS entry, key, '' AS probe, 0 AS own, components, title,"
    " audience, impact, began_at, created_at AS opened_at, ended_at AS resolved_at, NULL AS under,"
    " ended_at, hidden"
    " FROM public_incident WHERE incident IS NULL AND (ended_at IS NULL OR ended_at >= :since)"
)
_TOLD: Final = (
    f"SELECT * FROM ({_SEEN} UNION ALL {_BY_HAND}) WHERE :hidden OR NOT hidden"  # noqa: S608 - constants
    " ORDER BY resolved_at IS NOT NULL, began_at DESC, number DESC, entry DESC LIMIT :most"
)
_ONE: Final = (
    f"SELECT * FROM ({_SEEN} UNION ALL {_BY_HAND})"  # noqa: S608 - constants
    " WHERE number IS :number AND (number IS NOT NULL OR entry IS :entry)"
)
_SAID: Final = (
    "SELECT * FROM public_update WHERE (incident IN (SELECT value FROM json_each(:incidents))"
    " OR entry IN (SELECT value FROM json_each(:entries))) AND (:hidden OR NOT hidden)"
    " ORDER BY at, id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One update that is told."""

    number: int
    """By which people correct it."""
    at: datetime
    status: str
    words: str
    """Markdown."""
    by: str
    edited_at: datetime | None = None
    edited_by: str = ""
    withdrawn: bool = False
    """Never so where the public reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One incident as the public may hear of it; those that people hide are not among them."""

    key: str
    """Stable and unguessable; public."""
    number: int | None
    """Of the incident behind it; None: written by hand."""
    probe: str
    """Whose incident it is; empty for one by hand."""
    components: tuple[str, ...]
    """Ids that a person named; empty: those that the probe is behind."""
    title: str
    """As a person wrote it; empty: the component's own sentence."""
    audience: str
    """As a person wrote it; empty: the component's own."""
    impact: str
    """As a person set it; empty: what follows from what was seen."""
    began_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    """When it was over for users; None while it is not known to be."""
    under: int | None
    """The incident that it is told under, or explained by."""
    backfilled: bool = False
    updates: tuple[Words, ...] = ()
    """Oldest first."""
    hidden: bool = False
    """Never told. Where pages are made it is here for the ids of others alone, without words."""
    entry: int | None = None
    """By which people name one that they wrote by hand; also of what they made of a seen one."""

    @property
    def name(self) -> str:
        """As people name it on the command line: `12`, or `n3` for one by hand."""
        return f"n{self.entry}" if self.number is None else str(self.number)


def told(db: Database, *, since: datetime, hidden: bool = False) -> list[Told]:
    """Those open or ended after *since*: open ones first, then the newest first, `MOST` at most.
    With *hidden*, for whoever wrote them, as they were written and also what the public does not
    read.
    """
    rows = _rows(db, since, hidden=hidden)
    said = _said(db, rows, hidden=hidden)
    return [_told(row, said) for row in rows]


def for_pages(db: Database, *, since: datetime) -> list[Told]:
    """As `told`, and among it what people hide, stripped of all that they wrote."""
    rows = _rows(db, since, hidden=True)
    said = _said(db, [row for row in rows if not row["hidden"]], hidden=False)
    return [_told(dict(row) | _UNSAID if row["hidden"] else row, said) for row in rows]


def _rows(db: Database, since: datetime, *, hidden: bool) -> list[Mapping[str, Any]]:
    return list(db.query(_TOLD, {"since": to_us(since), "hidden": hidden, "most": MOST}))


def one(db: Database, *, incident: int | None, entry: int | None) -> Told | None:
    """An incident by its number, or one by hand by that of its entry; with all that the public
    does not read.
    """
    rows = list(db.query(_ONE, {"since": 0, "number": incident, "entry": entry}))
    said = _said(db, rows, hidden=True)
    return _told(rows[0], said) if rows else None


def _said(
    db: Database, rows: Iterable[Mapping[str, Any]], *, hidden: bool
) -> dict[tuple[int | None, int | None], list[Words]]:
    """By incident, or by entry where there is none."""
    incidents = [row["number"] for row in rows if row["number"] is not None]
    entries = [row["entry"] for row in rows if row["number"] is None]
    asked = {"incidents": json.dumps(incidents), "entries": json.dumps(entries), "hidden": hidden}
    found: dict[tuple[int | None, int | None], list[Words]] = {}
    for row in db.query(_SAID, asked):
        words = Words(
            number=row["id"],
            at=from_us(row["at"]),
            status=row["status"],
            words=row["words"],
            by=row["by"],
            edited_at=_at(row["edited_at"]),
            edited_by=row["edited_by"],
            withdrawn=bool(row["hidden"]),
        )
        found.setdefault((row["incident"], row["entry"]), []).append(words)
    return found


def _told(
    row: Mapping[str, Any], said: Mapping[tuple[int | None, int | None], list[Words]]
) -> Told:
    number, entry = row["number"], row["entry"]
    whose = (None, entry) if number is None else (number, None)
    return Told(
        key=row["key"],
        number=number,
        probe=row["probe"],
        components=tuple(json.loads(row["components"] or "[]")),
        title=row["title"] or "",
        audience=row["audience"] or "",
        impact=row["impact"] or "",
        began_at=from_us(row["began_at"]),
        opened_at=from_us(row["opened_at"]),
        ended_at=_at(row["ended_at"]),
        under=row["under"],
        backfilled=number is None,
        updates=tuple(said.get(whose, ())),
        hidden=bool(row["hidden"]),
        entry=entry,
    )


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)
