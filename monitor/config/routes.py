"""From merged policy to what decides and to who is told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitor.config.policy import LEAST_REPEAT, PolicyTable, StageTable
from monitor.config.tables import HoursTable
from monitor.config.values import union
from monitor.policy import Policy
from monitor.routing import Hours, Routing, Stage


def hours(id_: str, table: HoursTable) -> Hours:
    return Hours(id_, union(table.days), table.start, table.until, table.timezone)


def policy(table: PolicyTable) -> Policy:
    return Policy(
        opening=table.open_after,
        close_after=table.close_after,
        flapping=table.flapping,
        slow_counts=table.tell_degraded,
    )


def routing(table: PolicyTable, known: Mapping[str, Hours], needs: tuple[str, ...]) -> Routing:
    """Hours that are not known are left out; they are reported where they are written."""
    return Routing(
        severity=table.severity,
        channels=MappingProxyType({s: _once(c) for s, c in table.by_severity.items()}),
        during=tuple((known[h], _once(c)) for h, c in table.during.items() if h in known),
        quiet=known.get(table.quiet),
        escalation=tuple(_stage(each) for each in table.escalation),
        remind=table.remind,
        needs=needs,
    )


def _stage(table: StageTable) -> Stage:
    return Stage(table.after, _once(table.to), table.repeat or max(table.after, LEAST_REPEAT))


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
