"""How well the watching is built, as numbers: what covers what, and what is still to be learned.

Looked at once for a configuration and again every ten minutes, never for each answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.baselines import falls_of
from monitor.baselines.usual import ENOUGH, WEEKS
from monitor.clock import Clock
from monitor.config.model import Config, Probe
from monitor.coverage import Known, coverage, known_of
from monitor.pins import pin_of
from monitor.store import baselines

EVERY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Learnt:
    """How many of a kind are in use, and how many have nothing to go by yet."""

    in_use: int = 0
    learning: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Scores are 0 to 100; those of components by id."""

    score: int = 0
    components: Mapping[str, int] = field(default_factory=dict)
    pins: Learnt = Learnt()
    baselines: Learnt = Learnt()


Learned = tuple[Known, Learnt]
Ask = Callable[[Callable[[Database], Learned]], Awaitable[Learned | None]]


class Building:
    """Of one daemon."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: tuple[Config, float, Built] | None = None
        self._asking = asyncio.Lock()

    async def look(self, config: Config, ask: Ask) -> Built | None:
        """The last of this configuration, or None, where the store does not say. Raises nothing
        that *ask* does not.
        """
        async with self._asking:
            if (known := self._known(config)) is not None:
                return known
            learnt = await ask(partial(_learnt_of, config=config, since=self._clock.now() - WEEKS))
            if learnt is None:
                return self._last_of(config)
            found = await asyncio.to_thread(_built, config, *learnt)
            self._last = config, self._clock.monotonic(), found
            return found

    def _known(self, config: Config) -> Built | None:
        fresh = self._last and self._clock.monotonic() - self._last[1] < EVERY.total_seconds()
        return self._last_of(config) if fresh else None

    def _last_of(self, config: Config) -> Built | None:
        of, _, found = self._last or (None, 0, None)
        return found if of is config else None


def _learnt_of(db: Database, config: Config, since: datetime) -> Learned:
    """In the thread that reads; the rest needs no store."""
    counted = [(p.id, what) for p in config.probes.values() for what in falls_of(p.settings)]
    runs = (baselines.good_runs(db, *of, since, ENOUGH) for of in counted)
    return known_of(config, db), _learnt(each >= ENOUGH for each in runs)


def _built(config: Config, known: Known, counted: Learnt) -> Built:
    covered = coverage(config, known)
    return Built(
        score=covered.score,
        components={each.id: each.score for each in covered.components},
        pins=_learnt(_pins(config.probes.values())),
        baselines=counted,
    )


def _pins(probes: Iterable[Probe]) -> Iterable[bool]:
    pins = (pin_of(probe.settings) for probe in probes)
    return (pin.shape is not None for pin in pins if pin is not None)


def _learnt(every: Iterable[bool]) -> Learnt:
    known = list(every)
    return Learnt(sum(known), len(known) - sum(known))
