"""What words are about: an incident that was seen, with what people made of it, or one that they
wrote by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.acts.finding import find_any
from monitor.acts.orders import CannotAct, No, Which, instant
from monitor.acts.planning import Known
from monitor.notices import About, from_json
from monitor.store import speaking
from monitor.store.acts import Standing
from monitor.store.attended import OWN_KIND
from monitor.store.speaking import Entry, Whose


@dataclass(frozen=True, slots=True)
class Subject:
    """Without `seen`, the entry is one by hand."""

    seen: Standing | None
    entry: Entry | None

    @property
    def whose(self) -> Whose:
        if self.seen is not None:
            return Whose(incident=self.seen.number)
        return Whose(entry=self.entry.id if self.entry else None)

    @property
    def began_at(self) -> datetime | None:
        if self.seen is not None:
            return self.seen.began_at
        return self.entry.began_at if self.entry else None

    @property
    def ended_at(self) -> datetime | None:
        """When it was over; None while it is open."""
        if self.seen is not None:
            known = self.seen.resolved_at is not None
            return (self.seen.recovered_at or self.seen.resolved_at) if known else None
        return self.entry.ended_at if self.entry else None

    @property
    def hidden(self) -> bool:
        return self.entry is not None and self.entry.hidden

    @property
    def reference(self) -> str:
        """As people name it."""
        if self.seen is not None:
            return str(self.seen.number)
        return f"n{self.entry.id}" if self.entry else ""

    @property
    def name(self) -> str:
        if self.seen is not None:
            return f"incident {self.reference} ({self.seen.probe})"
        named = ", ".join(self.entry.components) if self.entry else ""
        return f"incident {self.reference} ({named or 'everything'}, by hand)"

    def facts(self) -> dict[str, Any]:
        """For programs."""
        return {
            "incident": self.seen.number if self.seen else None,
            "name": self.reference,
            "probe": self.seen.probe if self.seen else None,
            "open": self.ended_at is None,
            "hidden": self.hidden,
        }


def subject(db: Database, which: Which) -> Subject:
    """Raises CannotAct when there is none."""
    found = find_any(db, which)
    if isinstance(found, Entry):
        return Subject(None, found)
    return Subject(found, speaking.of_incident(db, found.number))


def as_it_is_now(db: Database, of: Subject) -> Subject:
    """After it was changed."""
    if of.seen is not None:
        return Subject(of.seen, speaking.of_incident(db, of.seen.number))
    return Subject(None, speaking.by_hand(db, of.reference))


def demand_public(of: Subject, config: Known) -> None:
    """Raises CannotAct when nothing of the public page is concerned."""
    found = of.seen
    if found is None:
        return
    if found.kind == OWN_KIND:
        notice = from_json(found.notice) if found.notice else None
        if notice is None or notice.about is not About.SUMMARY:
            raise CannotAct(
                No.NOT_PUBLIC,
                f"Incident {found.number} ({found.probe}) is trueup's own trouble, of which the"
                " public page says nothing; should people be told of something, write it down"
                " with: trueup say new",
            )
    elif found.probe not in config.public and not (of.entry and of.entry.components):
        raise CannotAct(
            No.NOT_PUBLIC,
            f"Incident {found.number} ({found.probe}) is not on the public page: no component has"
            f" the probe {found.probe!r} among its probes; name what is concerned with"
            " --component",
        )


def demand_over(of: Subject) -> None:
    """Raises CannotAct while it is open."""
    if of.ended_at is not None:
        return
    remedy = (
        "it is over when its probe is good again"
        if of.seen is not None
        else "end it first, by saying resolved or with --ended"
    )
    raise CannotAct(
        No.NOT_OVER, f"a postmortem is for afterwards, and {of.name} is still open; {remedy}"
    )


def moment(of: Subject, said_at: datetime | None, at: datetime) -> datetime:
    """When something was said. Raises CannotAct for the future, and for before it began."""
    if said_at is None:
        return at
    if said_at > at:
        raise CannotAct(
            No.BAD_TIME, f"{instant(said_at)} is still to come; words are of now, or of earlier"
        )
    if of.began_at is not None and said_at < of.began_at:
        remedy = "tell of what was before in words" if of.seen else "say so with --began"
        raise CannotAct(
            No.BAD_TIME,
            f"{of.name} began at {instant(of.began_at)}, and {instant(said_at)} is before that;"
            f" {remedy}",
        )
    return said_at
