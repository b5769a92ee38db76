"""What was promised of the components of a page, as internal pages tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import objectives
from monitor.config import detection
from monitor.config.model import Config
from monitor.context import OBJECTIVE
from monitor.objectives import Standing
from monitor.store import attended
from status_page.changes import Objective

_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)

Promises = Mapping[str, tuple[Objective, ...]]
"""By component."""


class Reading:
    """Read again once a minute, and when an incident began or ended: a window is long."""

    def __init__(self, config: Config, components: Iterable[str]) -> None:
        shown = frozenset(components)
        self._config = config
        self._objectives = [
            each for each in config.changes.objectives.values() if each.component in shown
        ]
        self._as_of: tuple[int, object] | None = None
        self._found: dict[str, tuple[Objective, ...]] = {}

    def read(self, db: Database, at: datetime, incidents: object) -> Promises:
        """*incidents* are another value whenever one began or ended."""
        as_of = int(at.timestamp()) // 60, incidents
        if self._objectives and as_of != self._as_of:
            found: dict[str, tuple[Objective, ...]] = {}
            for each in self._objectives:
                burns = attended.open_of(db, OBJECTIVE + each.id)
                told = replace(
                    _told(objectives.standing(db, self._config, each, at), self._config),
                    burns_since=burns.began_at if burns else None,
                )
                found[each.component] = (*found.get(each.component, ()), told)
            self._found, self._as_of = found, as_of
        return self._found


def _told(standing: Standing, config: Config) -> Objective:
    of, given = standing.window, standing.objective
    worst = detection.worst(config, given)
    rolling = given.window if isinstance(given.window, timedelta) else None
    return Objective(
        id=given.id,
        component=given.component,
        promise=given.written,
        rolling=rolling,
        since=None if rolling else of.since_at.astimezone(given.zone).date(),
        until=None if rolling else _last_day(of.until_at, given.zone),
        allowed=standing.allowed,
        spent=max(standing.spent, timedelta()),
        unknown=_whole(standing.budget.passed - standing.known, 15 * _MINUTE),
        detection=worst.total if worst and worst.channel else None,
    )


def _whole(span: timedelta, grain: timedelta) -> timedelta:
    """As much as pages tell, so that nothing changes with the instant it was read."""
    return max(span, timedelta()) // grain * grain


def _last_day(until_at: datetime, zone: ZoneInfo) -> date:
    return (until_at - _SECOND).astimezone(zone).date()
