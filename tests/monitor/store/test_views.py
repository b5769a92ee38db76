"""What the page asks, and how SQLite finds it in a database with years in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.store import views
from monitor.store.rollups import DAY
from tests.monitor.store.history import MINUTE, Store, a_store
from tests.support.clock import NIGHT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "t.db") as made:
        yield made


def test_days_come_oldest_first_and_from_where_was_watched_longer(store: Store) -> None:
    for days in (2, 1, 0):
        store.runs(NIGHT - days * DAY)
    store.runs(NIGHT, "SLOW", probe="b")
    watched = "INSERT INTO rollup_1d (day, probe, location, pass, known_us) VALUES (?, 1, ?, ?, ?)"
    for place, hours in (("aachen", 9), ("zurich", 1)):
        store.ask(watched, NIGHT.date().isoformat(), place, hours, hours * 3_600_000_000)
    since = NIGHT.date() - DAY
    found = store.do(lambda db: views.days(db, since=since))
    assert [(day.day, day.known) for day in found["a"]] == [
        (since, MINUTE),
        (NIGHT.date(), timedelta(hours=9)),
    ]
    assert [(day.runs, day.slow) for day in found["b"]] == [(1, 1)]


def test_the_questions_of_the_page_read_only_what_they_are_about(store: Store) -> None:
    asked: list[str] = []

    def ask(db: Database) -> list[str]:
        with db.tracer(lambda sql, _: asked.append(sql)):
            views.days(db, since=NIGHT.date())
            views.incidents(db, since=NIGHT)
        plans = [db.execute(f"EXPLAIN QUERY PLAN {sql}", _nothing(sql)) for sql in asked]
        return [str(row[3]) for plan in plans for row in plan.fetchall()]

    steps = store.do(ask)
    assert "SEARCH rollup_1d USING PRIMARY KEY (day>?)" in steps
    assert not [step for step in steps if step.startswith(("SCAN rollup", "SCAN incident"))]


def _nothing(sql: str) -> list[int]:
    return [0] * sql.count("?")
