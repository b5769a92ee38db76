"""Whether something is done by itself about an incident. Pure: whoever asks brings the facts and
the time. Whatever is in doubt is a no, and every no has a name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from monitor.actions import filling, releases
from monitor.actions.filling import Values
from monitor.config.changes import Action, ActionMode
from monitor.store.action_facts import Act, Deployed
from monitor.store.action_words import State


@unique
class Because(StrEnum):
    """The reason of a decision, as it is stored."""

    # It is done
    FOLLOWS_DEPLOY = "follows_deploy"
    # It is not the incident for it
    NO_SERVICE = "no_service"
    NOT_WATCHED = "not_watched"
    OVER = "over"
    NO_COMPONENT = "no_component"
    NOT_CRITICAL = "not_critical"
    NOBODY_TO_TELL = "nobody_to_tell"
    # It is not the deploy for it
    NO_DEPLOY = "no_deploy"
    TOO_LONG_AFTER = "too_long_after"
    NEWER_DEPLOY = "newer_deploy"
    LIKELIER_DEPLOY = "likelier_deploy"
    IS_ROLL_BACK = "is_roll_back"
    # It was done
    DONE_FOR_DEPLOY = "done_for_deploy"
    DONE_FOR_INCIDENT = "done_for_incident"
    WAS_DRY_RUN = "was_dry_run"
    # It is not the time for it
    MAINTENANCE = "maintenance"
    SILENCED = "silenced"
    ACKNOWLEDGED = "acknowledged"
    NOBODY_TOLD = "nobody_told"
    PASSES_AGAIN = "passes_again"
    FAILED_ONCE = "failed_once"
    NETWORK_IN_DOUBT = "network_in_doubt"
    COOLS_DOWN = "cools_down"
    TOO_LATE = "too_late"
    NOT_SEEN_LATELY = "not_seen_lately"
    # It cannot be put into words
    PREVIOUS_UNKNOWN = "previous_unknown"
    PREVIOUS_BROKEN = "previous_broken"
    VALUE_UNSAFE = "value_unsafe"


_WORDS: Final = {
    Because.FOLLOWS_DEPLOY: "the incident follows a deploy of the service",
    Because.NO_SERVICE: "it is no incident of a probe",
    Because.NOT_WATCHED: "the probe does not watch the service",
    Because.OVER: "it is over",
    Because.NO_COMPONENT: "the probe belongs to no component, so nobody is missing anything",
    Because.NOT_CRITICAL: "it is not critical",
    Because.NOBODY_TO_TELL: "nobody would be told of it",
    Because.NO_DEPLOY: "no deploy of the service is known before its first failing run",
    Because.TOO_LONG_AFTER: "the deploy before it is older than the action looks back",
    Because.NEWER_DEPLOY: "there is a newer deploy: somebody is acting already",
    Because.LIKELIER_DEPLOY: "another service that the probe watches was deployed after it",
    Because.IS_ROLL_BACK: "the deploy was a roll-back itself",
    Because.DONE_FOR_DEPLOY: "it was done for this deploy already",
    Because.DONE_FOR_INCIDENT: "it was done for this incident already",
    Because.WAS_DRY_RUN: "the action was still a dry run when it was decided about it",
    Because.MAINTENANCE: "work on the service is announced",
    Because.SILENCED: "the probe is silenced",
    Because.ACKNOWLEDGED: "somebody is on it",
    Because.NOBODY_TOLD: "nobody was told of it yet",
    Because.PASSES_AGAIN: "the probe passes again",
    Because.FAILED_ONCE: "the probe has failed only once so far, as when something restarts",
    Because.NETWORK_IN_DOUBT: "trueup's own network is in doubt",
    Because.COOLS_DOWN: "it was done for another deploy a short while ago",
    Because.TOO_LATE: "the incident has been open for too long to surprise anybody",
    Because.NOT_SEEN_LATELY: "the probe has not run for a while, as after a stop of trueup",
    Because.PREVIOUS_UNKNOWN: "nobody knows the version before",
    Because.PREVIOUS_BROKEN: "the version before broke something itself when it was deployed",
    Because.VALUE_UNSAFE: "the version does not look like one, and is handed to nobody",
}

BESIDE_THE_POINT: Final = (Because.NO_SERVICE, Because.NOT_WATCHED)
"""Reasons that nobody asks for: it is not about the service at all."""
FAILURES: Final = 2
"""So many runs in a row, the newest one among them, have to have failed, however few open an
incident: one is what a restart looks like.
"""
LATELY: Final = timedelta(minutes=1)
"""What was seen so long ago, or the patience of its probe if that is longer, may be otherwise now.
"""


def in_words(because: str) -> str:
    """For people; what is no reason of ours is given back as it is."""
    return next((words for known, words in _WORDS.items() if known == because), because)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an incident, its service and what was done, at one moment."""

    incident: int
    environment: str
    service: str
    probe: str
    of_probe: bool = True
    """It is no summary, no objective, and not trueup's own."""
    watched: bool
    component: bool
    critical: bool
    reaches: bool
    """Its routing tells somebody when it is critical."""
    began_at: datetime
    opened_at: datetime
    is_open: bool = True
    told: bool
    """People were told, or are being told by what stands in the outbox."""
    maintained: bool = False
    silenced: bool = False
    acknowledged: bool = False
    in_doubt: bool = False
    """Whether trueup's own network is."""
    failing: int = FAILURES
    """So many of the newest runs of the probe failed in a row."""
    stale: bool = False
    """The newest of them was a while ago."""
    rehearsed_by: Collection[str] = ()
    """Actions that were dry runs when it was decided about this incident."""
    deploys: Sequence[Deployed] = ()
    """Of the service in our environment, the newest first."""
    rival: Deployed | None = None
    """The newest deploy before the first failing run of the other services that the probe watches.
    """
    troubles: Sequence[datetime] = ()
    """When critical incidents of the service's probes began."""
    acts: Sequence[Act] = ()
    """What was done about deploys of the service, the newest first, in either mode."""
    others: Collection[str] = ()
    """The ids of the other actions that are configured."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`deploy` is the one that the incident follows, as far as that was seen."""

    acts: bool
    because: Because
    deploy: Deployed | None = None
    values: Values | None = None


