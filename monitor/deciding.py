"""Whether people are told of an incident now, later, or not at all. Pure: told what is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.routing import Routing, Severity
from monitor.why import Why

GATHER_FOR: Final = timedelta(seconds=15)
TOGETHER: Final = 3
"""That many that open together are told together."""
STORM: Final = 10
STORM_WITHIN: Final = timedelta(seconds=60)
CAUSE_PATIENCE: Final = timedelta(seconds=30)
"""How long a page waits for a probe that it needs to say whether it is down too."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is known of a probe that another one needs. `incident`: its open one."""

    probe: str
    incident: int | None = None
    undecided: bool = False
    """It is failing, or has not been asked since the trouble began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An open incident that nobody has been told of yet, and what surrounds it."""

    severity: Severity
    routing: Routing
    opened_at: datetime
    silenced_until: datetime | None = None
    maintained_until: datetime | None = None
    needs: tuple[Need, ...] = ()
    recovering_until: datetime | None = None
    """Its cause is over; until then it may recover by itself."""
    together: int = 1
    """Those of its group that opened in the last seconds or are about to, itself included."""
    lately: int = 0
    """Those of its group that people were told of within `STORM_WITHIN`."""
    summary: int | None = None
    """One of its group that it can still join."""
    gathering: bool = True
    """False once it has waited for others, or when it is decided about many at once."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Now, on these channels."""

    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withhold:
    """Not now. `until` is when to look again, None for whenever something changes; `under` is the
    incident that is told instead.
    """

    why: Why
    until: datetime | None = None
    under: int | None = None


Decision = Tell | Withhold


def decide(case: Case, at: datetime) -> Decision:
    """Probing, recording and the public page go on whatever comes out here."""
    return (
        its_own_reason(case, at)
        or _with_others(case)
        or Tell(case.routing.channels_at(case.severity, at))
    )


def its_own_reason(case: Case, at: datetime) -> Withhold | None:
    """Why it is not told, whatever happens to others."""
    return _on_purpose(case) or _because_of(case, at) or _untimely(case, at)


def _on_purpose(case: Case) -> Withhold | None:
    if case.maintained_until is not None:
        return Withhold(Why.MAINTENANCE, case.maintained_until)
    if case.silenced_until is not None:
        return Withhold(Why.SILENCED, case.silenced_until)
    return None


def _because_of(case: Case, at: datetime) -> Withhold | None:
    for need in case.needs:
        if need.incident is not None:
            return Withhold(Why.CAUSE_KNOWN, under=need.incident)
    if case.recovering_until is not None and at < case.recovering_until:
        return Withhold(Why.CAUSE_OVER, case.recovering_until)
    patient_until = case.opened_at + CAUSE_PATIENCE
    if at < patient_until and any(need.undecided for need in case.needs):
        return Withhold(Why.CAUSE_LIKELY, patient_until)
    return None


def _untimely(case: Case, at: datetime) -> Withhold | None:
    if not case.routing.channels_at(case.severity, at):
        return Withhold(Why.NOBODY_TO_TELL)
    quiet = case.routing.quiet
    if quiet is not None and case.severity is not Severity.CRITICAL:
        until = quiet.end_of(at)
        if until is not None:
            return Withhold(Why.QUIET_HOURS, until)
    return None


def _with_others(case: Case) -> Withhold | None:
    if case.summary is not None:
        return Withhold(Why.IN_A_SUMMARY, under=case.summary)
    if case.gathering and (case.together >= TOGETHER or case.lately >= STORM):
        return Withhold(Why.GATHERING, case.opened_at + GATHER_FOR)
    return None
