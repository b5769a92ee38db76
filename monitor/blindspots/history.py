"""What the daemon's database knows of probes, where there is one: how long they take on slow days,
and whether what is usual is learned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.baselines import falls_of
from monitor.baselines.usual import ENOUGH, WEEKS
from monitor.config import Config, Probe
from monitor.state import DATABASE
from monitor.store import StoreTrouble
from monitor.store.baselines import good_runs
from monitor.store.fives import Series
from monitor.store.looking import looking
from monitor.store.rollups import percentiles

_LATELY: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class History:
    """By the ids of probes. Of those in `slowest`, 99 of 100 good runs took no longer."""

    slowest: Mapping[str, timedelta] = field(default_factory=dict)
    unlearned: frozenset[str] = frozenset()
    """Those that keep a baseline of which too little is known to notice anything."""


async def history(config: Config, probes: Iterable[str], at: datetime) -> History:
    """Of those *probes*, which are in *config*."""
    wanted = [config.probes[each] for each in probes]
    return await asyncio.to_thread(_history, config, wanted, at)


def _history(config: Config, probes: list[Probe], at: datetime) -> History:
    counting = frozenset(each.id for each in probes if falls_of(each.settings))
    if (config.state / DATABASE).exists():
        with suppress(StoreTrouble), looking(config.state / DATABASE) as db:
            slowest = dict(_slowest(db, config.location, probes, at))
            learned = {each.id for each in probes if each.id in counting and _knows(db, each, at)}
            return History(slowest, counting - learned)
    return History(unlearned=counting)


def _slowest(
    db: Database, location: str, probes: list[Probe], at: datetime
) -> Iterator[tuple[str, timedelta]]:
    for probe in probes:
        row = db.execute("SELECT key FROM probe WHERE id = ?", (probe.id,)).fetchone()
        if row is None:
            continue
        known = percentiles(db, Series(int(row[0]), location), since=at - _LATELY, until=at)
        if known is not None:
            yield probe.id, known.p99


def _knows(db: Database, probe: Probe, at: datetime) -> bool:
    """Whether any of its baselines would notice an emptied list."""
    since = at - WEEKS - timedelta(days=1)
    paths = falls_of(probe.settings)
    return any(good_runs(db, probe.id, path, since, ENOUGH) >= ENOUGH for path in paths)
