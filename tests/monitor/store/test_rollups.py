"""History in less and less detail."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import to_us
from monitor.store import counting, rollups
from monitor.store.fives import Tally
from monitor.store.histogram import LEAST, MOST, bucket, percentile
from monitor.store.rollups import DAY
from tests.monitor.store.history import MINUTE, Store, a_store, fold
from tests.support.clock import NIGHT

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "t.db") as made:
        yield made


def test_a_bucket_is_never_further_than_five_percent_from_what_was_measured() -> None:
    draw = random.Random(1)
    for _ in range(5000):
        took = LEAST * 10 ** draw.uniform(0, math.log10(MOST / LEAST))
        near = timedelta(microseconds=bucket(took))
        assert abs(near - took) <= 0.05 * took
    assert bucket(timedelta()) == bucket(LEAST)
    assert bucket(timedelta(days=1)) == bucket(MOST)


def test_percentiles_of_a_histogram_are_those_of_what_went_into_it() -> None:
    took = [timedelta(milliseconds=n) for n in range(1, 1001)]
    histogram: dict[int, int] = {}
    for each in took:
        histogram[bucket(each)] = histogram.get(bucket(each), 0) + 1
    for share in (0.5, 0.9, 0.95, 0.99, 1.0):
        found = percentile(histogram, share)
        assert found
        assert abs(found / timedelta(milliseconds=1000 * share) - 1) <= 0.06
    assert percentile({}, 0.5) is None


def test_every_run_counts_into_its_five_minutes_once_they_are_over(store: Store) -> None:
    for minute, outcome in enumerate(("PASS", "PASS", "SLOW", "FAIL", "ERROR", "PASS")):
        known = MINUTE if outcome != "ERROR" else timedelta()
        store.runs(NIGHT + minute * MINUTE, outcome, known=known)
    assert store.ask("SELECT * FROM rollup_5m") == []
    fold(store)
    found = store.ask(
        "SELECT starts_at, pass, slow, fail, error, known_us, took_us FROM rollup_5m ORDER BY 1"
    )
    minute_us, took_us = 60_000_000, 100_000
    assert found == [
        (to_us(NIGHT), 2, 1, 1, 1, 4 * minute_us, 5 * took_us),
        (to_us(NIGHT + 5 * MINUTE), 1, 0, 0, 0, minute_us, took_us),
    ]
    [(histogram,)] = store.ask("SELECT histogram FROM rollup_5m WHERE pass = 2")
    assert json.loads(histogram) == {str(bucket(timedelta(milliseconds=100))): 3}


def test_hours_and_days_are_folded_once_they_are_complete(store: Store) -> None:
    for minute in range(0, 130, 5):
        store.runs(NIGHT + minute * MINUTE, took=timedelta(milliseconds=10 + minute))
    fold(store, until=2 * HOUR + 30 * MINUTE)
    assert store.ask("SELECT pass FROM rollup_1h ORDER BY starts_at") == [(12,), (12,)]
    assert store.ask("SELECT histogram FROM rollup_1d") == [("{}",)]
    fold(store)
    [(histogram,)] = store.ask("SELECT histogram FROM rollup_1d")
    assert sum(json.loads(histogram).values()) == 26
    assert store.ask("SELECT count(*) FROM rollup_5m WHERE folded = 0") == [(0,)]


def test_a_run_that_comes_late_or_by_a_clock_set_back_has_its_hour_folded_again(
    store: Store,
) -> None:
    store.runs(NIGHT)
    store.runs(NIGHT + 3 * HOUR)
    fold(store)
    store.runs(NIGHT + MINUTE, "SLOW")
    assert store.ask("SELECT pass, slow FROM rollup_1h WHERE starts_at = ?", to_us(NIGHT)) == [
        (1, 0)
    ]
    fold(store)
    assert store.ask("SELECT pass, slow FROM rollup_1h WHERE starts_at = ?", to_us(NIGHT)) == [
        (1, 1)
    ]
    [(histogram, runs)] = store.ask("SELECT histogram, pass + slow FROM rollup_1d")
    assert sum(json.loads(histogram).values()) == runs == 3


def test_down_time_is_told_by_the_runs_that_saw_it(store: Store) -> None:
    for minute in range(8):
        store.runs(NIGHT + minute * MINUTE, "FAIL" if minute in (3, 4, 5, 6) else "PASS")
    down = NIGHT + 3 * MINUTE
    store.do(lambda db: counting.add_down(db, store.series(), since=down, until=down + 4 * MINUTE))
    assert store.ask("SELECT down_us FROM rollup_5m ORDER BY starts_at") == [
        (120_000_000,),
        (120_000_000,),
    ]
    fold(store)
    assert store.ask("SELECT down_us, known_us FROM rollup_1h") == [(240_000_000, 480_000_000)]


def test_runs_counted_together_are_added_to_what_is_known(store: Store) -> None:
    store.runs(NIGHT)
    tally = Tally(
        outcomes={"PASS": 5, "FAIL": 2},
        known=5 * MINUTE,
        took=timedelta(seconds=1),
        histogram={bucket(timedelta(milliseconds=100)): 4, bucket(timedelta(seconds=1)): 1},
    )
    for _ in range(2):
        store.do(lambda db: counting.add_tally(db, store.series(), NIGHT + MINUTE, tally))
        fold(store)
    assert store.ask("SELECT pass, fail, known_us FROM rollup_5m") == [(11, 4, 660_000_000)]
    assert store.ask("SELECT pass, fail, known_us FROM rollup_1d") == [(11, 4, 660_000_000)]
    [(histogram,)] = store.ask("SELECT histogram FROM rollup_5m")
    assert json.loads(histogram) == {
        str(bucket(timedelta(milliseconds=100))): 9,
        str(bucket(timedelta(seconds=1))): 2,
    }


@pytest.mark.parametrize("span", [HOUR, 5 * DAY, 80 * DAY])
def test_percentiles_are_the_same_whatever_they_are_read_from(
    store: Store, span: timedelta
) -> None:
    for number in range(100):
        took = timedelta(milliseconds=10 * (number + 1))
        store.runs(NIGHT + number * timedelta(seconds=20), took=took)
    before = store.do(
        lambda db: rollups.percentiles(db, store.series(), since=NIGHT, until=NIGHT + span)
    )
    fold(store)
    since = (NIGHT - span).replace(hour=0)
    after = store.do(
        lambda db: rollups.percentiles(
            db, store.series(), since=since, until=since + 2 * span + DAY
        )
    )
    assert before == after
    assert after
    assert after.runs == 100
    for found, wanted in ((after.p50, 500), (after.p90, 900), (after.p95, 950), (after.p99, 990)):
        assert abs(found / timedelta(milliseconds=wanted) - 1) <= 0.06


def test_nothing_known_gives_no_percentiles(store: Store) -> None:
    store.runs(NIGHT, "FAIL")
    assert not store.do(
        lambda db: rollups.percentiles(db, store.series(), since=NIGHT, until=NIGHT + HOUR)
    )
