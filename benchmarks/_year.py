"""A database with a year behind it, made in a minute.

The first day is written run by run, as the daemon does it, and folded as housekeeping does it. Its
rows are then copied to every later day that retention would have kept them for, in the order of
time, so that they lie in the file as they would after a year. Outages come by the long way again.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3  # noqa: TID251 - rows are copied past the monitor
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks import _cores
from benchmarks._scribe import Scribe, ordinary, outage, scribe
from monitor.clock import to_us
from monitor.config import Config
from monitor.state import DATABASE
from monitor.store import Writer, retention

DAY: Final = timedelta(days=1)
OUTAGES: Final = 2
"""Of each probe, in a year."""
FAILING: Final = 4
_DAY_US: Final = DAY // timedelta(microseconds=1)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the first day cost."""

    rows: int
    took_s: float
    cpu_us: float


async def make(config: Config, began_at: datetime, days: int, say: Say) -> Written:
    """Leaves the database as it is at the end of *days* days, before housekeeping's next turn."""
    dice, ends_at = random.Random(days), began_at + days * DAY
    async with scribe(config, began_at) as first:
        say("the first day, run by run")
        written = await _first_day(first, began_at, dice)
        await fold(first.writer, config, began_at + DAY)
    say(f"{days - 1} days more")
    _copy(config, began_at, days)
    say("outages, and the last runs")
    async with scribe(config, began_at + DAY) as last:
        await last.write(_outages(config, began_at + DAY, days - 1, dice))
        since = ends_at - next(iter(config.probes.values())).every
        await last.write(run for run in ordinary(config, since, ends_at, dice))
        await last.writer.do(_deliver)
    return written


async def fold(writer: Writer, config: Config, at: datetime) -> int:
    """What housekeeping does until all that was over by *at* is folded and what is too old is gone;
    how many steps that took.
    """
    kept, later = config.retention, at + retention.SETTLED
    step = partial(
        retention.step, at=later, runs=kept.runs, five_minutes=kept.five_minutes, hours=kept.hours
    )
    steps = 1
    while await writer.do(step):
        steps += 1
    while await writer.do(retention.give_back):
        steps += 1
    return steps


async def _first_day(first: Scribe, began_at: datetime, dice: random.Random) -> Written:
    began, cpu_us = time.monotonic(), _cores.used_us()
    rows = await first.write(ordinary(first.config, began_at, began_at + DAY, dice))
    return Written(rows=rows, took_s=time.monotonic() - began, cpu_us=_cores.used_us() - cpu_us)


def _outages(config: Config, since: datetime, days: int, dice: random.Random) -> Iterator[Any]:
    """In the order of time."""
    many = max(1, round(OUTAGES * days / 365))
    runs = [
        run
        for probe in config.probes.values()
        for _ in range(many)
        for run in outage(probe, since + dice.random() * (days - 0.1) * DAY, FAILING, dice)
    ]
    return iter(sorted(runs, key=lambda run: run.slot))


def _deliver(db: Any) -> None:
    db.execute(
        "UPDATE outbox SET attempts = 1, first_tried_at = created_at, delivered_at = created_at"
    )


def _copy(config: Config, began_at: datetime, days: int) -> None:
    kept = config.retention
    with contextlib.closing(_open(config.state / DATABASE)) as db:
        first = to_us(began_at)
        for day in range(1, days):
            left = (days - day) * DAY
            with db:
                if left <= kept.runs + DAY:
                    _copy_rows(db, "run", "slot", first, day)
                if left <= kept.five_minutes + DAY:
                    _copy_rows(db, "rollup_5m", "starts_at", first, day)
                if left <= kept.hours + DAY:
                    _copy_rows(db, "rollup_1h", "starts_at", first, day)
                _copy_days(db, began_at, day)
        with db:
            db.execute(
                "UPDATE meta SET value = value + ? WHERE key = 'counted_until'",
                ((days - 1) * _DAY_US,),
            )


def _copy_rows(db: sqlite3.Connection, table: str, column: str, first: int, day: int) -> None:
    """Those of the first day, to *day* days later."""
    names = _columns(db, table)
    values = [f"{column} + {day * _DAY_US}" if name == column else name for name in names]
    db.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table}"
        f" WHERE {column} >= ? AND {column} < ? ORDER BY {column}",
        (first, first + _DAY_US),
    )


def _copy_days(db: sqlite3.Connection, began_at: datetime, day: int) -> None:
    names = _columns(db, "rollup_1d")
    values = [f"date(day, '+{day} days')" if name == "day" else name for name in names]
    db.execute(
        f"INSERT INTO rollup_1d ({', '.join(names)}) SELECT {', '.join(values)} FROM rollup_1d"
        " WHERE day = ?",
        (began_at.date().isoformat(),),
    )


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in db.execute(f"PRAGMA table_info({table})")]


def _open(path: Path) -> sqlite3.Connection:
    """The monitor has closed it; nothing needs to survive a power cut."""
    db = sqlite3.connect(path)
    db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;")
    return db
