"""Forgetting a little at a time, and never because a clock was wrong."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.clock import to_us
from monitor.store import backup, fives, retention
from monitor.store.retention import FIVE_MINUTES
from monitor.store.rollups import DAY
from tests.monitor.store.history import Store, a_store
from tests.support.clock import NIGHT

POLICY = {"runs": 30 * DAY, "five_minutes": 90 * DAY, "hours": 730 * DAY}
YEAR = 365 * DAY


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "t.db") as made:
        yield made


def many(store: Store, count: int, days: int = 40) -> None:
    """Runs of both probes over the last days."""
    store.runs(NIGHT)
    store.runs(NIGHT, probe="b")
    store.ask(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO run (slot, probe, location, lag_us, outcome, took_us, tries, note)"
        " SELECT ? - i * ?, 1 + i % 2, 1, 0, 1, 1, 1, hex(randomblob(200)) FROM n",
        count,
        to_us(NIGHT),
        days * (DAY // timedelta(microseconds=1)) // count,
    )


def step(store: Store, **changes: timedelta) -> bool:
    return store.do(lambda db: retention.step(db, NIGHT, over=NIGHT, **(POLICY | changes)))


def count(store: Store, table: str = "run") -> int:
    return int(store.ask(f"SELECT count(*) FROM {table}")[0][0])


def test_what_is_too_old_goes_in_small_steps_and_the_rest_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "FORGOTTEN_MAX", 2000)
    many(store, 20_000)
    steps = [count(store)]
    while step(store):
        steps.append(count(store))
        assert steps[-2] - steps[-1] <= retention.FORGOTTEN_MAX
    assert 14_990 <= count(store) <= 15_010
    assert len(steps) >= 3
    assert count(store, "rollup_1d") == 2
    [(oldest,)] = store.ask("SELECT min(slot) FROM run")
    assert oldest >= to_us(NIGHT - 30 * DAY)


def test_the_file_shrinks_without_ever_being_rewritten(store: Store, tmp_path: Path) -> None:
    many(store, 20_000)
    store.ask("DELETE FROM run")
    [(free,)] = store.ask("PRAGMA freelist_count")
    assert free > retention.PAGES_MAX
    rounds = 1
    while store.do(retention.give_back):
        rounds += 1
    assert rounds == free // retention.PAGES_MAX + 1
    store.writer.close()
    assert (tmp_path / "t.db").stat().st_size < 400_000


def test_finer_history_goes_before_coarser_and_nothing_unfolded_is_lost(store: Store) -> None:
    for days in (1, 100, 800):
        store.runs(NIGHT - days * DAY)
    while step(store):
        pass
    assert [count(store, table) for table in ("run", "rollup_5m", "rollup_1h", "rollup_1d")] == [
        1,
        1,
        1,
        3,
    ]
    while step(store, five_minutes=1000 * DAY):
        pass
    store.runs(NIGHT - 100 * DAY, "FAIL")  # so late that its five minutes are gone
    while step(store):
        pass
    assert store.ask("SELECT sum(fail) FROM rollup_1d") == [(1,)]


def test_who_was_told_stays_and_only_the_words_go(store: Store) -> None:
    store.runs(NIGHT - 100 * DAY)
    over, still, untold = store.opens(), store.opens(), store.opens("b", told=False)
    long_ago = to_us(NIGHT - 91 * DAY)
    store.ask("UPDATE outbox SET delivered_at = ? WHERE delivered_at IS NOT NULL", long_ago)
    store.ask("UPDATE incident SET resolved_at = ? WHERE id <> ?", long_ago, still)
    while step(store):
        pass
    assert store.ask("SELECT incident FROM outbox WHERE body = ''") == [(over,)]
    assert store.ask("SELECT incident FROM outbox WHERE body <> ''") == [(still,), (untold,)]


def test_a_clock_that_steps_a_year_ahead_forgets_an_hour_and_not_a_year(store: Store) -> None:
    many(store, 5_000, days=20)
    hour = timedelta(hours=1)
    assert store.do(lambda db: retention.goes_by(db, NIGHT, hour)) == NIGHT
    ahead = store.do(lambda db: retention.goes_by(db, NIGHT + YEAR, hour))
    assert ahead == NIGHT + 2 * hour
    while store.do(lambda db: retention.step(db, ahead, over=ahead, **POLICY)):
        pass
    assert count(store) == 5_002
    assert store.do(lambda db: retention.goes_by(db, NIGHT + 2 * hour, hour)) == NIGHT + 2 * hour


def test_before_the_first_time_it_goes_by_what_was_recorded(store: Store) -> None:
    store.runs(NIGHT)
    found = store.do(lambda db: retention.goes_by(db, NIGHT + YEAR, timedelta()))
    assert found == NIGHT + DAY


def test_runs_that_a_clock_named_that_was_ahead_are_forgotten_by_when_they_began(
    store: Store,
) -> None:
    for days in (31, 29):
        store.runs(NIGHT - days * DAY, slot=NIGHT + YEAR - days * timedelta(seconds=1))
    while step(store):
        pass
    began = store.ask("SELECT slot + lag_us FROM run")
    assert began == [(to_us(NIGHT - 29 * DAY),)]
    plan = store.ask(
        "EXPLAIN QUERY PLAN SELECT slot FROM run WHERE lag_us <= -300000000"
        " AND slot + lag_us < 5 ORDER BY slot + lag_us LIMIT 9"
    )
    assert "USING INDEX run_ahead" in plan[0][3] or "USING COVERING INDEX run_ahead" in plan[0][3]


def test_after_a_long_pause_folding_is_up_to_date_at_once_and_forgetting_is_not(
    store: Store,
) -> None:
    store.runs(NIGHT - 20 * DAY)
    store.do(lambda db: retention.goes_by(db, NIGHT - 20 * DAY, timedelta()))
    for days in (0, 1):
        store.runs(NIGHT + days * DAY)

    def ticks(db: Database) -> bool:
        at = NIGHT + DAY + YEAR  # the clock leaps, and nothing ran so late
        horizon = retention.goes_by(db, at, timedelta(minutes=10))
        return retention.step(db, horizon, over=retention.over_by(db, at), **POLICY)

    while store.do(ticks):
        pass
    assert store.do(fives.counted_until) == to_us(NIGHT + DAY - FIVE_MINUTES)
    assert store.ask("SELECT count(*) FROM rollup_1d WHERE histogram <> '{}'") == [(2,)]
    assert count(store) == 3


spans = st.timedeltas(min_value=-10 * YEAR, max_value=10 * YEAR)


@given(st.lists(st.tuples(spans, st.timedeltas(timedelta(), timedelta(hours=1))), max_size=50))
def test_no_clock_makes_retention_faster_than_twice_the_time(
    seen: list[tuple[timedelta, timedelta]],
) -> None:
    horizon, passed_since = NIGHT, timedelta()
    for off, passed in seen:
        passed_since += passed
        horizon = retention.advanced(horizon, NIGHT + off, passed)
        assert horizon <= NIGHT + 2 * passed_since
        assert horizon <= NIGHT + off


FORGETS = """
import sys
from datetime import timedelta
from pathlib import Path
from monitor.store import Writer, retention
from tests.support.clock import NIGHT
writer = Writer(Path(sys.argv[1]))
span = timedelta(days=1)
def work(db):
    retention.step(db, NIGHT, runs=span, five_minutes=span, hours=span)
    retention.give_back(db)
while True:
    writer.submit(work).result()
    print("forgot", flush=True)
"""


def test_a_kill_while_forgetting_leaves_a_sound_database(store: Store, tmp_path: Path) -> None:
    many(store, 20_000)
    store.writer.close()
    with subprocess.Popen(
        [sys.executable, "-c", FORGETS, str(tmp_path / "t.db")], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        for _ in range(3):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    with a_store(tmp_path / "t.db", fresh=False) as again:
        assert again.ask("PRAGMA quick_check") == [("ok",)]
        assert 500 < count(again) < 20_000
    assert backup.verify(tmp_path / "t.db") > 500
