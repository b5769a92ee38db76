"""Which letter is next, however many wait, and the plan by which SQLite finds it."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.clock import to_us
from monitor.store import Writer, outbox, records
from tests.support.clock import NIGHT

WAITING = 5000
INCIDENT = (
    "INSERT INTO incident (id, probe, location, dedup_key, began_at, opened_at, reason, summary,"
    " failures) VALUES (?, 1, 'here', ?, 0, 0, '', '', 1)"
)
EVENT = "INSERT INTO event (id, incident, sequence, kind, at, why) VALUES (?, ?, ?, ?, 0, '')"
LETTER = (
    "INSERT INTO outbox (incident, event, channel, body, created_at, next_at, attempts)"
    " VALUES (?, ?, 'pager', '{}', 0, ?, ?)"
)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Five thousand incidents whose openings wait for their next attempt, a reminder behind each,
    and one that is new.
    """
    path = tmp_path_factory.mktemp("outbox") / "t.db"
    writer = Writer(path)
    writer.submit(_crowd).result(60)
    writer.close()
    return Database(path)


def _crowd(db: Database) -> None:
    records.sync_probes(db, [records.ProbeRow("p", "p", "toy")], NIGHT)
    for n in range(1, WAITING + 1):
        db.execute(INCIDENT, (n, str(n)))
        db.execute(EVENT, (2 * n, n, 1, "opened"))
        db.execute(EVENT, (2 * n + 1, n, 2, "reminded"))
        db.execute(LETTER, (n, 2 * n, to_us(NIGHT + timedelta(seconds=n / 2)), 3))
        db.execute(LETTER, (n, 2 * n + 1, to_us(NIGHT + timedelta(seconds=n / 4)), 1))


def test_the_next_letter_is_found_without_looking_through_all_that_wait(
    crowded: Database,
) -> None:
    took = []
    for second in range(0, WAITING // 2, 250):
        began = time.perf_counter()
        letter = outbox.next_letter(crowded, "pager", at=NIGHT + timedelta(seconds=second))
        took.append(time.perf_counter() - began)
        assert letter
        assert letter.due_at == NIGHT + timedelta(seconds=0.5)
    assert min(took) < 0.002


def test_every_part_of_the_question_has_an_index(crowded: Database) -> None:
    asked = dict.fromkeys(("channel", "at", "furthest", "set_aside", "hurry", "ahead"), 0)
    plan = [row[3] for row in crowded.execute(f"EXPLAIN QUERY PLAN {outbox._NEXT}", asked)]
    assert [step for step in plan if step.startswith("SCAN mine")] == []
    assert any("outbox_untried" in step for step in plan)
    assert not any("TEMP B-TREE" in step for step in plan)


def _letters(db: Database, *kinds: str) -> None:
    records.sync_probes(db, [records.ProbeRow("p", "p", "toy")], NIGHT)
    db.execute(INCIDENT, (1, "1"))
    for number, kind in enumerate(kinds, start=1):
        db.execute(EVENT, (number, 1, number, kind))
        db.execute(LETTER, (1, number, to_us(NIGHT), 0))


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["opened"], ["opened"]),
        (["opened", "resolved"], ["resolved"]),
        (["opened", "reminded", "escalated"], ["opened", "escalated"]),
        (["escalated", "acknowledged", "resolved"], ["resolved"]),
        (["opened", "worsened", "flapping", "acknowledged"], ["opened", "acknowledged"]),
        (["test", "test"], ["test", "test"]),
    ],
)
def test_the_newest_word_counts(tmp_path: Path, kinds: list[str], told: list[str]) -> None:
    def work(db: Database) -> list[Any]:
        _letters(db, *kinds)
        found = []
        while letter := outbox.next_letter(db, "pager", at=NIGHT):
            outbox.mark_delivered(db, letter.id, at=NIGHT)
            found.append(kinds[letter.id - 1])
        assert outbox.channels_waiting(db) == []
        return found

    writer = Writer(tmp_path / "t.db")
    assert writer.submit(work).result(20) == told
    writer.close()