def decide(action: Action, facts: Facts, at: datetime) -> Decision:
    """Every guard is asked, the first one that says no gives the reason."""
    if (no := _wrong_incident(facts)) is not None:
        return Decision(acts=False, because=no)
    deploy, no = _followed(action, facts)
    if deploy is None or no is not None:
        return Decision(acts=False, because=no or Because.NO_DEPLOY, deploy=deploy)
    values = _values(facts, deploy)
    no = (
        _done_already(action, facts, deploy)
        or _wrong_moment(action, facts, at)
        or _unspeakable(action, facts, deploy, values)
    )
    if no is not None:
        return Decision(acts=False, because=no, deploy=deploy)
    return Decision(acts=True, because=Because.FOLLOWS_DEPLOY, deploy=deploy, values=values)


def still_wanted(action: Action, facts: Facts, version: str, at: datetime) -> bool:
    """Whether what was begun about a deploy of *version* would be begun now, had it not been."""
    if _wrong_incident(facts) is not None:
        return False
    deploy, no = _followed(action, facts)
    if deploy is None or deploy.version != version or no is not None:
        return False
    return _wrong_moment(replace(action, cool_down=timedelta()), facts, at) is None


def _first(*guards: tuple[bool, Because]) -> Because | None:
    return next((because for holds, because in guards if holds), None)


def _wrong_incident(facts: Facts) -> Because | None:
    return _first(
        (not facts.of_probe, Because.NO_SERVICE),
        (not facts.watched, Because.NOT_WATCHED),
        (not facts.is_open, Because.OVER),
        (not facts.component, Because.NO_COMPONENT),
        (not facts.critical, Because.NOT_CRITICAL),
        (not facts.reaches, Because.NOBODY_TO_TELL),
    )


