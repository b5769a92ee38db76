"""What was learned and is no longer true. Inside the writer's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.acts.orders import AcceptChange, CannotAct, Done, ForgetBaseline, No
from monitor.acts.planning import Known
from monitor.clock import iso
from monitor.config.nearest import remedy
from monitor.notices.altered import said_of
from monitor.store import baselines, fingerprints
from monitor.store.fingerprints import Change, Stands


def forget_baseline(db: Database, order: ForgetBaseline, config: Known) -> Done:
    """What is usual is learned from the next runs on."""
    if order.probe not in config.probes:
        raise CannotAct(
            No.UNKNOWN_NAME,
            f"there is no probe {order.probe!r}; {remedy(order.probe, config.probes, 'probes')}",
        )
    hours = baselines.forget(db, order.probe)
    known = f"Forgotten: {of_hours(hours)}" if hours else "Nothing of it was known"
    said = f"The baseline of {order.probe} begins anew. {known}."
    return Done(said, {"probe": order.probe, "hours": hours, "changed": hours > 0})


def accept(db: Database, order: AcceptChange, at: datetime) -> Done:
    """What nobody was told of yet is told to nobody; an incident of it ends soon."""
    known = fingerprints.unsettled(db)
    found = [each for each in known if order.number in (None, each.id)]
    if not found and order.number is not None:
        raise CannotAct(No.UNKNOWN_NUMBER, _why_not(db, order.number))
    for each in found:
        fingerprints.settle(db, each.id, Stands.ACCEPTED, at)
    told = [each.incident for each in found if each.state is Stands.TOLD]
    many = f"{len(found)} changes are" if len(found) != 1 else f"{title(found[0])} is"
    ends = " Those who were told hear that it is over." if told else ""
    said = f"{many} accepted.{ends}" if found else "Nothing changed that is not settled."
    return Done(said, {"accepted": [each.id for each in found], "changed": bool(found)})


def _why_not(db: Database, number: int) -> str:
    known = fingerprints.one(db, number)
    if known is None:
        return f"there is no change {number}; trueup changes lists all"
    return f"change {number} is settled already: {known.state.value}"


def title(change: Change) -> str:
    """`Change 3, runtime Quill/5.6.40 → Quill/8.0.2 of https://web.example.org`."""
    return (
        f"Change {change.id}, {said_of(change.name, change.was, change.became)} of {change.target}"
    )


def facts(change: Change) -> dict[str, Any]:
    """For programs."""
    return {
        "change": change.id,
        "target": change.target,
        "origin": change.origin,
        "probe": change.probe,
        "what": change.name,
        "was": change.was,
        "became": change.became,
        "seen_at": iso(change.seen_at),
        "before_at": iso(change.before_at) if change.before_at else None,
        "state": change.state.value,
        "incident": change.incident,
        "settled_at": iso(change.settled_at) if change.settled_at else None,
    }


def of_hours(count: int) -> str:
    """How much was known."""
    return f"{count} hours of good runs" if count != 1 else "one hour of good runs"
