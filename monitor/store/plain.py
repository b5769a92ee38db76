"""Runs that passed, of probes that were well: nearly all of them, so in as few steps as can be.

What `monitor.incidents` and `monitor.health` make of such a run is written here as the conditions
of one UPDATE: where they hold, the next state is known; where not, the run is left to them. That
both say the same is held by a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from sqlite_utils import Database

from monitor.clock import from_us
from monitor.store.compact import AHEAD_US
from monitor.store.counting import day_of
from monitor.store.fives import counted_until
from monitor.store.records import location_key, phases_of

_DAY_US: Final = 86_400_000_000
_HEALTH: Final = (
    "UPDATE health SET slot = ?1, evidence_at = ?2, last_good_at = ?2, last_run_at = ?2,"
    " last_outcome = 'PASS', last_reason = NULL, last_summary = ?3, last_took_us = ?4,"
    " last_warnings = '', slow_runs = 0, recent = substr(recent || 'g', -?5)"
    " WHERE probe = ?6 AND location = ?7 AND slot < ?1 AND state = 'quiet' AND health = 'up'"
    " AND incident IS NULL AND recovered_at IS NULL AND evidence_at >= ?8"
    " AND recent NOT GLOB '*[bs]*'"
)
_RUN: Final = (
    "INSERT INTO run VALUES (?, ?, ?, ?, 1, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # 1: PASS
)
_DAY: Final = (
    "INSERT INTO rollup_1d (day, probe, location, pass, known_us, took_us)"
    " VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET pass = pass + 1,"
    " known_us = known_us + excluded.known_us, took_us = took_us + excluded.took_us"
)


class PlainRun(NamedTuple):
    """A run that passed. Evidence from before `patient_since_us` is forgotten; the last `marks`
    runs are remembered.
    """

    probe: int
    slot_us: int
    started_us: int
    known_us: int
    took_us: int
    tries: int
    phases: Mapping[str, timedelta]
    note: str
    marks: int
    patient_since_us: int


def take(db: Database, location: str, runs: Sequence[PlainRun]) -> list[bool]:
    """Records those of probes that are well; which of *runs* they were. Once a run of a probe was
    not taken, none after it is. Inside the writer's transaction.
    """
    place, counted = location_key(db, location), counted_until(db)
    execute, left = db.conn.execute, set[int]()
    taken = []
    for run in runs:
        well = (
            run.probe not in left
            and run.slot_us >= counted
            and run.slot_us - run.started_us < AHEAD_US
            and execute(_HEALTH, _health(run, location)).rowcount == 1
        )
        taken.append(well)
        if not well:
            left.add(run.probe)
    found = [run for run, well in zip(runs, taken, strict=True) if well]
    days = {day: day_of(from_us(day * _DAY_US)) for day in {r.started_us // _DAY_US for r in found}}
    db.conn.executemany(_RUN, [_row(run, place) for run in found])
    db.conn.executemany(
        _DAY,
        [(days[r.started_us // _DAY_US], r.probe, location, r.known_us, r.took_us) for r in found],
    )
    return taken


def _health(run: PlainRun, location: str) -> tuple[int | str, ...]:
    return (
        run.slot_us,
        run.started_us,
        run.note,
        run.took_us,
        run.marks,
        run.probe,
        location,
        run.patient_since_us,
    )


def _row(run: PlainRun, place: int) -> tuple[int | str | None, ...]:
    phases, steps = phases_of(run.phases)
    return (
        run.slot_us,
        run.probe,
        place,
        run.started_us - run.slot_us,
        run.known_us,
        run.took_us,
        run.tries,
        *phases,
        steps,
        (run.note or None) if run.tries > 1 else None,
    )
