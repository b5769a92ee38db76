"""Writing down that a version of a service went out, and that it did not. Inside the writer's
transaction.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.acts.orders import (
    SOMEBODY,
    CannotAct,
    Done,
    ForgetDeploy,
    No,
    RecordDeploy,
    instant,
)
from monitor.acts.planning import Known
from monitor.clock import iso
from monitor.config.changes import Service
from monitor.config.nearest import remedy
from monitor.notices import lines, span
from monitor.store import deploys
from monitor.store.deploys import Deploy
from probes import write_duration

AHEAD: Final = timedelta(minutes=5)
"""A clock that is no further ahead of ours is only wrong; what it says is taken for now."""
OLDEST: Final = timedelta(days=7)
"""What programs tell later than that is no news."""
BY_HAND: Final = "cli"
_JUST_NOW: Final = timedelta(minutes=1)
_LISTED_MOST: Final = 8
_KEY_MAX: Final = 200


def record(db: Database, order: RecordDeploy, config: Known, at: datetime) -> Done:
    """Raises CannotAct for one that is still to come, and for old ones that no person tells."""
    when, clock = _moment(order, at)
    service = config.changes.service(order.service)
    name = service.id if service else order.service
    environment = _environment(order.environment, config.environment)
    told = Deploy(
        service=name,
        version=order.version,
        previous=order.previous,
        environment=environment,
        by=order.by,
        url=order.url,
        note=order.note,
        source=order.source,
        key=_key(
            order.source,
            order.key or f"{name} {order.version} {environment} {iso(when.replace(microsecond=0))}",
        ),
        at=when,
        recorded_at=at,
    )
    pagers = config.pagers if environment == config.environment and when >= at - OLDEST else ()
    deploy, new = deploys.add(db, told, pagers)
    if not new:
        return _known_already(deploy, forgotten=not deploy.id)
    said = (_recorded(deploy), clock, _watched(deploy, service, config, at))
    return Done(
        " ".join(each for each in said if each),
        facts(deploy)
        | {
            "changed": True,
            "probes": list(service.probes) if service else [],
            "told": list(pagers),
        },
    )


def forget(db: Database, order: ForgetDeploy, at: datetime) -> Done:
    """Raises CannotAct when there is none, and when something was done because of it."""
    deploy = deploys.one(db, order.number)
    if deploy is None:
        raise CannotAct(
            No.UNKNOWN_NUMBER,
            f"there is no deploy {order.number}; trueup deploy list shows the number of each",
        )
    if (done := deploys.acted_upon(db, deploy.id)) is not None:
        action, incident = done
        raise CannotAct(
            No.ACTED_UPON,
            f"action {action} was carried out because of it, in incident {incident}, and that has"
            " to stay explained; to say what really runs: trueup deploy record",
        )
    told = deploys.told_of(db, deploy.id)
    deploys.forget(db, deploy, order.by or SOMEBODY, at)
    who = f" {', '.join(told)} heard of it already." if told else ""
    return Done(
        f"Forgotten: {title(deploy)}. It is listed, named and gone back to no longer.{who}",
        facts(deploy) | {"changed": True, "told": told},
    )


def _moment(order: RecordDeploy, at: datetime) -> tuple[datetime, str]:
    """When it was, and what there is to say about that."""
    when = (order.at or at).astimezone(UTC)
    if when > at + AHEAD:
        raise CannotAct(
            No.BAD_TIME,
            f"{instant(when)} is still to come, here it is {instant(at)}; record a deploy once it"
            " is out, and should it be out, correct the clock of whoever tells of it",
        )
    if when < at - OLDEST and order.source != BY_HAND:
        raise CannotAct(
            No.BAD_TIME,
            f"{instant(when)} is more than {OLDEST.days} days ago, and nobody waits for that; to"
            " have it in the history: trueup deploy record --at",
        )
    if when <= at:
        return when, ""
    ahead = span(when - at)
    return (
        at,
        f"The clock of whoever tells of it is {ahead} ahead of this one, so it counts as now.",
    )


def _environment(told: str, ours: str) -> str:
    """As we write it where ours is meant."""
    return ours if told.casefold() in {"", ours.casefold()} else told


def _key(source: str, told: str) -> str:
    key = f"{source}:{told}"
    if len(key) <= _KEY_MAX:
        return key
    return f"{source}:{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()}"


def title(deploy: Deploy) -> str:
    """`api 1.4.2 (before: 1.4.1), by ci, at 2026-03-14 02:00:00 UTC`."""
    before = f" (before: {deploy.previous})" if deploy.previous else ""
    by = f", by {deploy.by}" if deploy.by else ""
    return f"{deploy.service} {deploy.version}{before}{by}, at {lines.instant(deploy.at)}"


def _recorded(deploy: Deploy) -> str:
    return f"Recorded: {title(deploy)}."


def _known_already(deploy: Deploy, *, forgotten: bool) -> Done:
    known = "Known already, and forgotten since" if forgotten else "Known already"
    said = f"{known}: {title(deploy)}. Nothing changed."
    return Done(said, facts(deploy) | {"changed": False})


def _watched(deploy: Deploy, service: Service | None, config: Known, at: datetime) -> str:
    """Which probes notice when something is wrong with it, and how closely they look."""
    if deploy.environment != config.environment:
        return (
            f"It went to {deploy.environment}, and {config.environment} is watched here: it is kept"
            " and listed, and nothing follows from it."
        )
    if service is None:
        return _nobody_watches(deploy, config)
    if not service.probes:
        return f"No probe watches it; name some under [service.{service.id}] probes."
    count = len(service.probes)
    named = ", ".join(service.probes[:_LISTED_MOST]) + (", …" if count > _LISTED_MOST else "")
    watch = f"{count} probes watch it: {named}" if count > 1 else f"One probe watches it: {named}"
    return f"{watch}{_closely(deploy, service, at)}."


def _closely(deploy: Deploy, service: Service, at: datetime) -> str:
    until = deploy.at + service.watch_for
    if until <= at:
        return ""
    who = "it is" if len(service.probes) == 1 else "they are"
    just_now = at - deploy.at < _JUST_NOW
    lasts = f"for {span(service.watch_for)}" if just_now else f"until {until:%H:%M} UTC"
    return f"; {who} asked every {write_duration(service.watch_every)} {lasts}"


def _nobody_watches(deploy: Deploy, config: Known) -> str:
    names = list(config.changes.services)
    nearest = f" ({remedy(deploy.service, names, 'services')})" if names else ""
    return (
        f"No service is called {deploy.service}{nearest}, so no probe is known to watch it: it is"
        " named with every incident that follows, and nothing is done because of it. To change"
        " that, write down which probes watch it under [service.ID] of the configuration."
    )


def facts(deploy: Deploy) -> dict[str, Any]:
    """For programs."""
    return {
        "deploy": deploy.id,
        "service": deploy.service,
        "version": deploy.version,
        "previous": deploy.previous,
        "environment": deploy.environment,
        "by": deploy.by,
        "url": deploy.url,
        "note": deploy.note,
        "source": deploy.source,
        "key": deploy.key,
        "at": iso(deploy.at),
        "recorded_at": iso(deploy.recorded_at),
    }
