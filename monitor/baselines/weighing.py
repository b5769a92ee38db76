"""Holds what runs counted against what is usual, and remembers what good ones found."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.baselines.usual import WEEKS, Calendar, Early, Expected, by_hour, early, judge
from monitor.clock import Clock
from monitor.config.model import Config, Probe
from monitor.config.usual import Baselines as Table
from monitor.log import Seldom
from monitor.state import DATABASE
from monitor.store import StoreTrouble
from monitor.store.baselines import hour_of, hours
from monitor.store.looking import looking
from probes import Outcome, Reason, Result, Settings

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=2)
"""A run waits no longer for the store to say what is usual."""
_UP: Final = frozenset((Outcome.PASS, Outcome.SLOW))


class Ask(Protocol):
    """Answers from one consistent moment of the store; raises StoreTrouble."""

    def __call__(self, question: Callable[[Database], T], /) -> Awaitable[T]: ...


@dataclass(slots=True)
class _Known:
    """Of one JSONPath of one probe: what is usual, by the hour, and since the beginning."""

    early: Early = field(default_factory=Early)
    usual: dict[datetime, Expected | None] = field(default_factory=dict)


class Baselines:
    """Weighs good results. The store is asked with the first one of an hour, and once more before
    one is called bad.
    """

    def __init__(self, ask: Ask, clock: Clock, *, learns: bool = True) -> None:
        """Without *learns*, what passes is not added to what is known; the store knows better."""
        self._ask = ask
        self._clock = clock
        self._learns = learns
        self._calendar = _calendar_of(Table())
        self._known: dict[tuple[str, str], _Known] = {}
        self._seldom = Seldom(clock.monotonic)

    def configure(self, config: Config) -> None:
        self._calendar = _calendar_of(config.baselines)
        self._known.clear()

    async def weigh(self, probe: Probe, result: Result, _: float) -> Result:
        """*result*, or a FAIL in its place where there are too few."""
        counts = result.facts.counts
        if not counts or result.outcome not in _UP:
            return result
        at, falls = self._clock.now(), falls_of(probe.settings)
        wanted = [what for what in counts if what in falls]
        known = {what: await self._of(probe.id, what, at) for what in wanted}
        if _wrong(counts, known, falls, at):  # unless somebody had it learned anew
            known = {what: await self._of(probe.id, what, at, anew=True) for what in wanted}
        if said := _wrong(counts, known, falls, at):
            return _failed(result, "; ".join(said))
        if self._learns and not self._calendar.is_holiday(at):
            for what, each in known.items():
                each.early = each.early.after(counts[what])
        return result

    async def _of(self, probe: str, what: str, at: datetime, *, anew: bool = False) -> _Known:
        known = self._known.get((probe, what))
        if anew or known is None or hour_of(at) not in known.usual:
            known = await self._ask_for(probe, what, at) or known or _Known()
            self._known[probe, what] = known
        return known

    async def _ask_for(self, probe: str, what: str, at: datetime) -> _Known | None:
        """None when the store cannot say; it is asked again with the next run."""
        question = partial(_look, probe=probe, what=what, at=at, calendar=self._calendar)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await self._ask(question)
        except (StoreTrouble, TimeoutError) as trouble:
            self._seldom.warning("it is not known what is usual", probe=probe, why=str(trouble))
            return None


async def weigher(
    config: Config, clock: Clock
) -> Callable[[Probe, Result, float], Awaitable[Result]] | None:
    """The same judgement for commands, which learn nothing from what they find. None where there is
    no history, or nothing is expected to be as usual.
    """
    database = config.state / DATABASE
    wanted = any(falls_of(probe.settings) for probe in config.probes.values())
    if not wanted or not await asyncio.to_thread(database.exists):
        return None
    baselines = Baselines(_Briefly(database), clock, learns=False)
    baselines.configure(config)
    return baselines.weigh


def falls_of(settings: Settings) -> Mapping[str, float]:
    """By JSONPath, the share that may be missing, from 0 to 1, where a baseline is kept."""
    expect: Any = getattr(settings, "expect", None)
    json: Mapping[Any, Any] = getattr(expect, "json_", None) or {}
    return {
        str(selector): float(each.baseline)
        for selector, each in json.items()
        if getattr(each, "baseline", None) is not None
    }


@dataclass(frozen=True, slots=True)
class _Briefly:
    """Opens the database for one question."""

    database: Path

    async def __call__(self, question: Callable[[Database], T], /) -> T:
        return await asyncio.to_thread(self._answer, question)

    def _answer(self, question: Callable[[Database], T]) -> T:
        with looking(self.database) as db:
            return question(db)


def _look(db: Database, probe: str, what: str, at: datetime, calendar: Calendar) -> _Known:
    found = hours(db, probe, what, at - WEEKS - timedelta(days=1))
    return _Known(early(found, calendar), {hour_of(at): by_hour(found, at, calendar)})


def _wrong(
    counts: Mapping[str, int], known: Mapping[str, _Known], falls: Mapping[str, float], at: datetime
) -> list[str]:
    said = []
    for what, each in known.items():
        usual = each.usual.get(hour_of(at)) or each.early.expected
        wrong = judge(counts[what], usual, falls[what]) if usual else None
        said += [f"JSON {what}: {wrong}"] if wrong else []
    return said


def _calendar_of(table: Table) -> Calendar:
    return Calendar(table.zone, table.holidays)


def _failed(result: Result, said: str) -> Result:
    summary = f"{said}; {result.summary}" if result.summary else said
    return replace(result, outcome=Outcome.FAIL, reason=Reason.BELOW_BASELINE, summary=summary)
