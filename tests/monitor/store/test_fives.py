"""Five minutes are made from their runs, and every run counts once, whenever it comes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import to_us
from monitor.store import counting, fives
from monitor.store.fives import Tally
from monitor.store.histogram import bucket, of_json
from tests.monitor.store.history import MINUTE, Store, a_store
from tests.support.clock import NIGHT

SECOND = timedelta(seconds=1)
US = timedelta(microseconds=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "t.db") as made:
        yield made


def folded(store: Store, minutes: int, most: int = 1000) -> bool:
    until = NIGHT + minutes * MINUTE
    return store.do(lambda db: fives.fold(db, until=until, most=most))


def sums(store: Store) -> list[tuple[object, ...]]:
    return store.ask(
        "SELECT probe, sum(pass), sum(slow), sum(fail), sum(error), sum(known_us), sum(took_us)"
        " FROM rollup_5m GROUP BY probe"
    )


@pytest.mark.parametrize("seed", range(3))
def test_each_run_is_in_one_row_however_runs_folds_and_counts_mix(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    took: list[int] = []
    for _ in range(120):
        match dice.choice("rrrrft"):
            case "f":
                folded(store, dice.randrange(60), most=dice.choice((1, 7, 1000)))
            case "t":
                tally = Tally(outcomes={"PASS": 2}, known=MINUTE, took=SECOND)
                at = NIGHT + dice.randrange(60) * MINUTE
                store.do(lambda db, a=at, t=tally: counting.add_tally(db, store.series(), a, t))  # type: ignore[misc]  # bound now
            case _:
                at, span = NIGHT + dice.randrange(3600) * SECOND, dice.randrange(1, 900)
                [(before,)] = store.ask("SELECT count(*) FROM run")
                store.runs(at, took=timedelta(milliseconds=span))
                [(after,)] = store.ask("SELECT count(*) FROM run")
                took += [bucket(timedelta(milliseconds=span))] * (after - before)
    while folded(store, 120, most=50):
        pass
    by_day = "SELECT probe, pass, slow, fail, error, known_us, took_us FROM rollup_1d"
    assert sums(store) == store.ask(by_day)
    found = [of_json(row[0]) for row in store.ask("SELECT histogram FROM rollup_5m")]
    assert {b: sum(h.get(b, 0) for h in found) for b in took} == {b: took.count(b) for b in took}


def test_a_fold_is_bounded_and_goes_on_where_it_ended(store: Store) -> None:
    for second in range(0, 600, 20):
        store.runs(NIGHT + second * SECOND)
    steps = 1
    while folded(store, 10, most=7):
        steps += 1
    assert steps == 5
    assert store.ask("SELECT pass FROM rollup_5m") == [(15,), (15,)]
    assert not folded(store, 10)


def test_many_that_were_due_in_one_instant_are_no_end(store: Store) -> None:
    for probe in "ab":
        store.runs(NIGHT, probe=probe)
    while folded(store, 5, most=1):
        pass
    assert sums(store)[0][1] == sums(store)[1][1] == 1


def test_down_time_is_there_before_and_after_the_row_is_made(store: Store) -> None:
    for minute in range(4):
        store.runs(NIGHT + minute * MINUTE, "FAIL")
    series = store.series()
    for since in (NIGHT, NIGHT + MINUTE):
        store.do(lambda db, s=since: counting.add_down(db, series, since=s, until=s + MINUTE))  # type: ignore[misc]  # bound now
    folded(store, 5)
    late = NIGHT + 3 * MINUTE
    store.do(lambda db: counting.add_down(db, series, since=late, until=late + 9 * MINUTE))
    [(down, known)] = store.ask("SELECT down_us, known_us FROM rollup_5m")
    assert (down, known) == (4 * MINUTE // US, 4 * MINUTE // US), "never more than is known"


def test_a_slow_probe_is_down_where_its_runs_were_due(store: Store) -> None:
    for minute in (4, 14):
        store.runs(NIGHT + minute * MINUTE, "FAIL", known=10 * MINUTE)
    since = NIGHT + 4 * MINUTE
    series = store.series()
    store.do(lambda db: counting.add_down(db, series, since=since, until=since + 20 * MINUTE))
    folded(store, 30)
    assert store.ask("SELECT starts_at, down_us FROM rollup_5m ORDER BY 1") == [
        (to_us(NIGHT), 10 * MINUTE // US),
        (to_us(NIGHT + 10 * MINUTE), 10 * MINUTE // US),
    ]


def test_a_time_that_is_no_time_is_not_down_and_none_is_longer_than_what_is_known(
    store: Store,
) -> None:
    series = store.series()
    for since, until in ((6, 6), (7, 3)):
        begin, end = NIGHT + since * MINUTE, NIGHT + until * MINUTE
        store.do(lambda db, b=begin, e=end: counting.add_down(db, series, since=b, until=e))  # type: ignore[misc]  # bound now
    assert store.ask("SELECT count(*) FROM rollup_5m") == [(0,)]
    store.runs(NIGHT + 6 * MINUTE, "FAIL")
    begin, end = NIGHT + 4 * MINUTE, NIGHT + 7 * MINUTE
    store.do(lambda db: counting.add_down(db, series, since=begin, until=end))
    folded(store, 10, most=1)
    folded(store, 10)
    assert store.ask("SELECT known_us, down_us FROM rollup_5m ORDER BY starts_at") == [
        (0, 0),
        (MINUTE // US, MINUTE // US),
    ]


def test_a_clock_that_was_ahead_for_a_run_costs_none_after_it(store: Store) -> None:
    ahead = NIGHT + timedelta(days=365)
    store.runs(ahead)
    for minute in range(7):
        store.runs(NIGHT + minute * MINUTE, slot=ahead + (minute + 1) * US)
    of_these = "SELECT starts_at, pass FROM rollup_5m ORDER BY 1"
    seen = [(to_us(NIGHT), 5), (to_us(NIGHT + 5 * MINUTE), 2)]
    assert store.ask(of_these) == seen
    until = ahead + 10 * MINUTE
    store.do(lambda db: fives.fold(db, until=until, most=1000))
    assert store.ask(of_these) == [*seen, (to_us(ahead), 1)]
    found = fives.histogram_of_runs
    assert not store.do(lambda db: found(db, store.series(), since=NIGHT, until=until))
