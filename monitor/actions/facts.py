"""What surrounds an incident while it is decided whether something is done about it. Inside the
writer's transaction, so that nothing changes between the decision and its row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.actions import guard
from monitor.actions.guard import Facts
from monitor.config.changes import Action, Service
from monitor.context import SUMMARY, Context
from monitor.notices import About
from monitor.routing import Severity
from monitor.store import action_facts, attended
from monitor.store.action_facts import Deployed, Standing
from monitor.store.attended import Attended
from monitor.why import Why

NETWORK = "network"
"""The name of the own trouble that makes every failing run doubtful."""


@dataclass(slots=True)
class Moment:
    """What is the same for every incident that is looked at together."""

    db: Database
    context: Context
    at: datetime
    doubt: bool
    """Whether trueup's own network is in doubt."""
    _maintained: dict[str, bool] = field(default_factory=dict)
    _deploys: dict[str, list[Deployed]] = field(default_factory=dict)
    _troubles: dict[str, list[datetime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.doubt = self.doubt or NETWORK in attended.own_open(self.db)

    def maintained(self, service: Service) -> bool:
        """Whether work is announced on any of its probes."""
        if service.id not in self._maintained:
            self._maintained[service.id] = any(
                _maintained(self.db, self.context, probe, self.at) for probe in service.probes
            )
        return self._maintained[service.id]

    def deploys(self, service: Service) -> list[Deployed]:
        if service.id not in self._deploys:
            names = (service.id, *service.also)
            environment = self.context.config.environment
            self._deploys[service.id] = action_facts.deployed(self.db, names, environment)
        return self._deploys[service.id]

    def troubles(self, service: Service) -> list[datetime]:
        """When critical incidents of its probes began, as far back as its deploys are known."""
        if service.id not in self._troubles:
            since = min((each.at for each in self.deploys(service)), default=self.at)
            self._troubles[service.id] = action_facts.troubles(self.db, service.probes, since)
        return self._troubles[service.id]


def facts_of(moment: Moment, action: Action, incident: Attended) -> Facts:
    db, context, at = moment.db, moment.context, moment.at
    config, probe = context.config, incident.probe
    service = config.changes.services.get(action.service) or Service(
        id=action.service, name=action.service, probes=()
    )
    standing = action_facts.standing(db, incident.number)
    silenced = attended.announced_until(db, "silence", probe, context.tags_of(probe), at)
    return Facts(
        incident=incident.number,
        environment=config.environment,
        service=service.id,
        probe=probe,
        of_probe=is_of_probe(incident),
        watched=probe in service.probes,
        component=any(probe in each.probes for each in config.components.values()),
        critical=incident.severity is Severity.CRITICAL,
        reaches=bool(context.routing_of(probe).channels_at(Severity.CRITICAL, at)),
        began_at=incident.began_at,
        opened_at=incident.opened_at,
        told=_is_told(db, incident),
        maintained=moment.maintained(service),
        silenced=silenced is not None,
        acknowledged=_is_acknowledged(db, incident, at),
        in_doubt=moment.doubt,
        failing=standing.failing,
        stale=_is_stale(context, probe, standing, at),
        rehearsed_by=action_facts.rehearsals(db, incident.number),
        deploys=moment.deploys(service),
        troubles=moment.troubles(service),
        rival=_rival(moment, service, incident),
        acts=action_facts.acts_of(db, service.id, action.id),
        others=frozenset(config.changes.actions) - {action.id},
    )


def _is_stale(context: Context, probe: str, standing: Standing, at: datetime) -> bool:
    known = context.config.probes.get(probe)
    lately = max(guard.LATELY, known.patience) if known else guard.LATELY
    return standing.at is None or at - standing.at > lately


def _rival(moment: Moment, service: Service, incident: Attended) -> Deployed | None:
    others = moment.context.config.changes.services_of(incident.probe)
    known = [
        deploy
        for other in others
        if other.id != service.id
        for deploy in moment.deploys(other)
        if deploy.at <= incident.began_at
    ]
    return max(known, key=lambda deploy: (deploy.at, deploy.id), default=None)


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
