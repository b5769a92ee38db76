"""How incidents are told in public: what was seen, what people made of it, what they wrote by hand.

Functions that write run inside the writer's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.store import acts, views


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


def told(db: Database, *, since: datetime) -> list[Told]:
    """Those open or ended after *since*: open ones first, then the newest first."""
    said = acts.updates(db, since=since)
    return [
        Told(
            key=view.dedup_key[:12],
            number=view.number,
            probe=view.probe,
            components=(),
            title="",
            audience="",
            impact="",
            began_at=view.began_at,
            opened_at=view.opened_at,
            ended_at=view.recovered_at if view.resolved_at else None,
            under=view.under,
            updates=tuple(
                Words(number=0, at=each.at, status=each.status, words=each.words, by=each.by)
                for each in said.get(view.number, [])
            ),
        )
        for view in views.incidents(db, since=since)
    ]
