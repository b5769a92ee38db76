"""Incidents that people wrote down, in the list of all incidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.text import Text
from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.acts.orders import instant
from monitor.cli import tables
from monitor.clock import iso
from monitor.notices import one_line
from monitor.store import public
from monitor.store.public import Told, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the list: `words` in one cell or two, as there is room."""

    name: str
    whose: str
    began_at: datetime
    ended_at: datetime | None
    words: Sequence[Text]


def since(db: Database, at: datetime) -> list[Told]:
    return [each for each in public.told(db, since=at, hidden=True) if each.number is None]


def still_open(db: Database, at: datetime) -> list[Told]:
    return [each for each in since(db, at) if each.ended_at is None]


def reminder(told: Told) -> str:
    """Of one that is open: nothing ends it but people."""
    named = f"Incident {told.name}, written by hand, is open since {instant(told.began_at)}"
    said = summary(told).rstrip(".")
    return f'{named}: {said}. When it is over: trueup say {told.name} resolved "…"'


def line(told: Told) -> Line:
    hidden = ", hidden" if told.hidden else ""
    seen, said = Text(summary(told)), f"written by hand{hidden}"
    return Line(
        name=told.name,
        whose=", ".join(told.components) or "everything",
        began_at=told.began_at,
        ended_at=told.ended_at,
        words=[seen, Text(said)] if tables.roomy() else [seen.append(f"\n{said}", style="dim")],
    )


def newest(told: Told) -> Words | None:
    """Of what is read."""
    return next((each for each in reversed(told.updates) if not each.withdrawn), None)


def summary(told: Told) -> str:
    """Its title, or else what was said last."""
    words = newest(told)
    return told.title or (one_line(words.words) if words else "")


def document(told: Told) -> dict[str, Any]:
    """For programs; with the keys of one that was seen."""
    unknown: dict[str, Any] = dict.fromkeys(
        ("probe", "reason", "failed_step", "dedup_key", "severity", "told_at", "withheld", "under",
         "trace_id", "acknowledged")
    )  # fmt: skip
    ended_at = iso(told.ended_at) if told.ended_at else None
    return unknown | {
        "incident": None,
        "name": told.name,
        "key": told.key,
        "components": list(told.components),
        "began_at": iso(told.began_at),
        "opened_at": iso(told.opened_at),
        "recovered_at": ended_at,
        "resolved_at": ended_at,
        "summary": summary(told),
        "failures": 0,
        "flapping": False,
        "hidden": told.hidden,
        "told": [],
    }
