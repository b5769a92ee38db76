"""What surrounds an incident while it is decided whether something is done about it. Inside the
writer's transaction, so that nothing changes between the decision and its row.
"""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.actions.guard import Facts
from monitor.config.changes import Action, Service
from monitor.context import SUMMARY, Context
from monitor.notices import About
from monitor.routing import Severity
from monitor.store import actions, attended
from monitor.store.attended import Attended
from monitor.why import Why

NETWORK = "network"
"""The name of the own trouble that makes every failing run doubtful."""


def facts_of(
    db: Database, context: Context, action: Action, incident: Attended, at: datetime, *, doubt: bool
) -> Facts:
    """*doubt*: whether trueup's own network is in doubt, beyond what the store knows."""
    config = context.config
    service = config.changes.services.get(action.service) or Service(
        id=action.service, name=action.service, probes=()
    )
    routing = context.routing_of(incident.probe)
    return Facts(
        incident=incident.number,
        environment=config.environment,
        service=service.id,
        probe=incident.probe,
        of_probe=is_of_probe(incident),
        watched=incident.probe in service.probes,
        component=any(incident.probe in each.probes for each in config.components.values()),
        critical=incident.severity is Severity.CRITICAL,
        reaches=bool(routing.channels_at(Severity.CRITICAL, at)),
        began_at=incident.began_at,
        opened_at=incident.opened_at,
        told=_is_told(db, incident),
        maintained=any(_maintained(db, context, each, at) for each in service.probes),
        silenced=attended.announced_until(
            db, "silence", incident.probe, context.tags_of(incident.probe), at
        )
        is not None,
        acknowledged=_is_acknowledged(db, incident, at),
        in_doubt=doubt or NETWORK in attended.own_open(db),
        deploys=actions.deployed(db, (service.id, *service.also), config.environment),
        acts=actions.acts_of(db, action.id),
    )


def is_of_probe(incident: Attended) -> bool:
    """Not trueup's own, no summary, no objective."""
    own = incident.own or incident.probe == SUMMARY
    return not own and incident.full_notice().about is About.PROBE


def stands_for(db: Database, incident: Attended) -> Attended:
    """The incident by which people know of it: its summary, or itself."""
    if incident.withheld == Why.IN_A_SUMMARY and incident.under is not None:
        return attended.one(db, incident.under) or incident
    return incident


def _is_told(db: Database, incident: Attended) -> bool:
    return stands_for(db, incident).told_at is not None


def _is_acknowledged(db: Database, incident: Attended, at: datetime) -> bool:
    known_by = stands_for(db, incident)
    return incident.is_acknowledged(at) or known_by.is_acknowledged(at)


def _maintained(db: Database, context: Context, probe: str, at: datetime) -> bool:
    written = attended.announced_until(db, "maintenance", probe, context.tags_of(probe), at)
    return written is not None or context.maintained_until(probe, at) is not None
