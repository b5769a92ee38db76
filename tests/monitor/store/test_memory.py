"""A database in memory does as one on disk would, for as long as it is needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.store import StoreTrouble, memory
from monitor.store.memory import Memory


@pytest.fixture
def found() -> Iterator[Memory]:
    kept = Memory({"probe": [{"key": 7, "id": "web", "name": "Web", "kind": "http", "gone": 1}]})
    yield kept
    kept.close()


async def test_it_begins_with_what_it_is_given_and_leaves_columns_that_are_no_more(
    found: Memory,
) -> None:
    assert await found.ask(lambda db: [row["key"] for row in db["probe"].rows]) == [7]


async def test_work_that_fails_leaves_nothing_behind(found: Memory) -> None:
    def work(db: Database) -> None:
        db.execute("INSERT INTO meta VALUES ('one', '1')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await found.do(work)
    assert await found.ask(lambda db: db["meta"].count) == 0


async def test_it_is_bounded(found: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LIMITS", "PRAGMA max_page_count = 100;")
    small = Memory({})
    big = "INSERT INTO meta VALUES ('big', randomblob(4000000))"
    with pytest.raises(StoreTrouble, match="full"):
        await small.do(lambda db: db.execute(big))
    small.close()


async def test_history_is_forgotten_and_what_decides_stays(found: Memory) -> None:
    run = "INSERT INTO run (slot, probe, location, lag_us, outcome, took_us, tries)"
    await found.do(lambda db: db.execute(f"{run} VALUES (1, 7, 1, 1, 1, 1, 1)"))
    await found.do(memory.forget_history)
    assert await found.ask(lambda db: (db["run"].count, db["probe"].count)) == (0, 1)
