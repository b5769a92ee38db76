"""A store with a little history in it, as tests of its life want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.store import Writer, counting, fives, records, rollups, verdicts
from monitor.store import incidents as rows
from monitor.store.fives import Series
from monitor.store.incidents import NewIncident
from monitor.store.records import ProbeRow, RunRow
from monitor.store.rollups import DAY
from monitor.store.verdicts import HealthRow
from tests.support.clock import NIGHT, HandClock
from tests.support.notices import opened, resolved

T = TypeVar("T")
MINUTE = timedelta(minutes=1)
_DELIVERED = "UPDATE outbox SET delivered_at = created_at WHERE incident = ?"


@dataclass
class Store:
    """One writer, and the probes `a` and `b`."""

    writer: Writer
    keys: dict[str, int]

    def do(self, work: Callable[[Database], T]) -> T:
        return self.writer.submit(work).result(60)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.do(lambda db: db.execute(sql, values).fetchall())

    def series(self, probe: str = "a") -> Series:
        return Series(self.keys[probe], "here")

    def runs(
        self,
        at: datetime,
        outcome: str = "PASS",
        *,
        probe: str = "a",
        took: timedelta = timedelta(milliseconds=100),
        known: timedelta = MINUTE,
        slot: datetime | None = None,
    ) -> None:
        """One more run, counted as the recorder counts it; its slot is *at* unless there is one."""
        row = RunRow(
            probe=self.keys[probe],
            location="here",
            slot=slot or at,
            started_at=at,
            outcome=outcome,
            reason=None,
            took=took,
            tries=1,
            phases={"wait": took},
            note="",
            known=known,
        )

        def work(db: Database) -> None:
            if records.add_run(db, row):
                counting.add_run(db, row)
                before = verdicts.load_health(db, row.probe, row.location)
                verdicts.save_health(db, row, before)

        self.do(work)

    def opens(self, probe: str = "a", channel: str = "oncall", *, told: bool = True) -> int:
        """The number of a new incident, told to one channel."""

        def work(db: Database) -> int:
            new = NewIncident(
                probe=self.keys[probe],
                location="here",
                began_at=NIGHT,
                opened_at=NIGHT + MINUTE,
                reason="http_status",
                summary="status 503",
                failed_step="",
                failures=2,
            )
            number, key = rows.open_incident(db, new, instance="one")
            notice = opened(incident=number, dedup_key=key, probe=probe)
            rows.add_event(db, notice, why="", channels=[channel])
            db.execute("UPDATE health SET incident = ?, state = 'firing'", (number,))
            if told:
                db.execute(_DELIVERED, (number,))
            return number

        return self.do(work)

    def resolves(
        self, number: int, at: datetime = NIGHT + 5 * MINUTE, *, told: bool = True
    ) -> None:
        def work(db: Database) -> None:
            ended = rows.resolve_incident(db, number, recovered_at=at, resolved_at=at)
            notice = resolved(incident=number, dedup_key=ended.dedup_key)
            rows.add_event(db, notice, why="", channels=["oncall"])
            db.execute("UPDATE health SET incident = NULL, state = 'quiet'")
            if told:
                db.execute(_DELIVERED, (number,))

        self.do(work)


@contextmanager
def a_store(path: Path, *, fresh: bool = True) -> Iterator[Store]:
    writer = Writer(path, HandClock(NIGHT + timedelta(hours=1)))
    try:
        probes = [ProbeRow(name, name, "toy") for name in "ab"]
        keys = writer.submit(lambda db: records.sync_probes(db, probes, NIGHT)).result(60)
        if fresh:
            writer.submit(lambda db: records.set_meta(db, "instance", "one")).result(60)
        yield Store(writer, keys)
    finally:
        writer.close()


def health(store: Store, probe: str = "a") -> HealthRow:
    return store.do(lambda db: verdicts.load_health(db, store.keys[probe], "here"))


def fold(store: Store, until: timedelta = 2 * DAY) -> None:
    """Hours and days, as far as they are complete."""
    since, end = NIGHT - 40 * DAY, NIGHT + until
    store.do(lambda db: fives.fold(db, until=end, most=1_000_000))
    store.do(lambda db: rollups.fold_hours(db, since=since, until=end, most=1000))
    store.do(lambda db: rollups.fold_days(db, since=since, until=end, most=1000))