def _followed(action: Action, facts: Facts) -> tuple[Deployed | None, Because | None]:
    """The newest deploy before the first failing run, and what speaks against it."""
    deploy = next((each for each in facts.deploys if each.at <= facts.began_at), None)
    if deploy is None:
        return None, Because.NO_DEPLOY
    no = _first(
        (facts.began_at - deploy.at > action.within, Because.TOO_LONG_AFTER),
        (facts.deploys[0].version != deploy.version, Because.NEWER_DEPLOY),
        (_is_likelier(facts.rival, deploy), Because.LIKELIER_DEPLOY),
        (releases.is_roll_back(facts.deploys, facts.acts, deploy), Because.IS_ROLL_BACK),
    )
    return deploy, no


def _is_likelier(rival: Deployed | None, deploy: Deployed) -> bool:
    """What was changed last is what broke it, and two services are not taken back at once."""
    return rival is not None and (rival.at, rival.id) > (deploy.at, deploy.id)


def _done_already(action: Action, facts: Facts, deploy: Deployed) -> Because | None:
    mine, same = _mine(action, facts), releases.recorded_as(facts.deploys, deploy)
    return _first(
        (any(act.deploy in same for act in mine), Because.DONE_FOR_DEPLOY),
        (any(act.incident == facts.incident for act in mine), Because.DONE_FOR_INCIDENT),
        (is_live(action) and _was_rehearsed(facts), Because.WAS_DRY_RUN),
    )


def _mine(action: Action, facts: Facts) -> list[Act]:
    """What counts as done: what was done under a name that no action has any more, too; a dry run
    holds nothing live back.
    """
    modes = (action.mode, ActionMode.LIVE)
    return [act for act in facts.acts if act.mode in modes and act.name not in facts.others]


def _was_rehearsed(facts: Facts) -> bool:
    return any(name not in facts.others for name in facts.rehearsed_by)


def _wrong_moment(action: Action, facts: Facts, at: datetime) -> Because | None:
    return _first(
        (facts.maintained, Because.MAINTENANCE),
        (facts.silenced, Because.SILENCED),
        (facts.acknowledged, Because.ACKNOWLEDGED),
        (not facts.told, Because.NOBODY_TOLD),
        (facts.failing == 0, Because.PASSES_AGAIN),
        (facts.failing < FAILURES, Because.FAILED_ONCE),
        (facts.in_doubt, Because.NETWORK_IN_DOUBT),
        (_cools_down(action, facts, at), Because.COOLS_DOWN),
        (at - facts.opened_at > action.within, Because.TOO_LATE),
        (facts.stale, Because.NOT_SEEN_LATELY),
    )


def _cools_down(action: Action, facts: Facts, at: datetime) -> bool:
    """A clock that was put back makes it longer, never shorter."""
    return any(
        at - act.started_at < action.cool_down
        for act in _mine(action, facts)
        if act.state is not State.UNSENT
    )


def _values(facts: Facts, deploy: Deployed) -> Values:
    known = releases.known_before(facts.deploys, deploy)
    given = deploy.previous or known
    return Values(
        service=facts.service,
        version=deploy.version,
        previous=given if given != deploy.version else known,
        environment=facts.environment,
        incident=str(facts.incident),
        probe=facts.probe,
    )


def _unspeakable(action: Action, facts: Facts, deploy: Deployed, values: Values) -> Because | None:
    stay = releases.stay_before(facts.deploys, facts.acts, deploy, values.previous)
    broken = filling.goes_back(action) and (
        releases.was_acted_upon(facts.deploys, facts.acts, values.previous)
        or releases.broke(stay, facts.troubles, action.within)
    )
    return _first(
        ("previous" in filling.used(action) and not values.previous, Because.PREVIOUS_UNKNOWN),
        (broken, Because.PREVIOUS_BROKEN),
        (not filling.is_safe(action, values), Because.VALUE_UNSAFE),
    )


def is_live(action: Action) -> bool:
    return action.mode is ActionMode.LIVE
