"""Holds what runs counted against what is usual, and remembers what good ones found."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.baselines.days import Calendar
from monitor.baselines.remembering import Memory, Of, packed
from monitor.baselines.usual import WEEKS, Expected, expected, judge
from monitor.clock import Clock
from monitor.config.model import Config, Probe
from monitor.config.usual import Baselines as Table
from monitor.log import Seldom
from monitor.state import DATABASE
from monitor.store import StoreTrouble
from monitor.store.baselines import Hour, hour_of, hours
from monitor.store.looking import looking
from probes import Outcome, Reason, Result, Settings

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=2)
"""A run waits no longer for the store to say what is usual."""
REFRESH: Final = timedelta(minutes=15)
"""So old is at most what is remembered while the store answers, and a run after somebody had
something forgotten there.
"""
_UP: Final = frozenset((Outcome.PASS, Outcome.SLOW))


class Ask(Protocol):
    """Answers from one consistent moment of the store; raises StoreTrouble."""

    def __call__(self, question: Callable[[Database], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class _Known:
    """What is usual in one hour for one JSONPath of one probe; `usual` is None while too little is
    known.
    """

    hour_at: datetime
    usual: Expected | None


class Baselines:
    """Weighs good results. The store is asked with the first one of an hour, and once more before
    one is called bad, or empty. While it does not answer, what it said last is held against them.
    """

    def __init__(self, ask: Ask, clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._calendar = _calendar_of(Table())
        self._known: dict[Of, _Known] = {}
        self._memory = Memory()
        self._asked_s: dict[Of, float] = {}
        self._seldom = Seldom(clock.monotonic)

    def configure(self, config: Config) -> None:
        self._calendar = _calendar_of(config.baselines)
        self._known.clear()
        self._asked_s.clear()
        probes = config.probes.values()
        self._memory.keep_only({(p.id, what) for p in probes for what in falls_of(p.settings)})

    def doubt(self) -> None:
        """Somebody may have had something forgotten."""
        self._asked_s.clear()

    async def weigh(self, probe: Probe, result: Result, _: float) -> Result:
        """*result*, or a FAIL in its place where there are too few."""
        counts = result.facts.counts
        if not counts or result.outcome not in _UP:
            return result
        at, falls = self._clock.now(), falls_of(probe.settings)
        held = [what for what in counts if what in falls]
        said = []
        for what in held:
            wrong = await self._judged((probe.id, what), counts[what], falls[what], at)
            said += [f"JSON {what}: {wrong}"] if wrong else []
        for what in held:
            self._memory.add((probe.id, what), at, counts[what], below=bool(said))
        return _failed(result, "; ".join(said)) if said else result

    async def _judged(self, of: Of, count: int, fall: float, at: datetime) -> str | None:
        """As it was known when the hour began; else as it is now, unless that makes no odds."""
        known = self._known.get(of)
        if known is None or known.hour_at != hour_of(at):
            known = await self._ask_for(of, at)
        elif _wrong(known, count, fall) or (count < 1 and not _is_known(known)):
            known = await self._ask_for(of, at) or known
        elif self._clock.monotonic() - self._asked_s.get(of, -math.inf) >= REFRESH.total_seconds():
            await self._refresh(of, at)
        if known is None:
            self._known.pop(of, None)
            return None
        self._known[of] = known
        return _wrong(known, count, fall)

    async def _ask_for(self, of: Of, at: datetime) -> _Known | None:
        """None when the store cannot say, and never did; it is asked again with the next run."""
        self._asked_s[of] = self._clock.monotonic()
        question = partial(_look, of=of, at=at, calendar=self._calendar)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                known, hours = await self._ask(question)
        except (StoreTrouble, TimeoutError) as trouble:
            return await self._recalled(of, at, str(trouble))
        self._memory.keep(of, hours)
        return known

    async def _refresh(self, of: Of, at: datetime) -> None:
        """What is remembered; what judges this hour stays what it was."""
        self._asked_s[of] = self._clock.monotonic()
        with suppress(StoreTrouble, TimeoutError):
            async with asyncio.timeout(PATIENCE.total_seconds()):
                hours = await self._ask(lambda db: packed(_read(db, of, at)))
                self._memory.keep(of, hours)

    async def _recalled(self, of: Of, at: datetime, why: str) -> _Known | None:
        found = self._memory.hours(of)
        if found is None:
            self._seldom.warning("it is not known what is usual", probe=of[0], why=why)
            return None
        self._seldom.warning("what is usual is told from memory", why=why)
        usual = await asyncio.to_thread(expected, found, at, self._calendar)
        return _Known(hour_of(at), usual)


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
    baselines = Baselines(_Briefly(database), clock)
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


def _look(db: Database, of: Of, at: datetime, calendar: Calendar) -> tuple[_Known, bytes]:
    found = _read(db, of, at)
    return _Known(hour_of(at), expected(found, at, calendar)), packed(found)


def _read(db: Database, of: Of, at: datetime) -> list[Hour]:
    return hours(db, *of, at - WEEKS - timedelta(days=1))


def _wrong(known: _Known, count: int, fall: float) -> str | None:
    return judge(count, known.usual, fall) if known.usual else None


def _is_known(known: _Known) -> bool:
    return known.usual is not None and known.usual.known


def _calendar_of(table: Table) -> Calendar:
    return Calendar(table.zone, table.holidays)


def _failed(result: Result, said: str) -> Result:
    summary = f"{said}; {result.summary}" if result.summary else said
    return replace(result, outcome=Outcome.FAIL, reason=Reason.BELOW_BASELINE, summary=summary)
