"""Conditions and stages in words."""

from __future__ import annotations

from datetime import date, datetime

from status_page.component import Condition
from status_page.incident import Stage
from status_page.tongue import Timed, Tongue


def verdict(tongue: Tongue, condition: Condition, since: datetime | None, today: date) -> Timed:
    """`Works`, or `Down since 14:03 UTC`."""
    if condition is Condition.UP or condition is Condition.UNWATCHED or since is None:
        return Timed(_alone(tongue, condition, begun=since is not None))
    said = tongue.moment(since, today)
    match condition:
        case Condition.DOWN:
            return tongue.timed("Down since {time}", since, said)
        case Condition.DEGRADED:
            return tongue.timed("Slow since {time}", since, said)
        case Condition.MAINTENANCE:
            return tongue.timed("Under maintenance since {time}", since, said)
        case _:
            return tongue.timed("Unknown since {time}", since, said)


def _alone(tongue: Tongue, condition: Condition, *, begun: bool) -> str:
    if condition is Condition.UNKNOWN and not begun:
        return tongue.say("Not watched yet")
    return {
        Condition.UP: tongue.say("Works"),
        Condition.DEGRADED: tongue.say("Slow"),
        Condition.DOWN: tongue.say("Down"),
        Condition.MAINTENANCE: tongue.say("Under maintenance"),
        Condition.UNKNOWN: tongue.say("Unknown"),
        Condition.UNWATCHED: tongue.say("Not watched"),
    }[condition]


def stage_name(tongue: Tongue, stage: Stage) -> str:
    return {
        Stage.INVESTIGATING: tongue.say("Investigating"),
        Stage.IDENTIFIED: tongue.say("Identified"),
        Stage.MONITORING: tongue.say("Monitoring"),
        Stage.RESOLVED: tongue.say("Resolved"),
        Stage.POSTMORTEM: tongue.say("Post-mortem"),
    }[stage]
