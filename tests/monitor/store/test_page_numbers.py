"""What a page adds up, and how SQLite finds it in a database with years in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.clock import to_us
from monitor.store import fives, page_numbers, rollups
from monitor.store.histogram import bucket, of_json
from monitor.store.page_numbers import HOUR_US, Hour
from monitor.store.rollups import DAY
from tests.monitor.store.history import MINUTE, Store, a_store
from tests.support.clock import NIGHT

HOUR = timedelta(hours=1)
MINUTE_US = 60_000_000
TODAY = NIGHT.date()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "t.db") as made:
        yield made


def of(store: Store) -> list[int]:
    return list(store.keys.values())


def hours(store: Store, hours_: int = 2) -> list[Hour]:
    since, until = to_us(NIGHT), to_us(NIGHT) + hours_ * HOUR_US
    return store.do(
        lambda db: sorted(page_numbers.hours(db, since_us=since, until_us=until, of=of(store)))
    )


def test_days_are_told_by_the_place_that_watched_longer(store: Store) -> None:
    store.runs(NIGHT - DAY)
    store.runs(NIGHT)
    store.runs(NIGHT, "SLOW", probe="b")
    watched = "INSERT INTO rollup_1d (day, probe, location, pass, known_us) VALUES (?, 1, ?, ?, ?)"
    for place, known in (("aachen", 9), ("zurich", 1)):
        store.ask(watched, TODAY.isoformat(), place, known, known * HOUR_US)
    found = store.do(lambda db: page_numbers.days(db, since=TODAY - DAY, until=TODAY, of=of(store)))
    a, b = store.keys["a"], store.keys["b"]
    assert found[TODAY - DAY] == {a: (MINUTE_US, 0, 0, 1)}
    assert found[TODAY] == {a: (9 * HOUR_US, 0, 0, 9), b: (MINUTE_US, 0, 1, 1)}


def test_only_probes_that_were_named_are_told_of(store: Store) -> None:
    store.runs(NIGHT)
    store.runs(NIGHT, probe="b")
    only = [store.keys["b"]]
    found = store.do(lambda db: page_numbers.days(db, since=TODAY, until=TODAY, of=only))
    assert list(found[TODAY]) == only
    until = to_us(NIGHT) + HOUR_US
    assert (
        store.do(
            lambda db: [
                hour.probe
                for hour in page_numbers.hours(db, since_us=to_us(NIGHT), until_us=until, of=only)
            ]
        )
        == only
    )
    assert store.do(lambda db: set(page_numbers.keys(db, ["b", "c"]))) == {"b"}


def test_an_hour_is_the_same_however_much_of_it_is_folded(store: Store) -> None:
    for minute in range(120):
        outcome = "FAIL" if 70 <= minute < 75 else "PASS"
        store.runs(NIGHT + minute * MINUTE, outcome, took=timedelta(milliseconds=100 + minute))
    began = NIGHT + 70 * MINUTE
    since = {"since": began, "until": began + 5 * MINUTE}
    store.do(lambda db: fives.add_down(db, store.series(), **since))
    raw = hours(store)
    assert [(hour.known_us, hour.down_us) for hour in raw] == [
        (HOUR_US, 0),
        (HOUR_US, 5 * MINUTE_US),
    ]
    assert sum(of_json(raw[1].histogram).values()) == 55
    store.do(lambda db: fives.fold(db, until=NIGHT + 90 * MINUTE, most=1000))
    assert hours(store) == raw
    end = NIGHT + DAY
    store.do(lambda db: fives.fold(db, until=end, most=1000))
    assert hours(store) == raw
    store.do(lambda db: rollups.fold_hours(db, since=NIGHT - DAY, until=end, most=1))
    assert hours(store) == raw
    store.do(lambda db: rollups.fold_hours(db, since=NIGHT - DAY, until=end, most=9))
    assert hours(store) == raw


def test_an_hour_that_two_places_watched_is_told_once(store: Store) -> None:
    store.runs(NIGHT)
    for place, known in (("aachen", 40), ("zurich", 20)):
        store.ask(
            "INSERT INTO rollup_1h (probe, location, starts_at, known_us) VALUES (?, ?, ?, ?)",
            store.keys["a"],
            place,
            to_us(NIGHT),
            known * MINUTE_US,
        )
        store.ask(
            "INSERT INTO health SELECT probe, ?, health, since_at, slow_runs, state, slot,"
            " began_at, failures, passes, recovered_at, incident, evidence_at, last_good_at,"
            " last_run_at, last_outcome, last_reason, last_summary, last_took_us, recent,"
            " flapping, grave, last_warnings, down_until FROM health WHERE location = 'here'",
            place,
        )
    [found] = hours(store)
    assert found.known_us == 40 * MINUTE_US


def test_what_is_down_right_now_is_known_before_any_hour_is_over(store: Store) -> None:
    store.runs(NIGHT, "FAIL")
    since = {"since": NIGHT, "until": NIGHT + 3 * MINUTE}
    store.do(lambda db: fives.add_down(db, store.series(), **since))
    found = store.do(lambda db: page_numbers.down_since(db, to_us(NIGHT)))
    assert found == {store.keys["a"]: 3 * MINUTE_US}


def test_histograms_of_days_come_without_the_day_that_is_not_over(store: Store) -> None:
    for days in (2, 1, 0):
        store.runs(NIGHT - days * DAY)
        store.ask(
            "UPDATE rollup_1d SET histogram = ? WHERE day = ?",
            f'{{"{bucket(MINUTE)}":{days}}}',
            (TODAY - days * DAY).isoformat(),
        )
    found = store.do(
        lambda db: list(
            page_numbers.day_histograms(db, since=TODAY - DAY, until=TODAY, of=of(store))
        )
    )
    assert [(day, probe) for day, probe, _ in found] == [
        ((TODAY - DAY).isoformat(), store.keys["a"])
    ]


def test_the_questions_of_the_page_read_only_what_they_are_about(store: Store) -> None:
    asked: list[str] = []

    def ask(db: Database) -> list[str]:
        since_us = to_us(NIGHT)
        with db.tracer(lambda sql, _: asked.append(sql)):
            page_numbers.days(db, since=TODAY, until=TODAY, of=[1])
            list(page_numbers.day_histograms(db, since=TODAY, until=TODAY, of=[1]))
            list(page_numbers.hours(db, since_us=since_us, until_us=since_us + 1, of=[1]))
            page_numbers.down_since(db, since_us)
            page_numbers.outages(db, since_us=since_us)
            list(page_numbers.steps(db, since_us=since_us, until_us=since_us + 1, of=[1]))
        plans = [db.execute(f"EXPLAIN QUERY PLAN {sql}", _nothing(sql)) for sql in asked]
        return [str(row[3]) for plan in plans for row in plan.fetchall()]

    steps = store.do(ask)
    assert "SEARCH rollup_1d USING PRIMARY KEY (day>? AND day<?)" in steps
    assert "SEARCH run USING PRIMARY KEY (slot>? AND slot<?)" in steps
    tables = ("SCAN rollup", "SCAN hour", "SCAN incident", "SCAN run")
    assert not [step for step in steps if step.startswith(tables)]


def _nothing(sql: str) -> list[int]:
    return [0] * sql.count("?")
