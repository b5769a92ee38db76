"""What was told without the database, and how it gets in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.notices import EventKind
from monitor.store import attended, incidents, meanwhile, outbox
from monitor.store.memory import Memory
from tests.support.clock import NIGHT
from tests.support.notices import opened

AT = NIGHT + timedelta(minutes=9)
PROBES = [{"key": 1, "id": "web", "name": "web", "kind": "http"}]


@pytest.fixture
async def both() -> AsyncIterator[tuple[Memory, Memory]]:
    """The one that told, and the one that knows nothing of it."""
    told, store = Memory({"probe": PROBES}), Memory({"probe": PROBES})
    yield told, store
    told.close()
    store.close()


def _opens(db: Database, channels: tuple[str, ...] = ("oncall",)) -> int:
    new = incidents.NewIncident(
        probe=1,
        location="here",
        began_at=NIGHT,
        opened_at=NIGHT,
        reason="status",
        summary="500",
        failed_step="",
        failures=2,
    )
    number, key = incidents.open_incident(db, new, instance="one")
    notice = opened(incident=number, dedup_key=key, began_at=NIGHT, at=NIGHT)
    attended.change(db, number, notice=notice, told_at=NIGHT)
    incidents.add_event(db, notice, why="", channels=channels)
    return number


def _resolves(db: Database) -> None:
    incidents.resolve_incident(db, 1, recovered_at=AT, resolved_at=AT)


def _taken(db: Database) -> None:
    for letter in [row["id"] for row in db["outbox"].rows]:
        outbox.mark_delivered(db, letter, at=AT)


async def _written(both: tuple[Memory, Memory]) -> list[tuple[Any, ...]]:
    """(event, channel, delivered) of every letter afterwards; however often it is written."""
    told, store = both
    read = json.loads(json.dumps(await told.do(partial(meanwhile.read, since=0))))
    for _ in range(2):
        await store.do(partial(meanwhile.write, told=read, at=AT, instance="one"))
    question = (
        "SELECT kind, channel, delivered_at IS NOT NULL FROM outbox"
        " JOIN event ON event.id = outbox.event ORDER BY outbox.id"
    )
    return await store.do(lambda db: list(db.execute(question).fetchall()))


async def test_the_same_evidence_has_the_same_key_in_both(both: tuple[Memory, Memory]) -> None:
    keys = []
    for memory in both:
        await memory.do(_opens)
        keys.append(await memory.do(lambda db: [row["dedup_key"] for row in db["incident"].rows]))
    assert keys[0] == keys[1]


async def test_what_opens_twice_with_the_same_beginning_has_two_keys(
    both: tuple[Memory, Memory],
) -> None:
    for _ in range(2):
        await both[0].do(_opens)
    rows = await both[0].do(lambda db: list(db["incident"].rows))
    assert len({row["dedup_key"] for row in rows}) == 2


async def test_what_nobody_else_knows_is_brought_in_and_ended(
    both: tuple[Memory, Memory],
) -> None:
    await both[0].do(_opens)
    await both[0].do(_taken)
    assert await _written(both) == [("opened", "oncall", 1), ("resolved", "oncall", 0)]


async def test_what_both_opened_is_not_told_again(both: tuple[Memory, Memory]) -> None:
    for memory in both:
        await memory.do(_opens)
    await both[0].do(_taken)
    assert await _written(both) == [("opened", "oncall", 1)]


async def test_what_was_not_confirmed_is_told_by_the_store(both: tuple[Memory, Memory]) -> None:
    for memory in both:
        await memory.do(_opens)
    assert await _written(both) == [("opened", "oncall", 0)]


async def test_another_channel_that_heard_of_it_hears_the_end(
    both: tuple[Memory, Memory],
) -> None:
    await both[0].do(partial(_opens, channels=("phone",)))
    await both[0].do(_taken)
    await both[1].do(_opens)
    await both[1].do(_resolves)
    assert (EventKind.RESOLVED.value, "phone", 0) in await _written(both)
