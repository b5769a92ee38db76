"""Silences, and maintenance that was not configured: setting them and ending them. Inside the
writer's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.acts.orders import (
    LONGEST,
    SOMEBODY,
    CannotAct,
    Done,
    End,
    Maintain,
    No,
    Silence,
    instant,
)
from monitor.clock import iso
from monitor.config.changes import Changes
from monitor.config.model import Config
from monitor.config.nearest import remedy
from monitor.store import acts
from monitor.store.acts import Kind, Span


@dataclass(frozen=True, slots=True)
class Known:
    """What of the configuration an order may name: the tags of each probe, the probes behind
    what the public sees, and what it sees.
    """

    probes: Mapping[str, frozenset[str]]
    public: frozenset[str]
    components: tuple[str, ...] = ()
    changes: Changes = field(default_factory=Changes)
    environment: str = ""
    """Ours."""
    pagers: tuple[str, ...] = ()
    """The channels that hear of deploys."""


_PAGER: Final = "pagerduty"


def known(config: Config) -> Known:
    pagers = (each.id for each in config.channels.values() if each.kind.name == _PAGER)
    tell = config.changes.deploys.tell
    return Known(
        probes={probe.id: probe.tags for probe in config.probes.values()},
        public=frozenset(p for c in config.components.values() for p in c.probes),
        components=tuple(config.components),
        changes=config.changes,
        environment=config.environment,
        pagers=tuple(pagers) if tell is None else tell,
    )


def plan(db: Database, kind: Kind, order: Silence | Maintain, config: Known, at: datetime) -> Done:
    _demand_known(order, config)
    starts_at = max(order.starts_at or at, at)
    if order.ends_at <= starts_at:
        raise CannotAct(No.BAD_TIME, f"the {kind} would end before it begins")
    if order.ends_at - at > LONGEST:
        raise CannotAct(No.BAD_TIME, f"a {kind} ends within {LONGEST.days} days")
    span = Span(
        id=0,
        probes=frozenset(order.probes),
        tags=frozenset(order.tags),
        words=order.words,
        by=order.by or SOMEBODY,
        starts_at=starts_at,
        ends_at=order.ends_at,
        description=order.description if isinstance(order, Maintain) else "",
    )
    span = replace(span, id=acts.add_span(db, kind, span, created_at=at))
    return Done(_planned(kind, span, at), span_facts(span) | {"changed": True})


def _planned(kind: Kind, span: Span, at: datetime) -> str:
    since = "" if span.starts_at <= at else f" from {instant(span.starts_at)}"
    goes_on = (
        "Nobody is told meanwhile; probing and recording go on."
        if kind is Kind.SILENCE
        else "The public page announces it, and nobody is told meanwhile."
    )
    until = instant(span.ends_at)
    return f"{kind.capitalize()} {span.id} of {scope(span)}{since} until {until}. {goes_on}"


def _demand_known(order: Silence | Maintain, config: Known) -> None:
    if bool(order.probes or order.tags) == order.everything:
        raise CannotAct(
            No.NOTHING_NAMED, "name probes or tags, or say that everything is meant (not both)"
        )
    tags = frozenset(tag for tags in config.probes.values() for tag in tags)
    named: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("probe", order.probes, config.probes),
        ("tag", order.tags, sorted(tags)),
    )
    for what, written, choices in named:
        for name in written:
            if name not in choices:
                raise CannotAct(
                    No.UNKNOWN_NAME,
                    f"there is no {what} {name!r}; {remedy(name, choices, f'{what}s')}",
                )


def end(db: Database, order: End, at: datetime) -> Done:
    """Before its time, or before it even began."""
    kind = Kind(order.what)
    found = acts.span(db, kind, order.number)
    if found is None or found.ends_at <= at:
        said = "there is no" if found is None else "over already is"
        left = [str(each.id) for each in acts.spans(db, kind, at)]
        others = f"those there are: {', '.join(left)}" if left else "there is none at all"
        raise CannotAct(No.UNKNOWN_NUMBER, f"{said} {kind} {order.number}; {others}")
    acts.end_span(db, kind, order.number, at)
    return Done(
        f"{kind.capitalize()} {found.id} of {scope(found)} is over.",
        span_facts(found) | {"changed": True, "ends_at": iso(at)},
    )


def scope(span: Span) -> str:
    return in_words(span.probes, span.tags)


def in_words(probes: Iterable[str], tags: Iterable[str]) -> str:
    """`signin, web and everything tagged shop`."""
    parts = [", ".join(sorted(probes)), *(f"everything tagged {tag}" for tag in sorted(tags))]
    return " and ".join(part for part in parts if part) or "everything"


def span_facts(span: Span) -> dict[str, Any]:
    """For programs."""
    return {
        "number": span.id,
        "probes": sorted(span.probes),
        "tags": sorted(span.tags),
        "words": span.words,
        "description": span.description,
        "by": span.by,
        "starts_at": iso(span.starts_at),
        "ends_at": iso(span.ends_at),
    }
