"""Many incidents told as one. Inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announcing, deciding
from monitor.context import SUMMARY, Context
from monitor.notices import NO_LONGER_WATCHED, About, Captured, Change, EventKind, Member, Notice
from monitor.notices.changes import DEPLOYS_MOST
from monitor.routing import Routing
from monitor.store import attended, incidents
from monitor.store.attended import Attended
from monitor.store.circles import Membership
from monitor.why import Why

NAMED_MOST: Final = 20
CAPTURES_MOST: Final = 5


def begin(
    db: Database, context: Context, mine: str, waiting: Sequence[Attended], at: datetime
) -> None:
    """One incident that stands for all of *waiting*, which are of the circle *mine*: they matter as
    much as each other, and are told on the same channels.
    """
    first = min(waiting, key=lambda one: one.began_at)
    new = incidents.NewIncident(
        probe=attended.own_key(db, SUMMARY, "Several at once"),
        location=context.config.location,
        began_at=first.began_at,
        opened_at=at,
        reason="",
        summary=said(len(waiting)),
        failed_step="",
        failures=len(waiting),
        severity=first.severity,
    )
    number, key = incidents.open_incident(db, new, instance=context.instance)
    for one in waiting:
        incidents.add_bare_event(
            db, one.number, announcing.WITHHELD, at, why=Why.IN_A_SUMMARY.value
        )
        attended.change(db, one.number, withheld=Why.IN_A_SUMMARY.value, look_at=None, under=number)
    notice = _notice(waiting, number, key, at)
    notice = replace(notice, environment=context.config.environment, severity=first.severity)
    attended.change(db, number, notice=notice, circle=mine, joined_at=at)
    opened = attended.one(db, number)
    if opened is not None:
        channels = context.routing_of(first.probe).channels_at(first.severity, at)
        announcing.tell(db, opened, channels, at, why=Why.SEVERAL_TOGETHER)


def said(count: int) -> str:
    """For lists of incidents."""
    return f"{count} incidents that opened together"


def grows_at(summary: Attended) -> datetime:
    """When the news that it grew may be told: once nobody has joined for a while, and at the
    latest a minute after the last news.
    """
    last_told_at = summary.reminded_at or summary.told_at or summary.opened_at
    joined_at = summary.joined_at or summary.opened_at
    return min(joined_at + deciding.GATHER_FOR, last_told_at + deciding.STORM_WITHIN)


def grow(db: Database, summary: Attended, news: Notice, members: Membership) -> None:
    """News of the same incident, under the same key: what is `present`, with what else is known."""
    at, notice = news.at, replace(news, event=EventKind.WORSENED)
    told = incidents.channels_told(db, summary.number)
    announcing.notify(db, summary.number, notice, told, why=Why.MORE_JOINED)
    attended.change(
        db,
        summary.number,
        notice=notice,
        failures=members.count,
        reminded_at=at,
        summary=said(members.count),
    )


def present(db: Database, summary: Attended, at: datetime) -> Notice:
    """The summary with the members that are open now; all of them when none is."""
    inside = attended.members(db, summary.number, still_open=True)
    inside = inside or attended.members(db, summary.number, still_open=False)
    known = summary.full_notice()
    if not inside:
        return replace(known, at=at)
    notice = _notice(inside, summary.number, known.dedup_key, at)
    return replace(
        notice,
        began_at=summary.began_at,
        environment=known.environment,
        severity=known.severity,
    )


def end(db: Database, summary: Attended, members: Membership, at: datetime) -> None:
    """Every one of them is over, or nobody looks there any more."""
    recovered_at = members.recovered_at or at
    ended = incidents.resolve_incident(
        db, summary.number, recovered_at=recovered_at, resolved_at=at
    )
    notice = replace(
        summary.full_notice(),
        event=EventKind.RESOLVED,
        at=at,
        dedup_key=ended.dedup_key,
        members_count=members.count,
        lasted=max(recovered_at - summary.began_at, timedelta()) if members.watched else None,
        outcome="PASS" if members.watched else NO_LONGER_WATCHED,
    )
    told = incidents.channels_told(db, summary.number)
    why = Why.ALL_OVER if members.watched else Why.NO_LONGER_WATCHED
    announcing.notify(db, summary.number, notice, told, why=why)


def routing_of(db: Database, context: Context, incident: Attended) -> Routing:
    """Of a summary, that of its members: they are of one circle."""
    if incident.probe != SUMMARY:
        return context.routing_of(incident.probe)
    inside = attended.members(db, incident.number, still_open=True)
    known = [one.probe for one in inside if one.probe in context.config.probes]
    return context.routing_of(known[0] if known else incident.probe)


def _notice(inside: Sequence[Attended], number: int, key: str, at: datetime) -> Notice:
    notices = [one.full_notice() for one in inside[:NAMED_MOST]]
    components = dict.fromkeys(name for notice in notices for name in notice.components)
    first = notices[0]
    return Notice(
        event=EventKind.OPENED,
        about=About.SUMMARY,
        incident=number,
        sequence=1,
        dedup_key=key,
        probe=SUMMARY,
        probe_name="Several at once",
        kind=attended.OWN_KIND,
        environment=first.environment,
        location=first.location,
        began_at=min(one.began_at for one in inside),
        at=at,
        outcome="FAIL",
        reason="",
        summary="",
        components=tuple(components),
        members=tuple(_member(one, notice) for one, notice in zip(inside, notices, strict=False)),
        members_count=len(inside),
        page=first.page,
        last_good_at=first.last_good_at,
        deploys=_deploys(notices),
        captures=_captures(notices),
    )


def _deploys(notices: Sequence[Notice]) -> tuple[Change, ...]:
    """Of all members, each once, the newest first."""
    found = dict.fromkeys(each for notice in notices for each in notice.deploys)
    return tuple(sorted(found, key=attrgetter("at"), reverse=True)[:DEPLOYS_MOST])


def _captures(notices: Sequence[Notice]) -> tuple[Captured, ...]:
    """Of all members, each once: most of them share what was fetched."""
    found = dict.fromkeys(each for notice in notices for each in notice.captures)
    return tuple(found)[:CAPTURES_MOST]


def _member(incident: Attended, notice: Notice) -> Member:
    name = notice.components[0] if notice.components else notice.probe_name
    return Member(incident.number, incident.probe, name)
