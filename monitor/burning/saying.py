"""What is said of a budget that burns, and how much it matters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import objectives
from monitor.budget import Pace
from monitor.config.changes import Objective
from monitor.config.detection import watching
from monitor.context import OBJECTIVE, Context
from monitor.notices import About, EventKind, Left, Notice
from monitor.objectives.rates import Rates
from monitor.routing import Severity
from monitor.why import Why
from probes import write_duration

KIND: Final = "objective"
MOST: Final = 100
"""As fast as it may: beyond that, nobody needs to know by how much."""
GRAVEST: Final = tuple(Severity)
"""The gravest one first."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one objective."""

    db: Database
    context: Context
    objective: Objective
    at: datetime

    @property
    def probe(self) -> str:
        return OBJECTIVE + self.objective.id

    @property
    def memo(self) -> str:
        return f"burns:{self.objective.id}"


def severity_of(look: Look, pace: Pace) -> Severity:
    """What is no reason to wake anybody when it is down is none when it burns."""
    own = [p.routing.severity for p in watching(look.context.config, look.objective)]
    gravest = min(own, key=GRAVEST.index, default=Severity.CRITICAL)
    least = Severity.CRITICAL if pace.pair.urgent else Severity.WARNING
    return max(gravest, least, key=GRAVEST.index)


def promised(look: Look) -> str:
    return objectives.promised(look.context.config, look.objective)


def left_of(look: Look) -> Left:
    return objectives.left(look.db, look.context.config, look.objective, look.at)


def summary_of(pace: Pace, found: Rates) -> str:
    never = "" if found.down else ", never often enough in a row to be down"
    return (
        f"{pace.long.failed} of {pace.long.runs} runs failed in {write_duration(pace.pair.long)}"
        f"{never}: the budget burns {_times(pace.long.times)} as fast as it may"
    )


def _times(times: float) -> str:
    if times > MOST:
        return f"over {MOST} times"
    return f"{times:.0f} times" if times >= 9.5 else f"{times:.1f} times"


def notice_of(
    look: Look, found: Rates, pace: Pace, severity: Severity, began_at: datetime
) -> Notice:
    config = look.context.config
    name = objectives.name_of(config, look.objective)
    playbooks = [p.playbook for p in watching(config, look.objective) if p.playbook]
    return Notice(
        event=EventKind.OPENED,
        about=About.OBJECTIVE,
        severity=severity,
        incident=0,
        sequence=1,
        dedup_key="",
        probe=look.probe,
        probe_name=promised(look),
        kind=KIND,
        environment=config.environment,
        location=config.location,
        began_at=began_at,
        at=look.at,
        outcome="FAIL",
        reason=Why.BUDGET_BURNS.value,
        summary=summary_of(pace, found),
        failures=pace.long.failed,
        says=(f"The budget of {name} ({look.objective.written}) burns too fast.",),
        components=(name,),
        playbook=playbooks[0] if playbooks else "",
        why=Why.BUDGET_BURNS.value,
        page=config.page.url,
        budgets=(left_of(look),),
    )
