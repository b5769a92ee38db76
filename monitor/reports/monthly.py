"""What a month was like: every component, what was promised, how fast, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

import status_page
from monitor import objectives, pages
from monitor.config import Config
from monitor.config.model import PageSettings
from monitor.objectives import Standing
from monitor.reports import statistics
from monitor.reports.pace import Pace, Speed
from monitor.reports.statistics import Counted, Month, after, first_of, starts
from monitor.store import deploys, public
from monitor.store.deploys import Deploy
from status_page import Incident
from status_page.component import DayBar, Uptime
from status_page.index import days
from status_page.shares import digits, rounded

_US: Final = timedelta(microseconds=1)
PAST: Final = 12
"""Months that can be told, beside the present one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One component in the month."""

    id: str
    name: str
    group: str
    uptime: Uptime | None
    """None: nothing watched it, or nothing was seen."""
    share: float | None
    """Up time over known time, 0..1, rounded down to `digits` of a percentage."""
    digits: int
    share_before: float | None
    """In the month before."""
    incidents: int
    speed: Speed | None
    speed_before: Speed | None
    bars: tuple[days.Read, ...]
    """Its days, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An incident that was open at some time in the month."""

    name: str
    """As people name it: `12`, or `n3`; empty where it is not known."""
    headline: str
    components: tuple[str, ...]
    """Names."""
    began_at: datetime
    ended_at: datetime | None
    user_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """As of `at`, the end of the month or now."""

    title: str
    environment: str
    first: date
    at: datetime
    over: bool
    lines: tuple[Line, ...]
    standings: tuple[Standing, ...]
    stories: tuple[Story, ...]
    counted: Month
    counted_before: Month
    deploys: tuple[Deploy, ...]
    """The oldest first."""

    @property
    def last(self) -> date:
        return after(self.first) - timedelta(days=1)


def report(
    db: Database, config: Config, first: date, at: datetime, only: Sequence[str] = ()
) -> Report:
    """Of the month that begins with *first*, as far as it is over at *at*; of the components
    *only*, or of all.
    """
    end = starts(after(first))
    until = min(end, at)
    settings = PageSettings(title=config.page.title, components=tuple(only) or None)
    page = pages.build(db, config, until, settings)
    before = first_of(starts(first), 1)
    counted = _counted(db, config, before, until, only)
    speeds = _speeds(db, config, [each.id for each in page.components], first, until)
    changes = deploys.since(db, starts(first), until)
    return Report(
        title=config.page.title,
        environment=config.environment,
        first=first,
        at=until,
        over=end <= at,
        lines=tuple(
            _line(each, page.incidents, first, until, speeds[each.id]) for each in page.components
        ),
        standings=_standings(db, config, until, only),
        stories=_stories(db, page.incidents, page.components, first, until),
        counted=statistics.month(counted, first, until),
        counted_before=statistics.month(counted, before, until),
        deploys=tuple(each for each in changes if each.environment in {"", config.environment}),
    )


def _speeds(
    db: Database, config: Config, components: Sequence[str], first: date, until: datetime
) -> dict[str, tuple[Speed | None, Speed | None]]:
    """In the month and in the one before; of those that shall be told."""
    before = first_of(starts(first), 1)
    known = [config.components[each] for each in components]
    pace = Pace(db, (p for each in known if each.speed for p in each.probes), before, until)
    return {
        each.id: (pace.slowest(each.probes, first), pace.slowest(each.probes, before))
        if each.speed
        else (None, None)
        for each in known
    }


def _counted(
    db: Database, config: Config, since: date, until: datetime, only: Sequence[str]
) -> list[Counted]:
    if not only:
        return statistics.read(db, config, since, until)
    found = [each for one in only for each in statistics.read(db, config, since, until, one)]
    return list(dict.fromkeys(found))


def _standings(
    db: Database, config: Config, until: datetime, only: Sequence[str]
) -> tuple[Standing, ...]:
    """Within the month, also where it ends with a window of the calendar."""
    return tuple(
        objectives.standing(db, config, each, until - _US)
        for each in config.changes.objectives.values()
        if not only or each.component in only
    )


def _line(
    component: status_page.Component,
    incidents: Iterable[Incident],
    first: date,
    until: datetime,
    speed: tuple[Speed | None, Speed | None],
) -> Line:
    months = {each.first: each.uptime for each in component.months}
    uptime, before = months.get(first), months.get(first_of(starts(first), 1))
    began = starts(first)
    return Line(
        id=component.id,
        name=component.name,
        group=component.group,
        uptime=uptime,
        share=rounded(uptime, component.resolution) if uptime else None,
        digits=digits(uptime, component.resolution) if uptime else 0,
        share_before=rounded(before, component.resolution) if before else None,
        incidents=sum(
            component.id in each.components and began <= each.began_at < until for each in incidents
        ),
        speed=speed[0],
        speed_before=speed[1],
        bars=_bars(component, first, until),
    )


def _bars(component: status_page.Component, first: date, until: datetime) -> tuple[days.Read, ...]:
    of_month: tuple[DayBar, ...] = tuple(
        bar for bar in component.days if first <= bar.day < after(first)
    )
    whole = replace(component, days=of_month)
    return days.read(whole, until.date(), len(of_month)) if of_month else ()


def _stories(
    db: Database,
    incidents: Iterable[Incident],
    components: Iterable[status_page.Component],
    first: date,
    until: datetime,
) -> tuple[Story, ...]:
    """Oldest first."""
    began = starts(first)
    names = {each.key: each.name for each in public.told(db, since=began)}
    called = {each.id: each.name for each in components}
    found = [
        Story(
            name=names.get(each.id, ""),
            headline=_headline(each, called),
            components=tuple(called[c] for c in each.components if c in called),
            began_at=each.began_at,
            ended_at=each.resolved_at,
            user_minutes=each.user_minutes,
        )
        for each in incidents
        if each.began_at < until and (each.resolved_at is None or each.resolved_at >= began)
    ]
    return tuple(sorted(found, key=lambda each: each.began_at))


def _headline(incident: Incident, called: dict[str, str]) -> str:
    if incident.sentence:
        return incident.sentence
    state = "was slow" if incident.impact is status_page.Impact.MINOR else "was down"
    return f"{' and '.join(called[c] for c in incident.components if c in called)} {state}."
