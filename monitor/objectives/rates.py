"""How fast the budget of an objective burns: from failed runs, and not from down time, so that one
run in twenty that fails for hours counts though it never opens an incident.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announced, budget
from monitor.announced import Works
from monitor.budget import ENOUGH, MANY, PAIRS, Pace, Slice
from monitor.clock import from_us, to_us
from monitor.config.changes import Objective
from monitor.config.detection import allowance, watching
from monitor.config.model import Config, Probe
from monitor.objectives.reading import spans_of
from monitor.store import acts, page_numbers
from monitor.store import objectives as rows
from monitor.store.acts import Kind
from monitor.store.fives import SPAN_US
from monitor.store.objectives import Outage
from monitor.uptime import Spans, total, union, within

LONGEST: Final = max(pair.long for pair in PAIRS)
REPEATED: Final = 2
"""Outages in the long window of the slow pair that are worth a word, though each was told."""
_US: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """When budgets burnt that people were told of."""

    burning: Spans = ()
    slowly: Spans = ()
    """As far as the slow pair goes."""


NOTHING: Final = Heard()


@dataclass(frozen=True, slots=True)
class Rates:
    """Of one objective, announced work left out."""

    everything: tuple[Pace, ...] = ()
    untold: tuple[Pace, ...] = ()
    """Without the time of outages that people heard of as such."""
    failed_at: tuple[datetime, ...] = ()
    """When five minutes began in which a run failed, of those where there are any."""
    told: tuple[Outage, ...] = ()
    """The outages that people heard of, the oldest first."""
    failing: frozenset[str] = frozenset()
    """Ids of the probes that failed."""
    down: bool = False
    """Whether any incident was open at some time."""
    repeated: bool = False
    """Whether those that people heard of spent enough for one more word."""

    def failed_since(self, pace: Pace, at: datetime) -> datetime:
        """The first five minutes with a failed run that the long window of *pace* holds."""
        since = at - pace.pair.long - timedelta(microseconds=SPAN_US)
        return next((each for each in self.failed_at if each > since), at)

    @property
    def going_on(self) -> Outage | None:
        """One that people know of and that is open."""
        return next((each for each in self.told if each.open), None)


def rates(
    db: Database,
    config: Config,
    objective: Objective,
    at: datetime,
    *,
    heard: Heard = NOTHING,
    least: int = MANY,
) -> Rates:
    """As of *at*; nothing where fewer than *least* runs failed."""
    found = page_numbers.keys(db, [probe.id for probe in watching(config, objective)])
    probes = {key: config.probes[id_] for id_, (key, _) in found.items()}
    since_us, at_us = to_us(at - LONGEST), to_us(at)
    if rows.failed(db, since_us=since_us, until_us=at_us, of=probes) < least:  # as nearly always
        return Rates()
    seen = [s for s in rows.slices(db, since_us=since_us, of=probes) if s.starts_us <= at_us]
    slots = {key: max(SPAN_US // (probe.every // _US), 1) for key, probe in probes.items()}
    counted = _unannounced(db, config, budget.evenly(seen, slots), probes, at)
    known = rows.outages(db, since_us=since_us, until_us=at_us, of=probes)
    told = tuple(outage for outage in known if outage.known)
    untold = _outside(counted, union([*spans_of(told), *heard.burning]))
    enough_us = ENOUGH * (allowance(objective) / _US)
    apart_us = min((probe.every // _US for probe in probes.values()), default=SPAN_US)
    paced = partial(
        budget.paces,
        share=objective.share,
        at_us=at_us,
        grain_us=SPAN_US,
        enough=enough_us / max(SPAN_US, apart_us),
    )
    everything = paced(counted)
    paces = paced(untold) if told or heard.burning else everything
    slow = paced(_outside(untold, heard.slowly)) if heard.slowly else paces
    return Rates(
        everything=everything,
        untold=tuple(one if one.pair.urgent else two for one, two in zip(paces, slow, strict=True)),
        failed_at=_failed(untold) or _failed(counted),
        told=told,
        down=bool(known),
        repeated=len(told) >= REPEATED
        and total(within(spans_of(told), since_us, at_us)) >= enough_us,
        failing=frozenset(probes[each.probe].id for each in counted if each.failed),
    )


def began_at(db: Database, found: Rates, pace: Pace, at: datetime) -> datetime:
    """When the first run failed that the long window of *pace* holds."""
    since = found.failed_since(pace, at)
    probes = [key for key, _ in page_numbers.keys(db, sorted(found.failing)).values()]
    first = rows.first_failed(db, since_us=to_us(since), of=probes)
    return since if first is None else from_us(first)


def _failed(slices: Sequence[Slice]) -> tuple[datetime, ...]:
    return tuple(map(from_us, sorted({each.starts_us for each in slices if each.failed})))


def _unannounced(
    db: Database, config: Config, seen: Sequence[Slice], probes: dict[int, Probe], at: datetime
) -> list[Slice]:
    since = at - LONGEST
    works = Works(
        [
            *announced.written(acts.spans(db, Kind.MAINTENANCE, at, since=since)),
            *announced.configured(config.windows, since, at),
        ]
    )
    plans = {key: works.plan([probe]).spans for key, probe in probes.items()}
    return [each for each in seen if not _in(plans[each.probe], each)]


def _outside(slices: Sequence[Slice], spans: Spans) -> list[Slice]:
    return [each for each in slices if not _in(spans, each)] if spans else list(slices)


def _in(spans: Spans, each: Slice) -> bool:
    return bool(spans) and bool(within(spans, each.starts_us, each.starts_us + SPAN_US))
