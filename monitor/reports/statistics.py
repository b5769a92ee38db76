"""Incidents by the month: how many, how long, and how long everything took. Pure, but for `read`.

Months are those of UTC, as on the pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor import uptime
from monitor.clock import to_us
from monitor.config import Config
from monitor.notices import from_json
from monitor.reports.prose import SLOW
from monitor.store import chronicle, deploys, public
from monitor.store.chronicle import Known
from monitor.store.deploys import Deploy
from monitor.store.public import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One incident in bare instants. None: it did not happen, or nobody knows when."""

    probe: str
    """Empty of one by hand."""
    began_at: datetime
    last_good_at: datetime | None = None
    opened_at: datetime | None = None
    told_at: datetime | None = None
    acknowledged_at: datetime | None = None
    ended_at: datetime | None
    down: bool = True
    """And not merely slow."""
    follows_deploy: bool = False


@dataclass(frozen=True, slots=True)
class Took:
    """Of as many incidents as it is known of: the median, and the longest."""

    count: int
    median: timedelta
    worst: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Those that began in it. Times are from the first failing run on, but for `detect_most`."""

    first: date
    incidents: int
    still_open: int
    down: timedelta
    """How long any of them was down in this month, at the same time or not; also those before."""
    detect: Took | None
    detect_most: Took | None
    """From the last good run on: it broke at some time between."""
    tell: Took | None
    acknowledge: Took | None
    recover: Took | None
    after_deploy: int
    """How many began in the window after a deploy that they may follow."""


def first_of(at: datetime, back: int = 0) -> date:
    """The first day of the month of *at*, so many months *back*."""
    months = at.year * 12 + at.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def starts(first: date) -> datetime:
    return datetime.combine(first, time(), UTC)


def after(first: date) -> date:
    """The first day of the month that follows."""
    return first_of(starts(first), -1)


def months(counted: Sequence[Counted], since: date, at: datetime) -> tuple[Month, ...]:
    """From that of *since* to that of *at*, also those without any incident; oldest first."""
    found, first = [], since
    while starts(first) <= at:
        found.append(month(counted, first, at))
        first = after(first)
    return tuple(found)


def month(counted: Sequence[Counted], first: date, at: datetime) -> Month:
    since, until = starts(first), starts(after(first))
    mine = [each for each in counted if since <= each.began_at < until]
    return Month(
        first=first,
        incidents=len(mine),
        still_open=sum(each.ended_at is None for each in mine),
        down=_down(counted, since, min(until, at)),
        detect=took((each.began_at, each.opened_at) for each in mine),
        detect_most=took((each.last_good_at, each.opened_at) for each in mine),
        tell=took((each.began_at, each.told_at) for each in mine),
        acknowledge=took((each.began_at, each.acknowledged_at) for each in mine),
        recover=took((each.began_at, each.ended_at) for each in mine),
        after_deploy=sum(each.follows_deploy for each in mine),
    )


def took(spans: Iterable[tuple[datetime | None, datetime | None]]) -> Took | None:
    """None where nothing is known."""
    known = [max(end - start, timedelta()) for start, end in spans if start and end]
    if not known:
        return None
    middle = timedelta(seconds=median(each.total_seconds() for each in known))
    return Took(len(known), middle, max(known))


def _down(counted: Iterable[Counted], since: datetime, until: datetime) -> timedelta:
    """What overlaps counts once."""
    spans = uptime.union(
        (to_us(each.began_at), to_us(each.ended_at or until)) for each in counted if each.down
    )
    return timedelta(microseconds=uptime.total(uptime.within(spans, to_us(since), to_us(until))))


def read(
    db: Database, config: Config, since: date, until: datetime, component: str = ""
) -> list[Counted]:
    """Those that were open at some time between; of one component, or of all that is watched."""
    probes = frozenset(config.components[component].probes) if component else None
    begins = starts(since)
    known = chronicle.between(db, begins, until)
    known = [each for each in known if probes is None or each.probe in probes]
    numbers = [each.number for each in known]
    told_at = chronicle.first_told(db, numbers)
    acknowledged_at = chronicle.first_acknowledged(db, numbers)
    earliest = min([begins, *(each.began_at for each in known)])
    changes = deploys.before(db, earliest - config.changes.deploys.window, until)
    counted = [
        Counted(
            probe=each.probe,
            began_at=each.began_at,
            last_good_at=_last_good(each),
            opened_at=each.opened_at,
            told_at=told_at.get(each.number),
            acknowledged_at=acknowledged_at.get(each.number),
            ended_at=each.ended_at,
            down=not (each.reason == SLOW and each.severity == "warning"),
            follows_deploy=_follows(config, each, changes),
        )
        for each in known
    ]
    by_hand = [_by_hand(each) for each in _written(db, begins, until, component)]
    return sorted([*counted, *by_hand], key=lambda each: each.began_at)


def _last_good(known: Known) -> datetime | None:
    try:
        found = from_json(known.notice).last_good_at if known.notice else None
    except ValueError:
        return None
    return found if found is not None and found <= known.began_at else None


def _follows(config: Config, known: Known, changes: Iterable[Deploy]) -> bool:
    return bool(
        deploys.concerning(changes, config.changes, known.probe, config.environment, known.began_at)
    )


def _written(db: Database, since: datetime, until: datetime, component: str) -> list[Told]:
    """By hand, and not hidden."""
    return [
        each
        for each in public.told(db, since=since)
        if each.number is None
        and each.began_at < until
        and (not component or not each.components or component in each.components)
    ]


def _by_hand(told: Told) -> Counted:
    down = told.impact not in {"none", "minor"}
    return Counted(probe="", began_at=told.began_at, ended_at=told.ended_at, down=down)
