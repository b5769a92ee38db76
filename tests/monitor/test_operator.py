"""Our own trouble: told to whoever runs trueup, once, and over when it is over."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.context import Context
from monitor.notices import Notice
from monitor.operator import Operator
from monitor.store import StoreTrouble, Writer, attended, sync
from tests.support.clock import HandClock
from tests.support.configs import a_config, a_probe

T = TypeVar("T")


class Door(Writer):
    """A real store whose door can be shut."""

    shut = False

    async def do(self, work: Callable[[Database], T]) -> T:
        if self.shut:
            raise StoreTrouble("the database is locked")
        return await super().do(work)


@dataclass
class World:
    operator: Operator
    writer: Door
    clock: HandClock
    direct: list[Notice] = field(default_factory=list)

    async def told(self) -> list[dict[str, Any]]:
        rows = await self.writer.do(lambda db: list(db.query("SELECT * FROM outbox ORDER BY id")))
        return [json.loads(row["body"]) | {"channel": row["channel"]} for row in rows]


@asynccontextmanager
async def a_world(folder: Path) -> AsyncIterator[World]:
    clock, writer = HandClock(), Door(folder / "t.db")
    config = a_config(a_probe("signin", channels=("oncall",)), operators=("ops",))
    context = Context(config, {}, "instance")
    direct: list[Notice] = []
    operator = Operator(
        writer,
        clock,
        lambda: context,
        lambda: None,
        lambda notice, _: direct.append(notice),
        folder=folder,
    )
    yield World(operator, writer, clock, direct)
    writer.close()


async def test_a_dead_network_is_one_page_for_the_operator_however_often_it_is_noticed(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        for _ in range(5):
            await world.operator.begins("network", "No anchor answers.")
        [body] = await world.told()
        assert (body["channel"], body["event"], body["about"]) == ("ops", "opened", "trueup")
        assert (body["outcome"], body["severity"]) == ("ERROR", "critical")


async def test_it_ends_once_and_says_how_long_it_was(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.operator.ends("network")
        await world.operator.begins("network", "No anchor answers.")
        world.clock.wind(timedelta(minutes=7))
        for _ in range(3):
            await world.operator.ends("network")
        opened, resolved = await world.told()
        assert (resolved["event"], resolved["lasted_s"]) == ("resolved", 420.0)
        assert resolved["dedup_key"] == opened["dedup_key"]


async def test_the_second_time_is_another_incident(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        for _ in range(2):
            await world.operator.begins("browser", "It does not start.")
            await world.operator.ends("browser")
        assert len({body["dedup_key"] for body in await world.told()}) == 2


async def test_one_broken_probe_of_ours_is_no_reason_to_get_up(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.operator.begins("probe-signin", "Its journey is broken.")
        [body] = await world.told()
        assert body["severity"] == "warning"


async def test_a_new_configuration_does_not_end_our_own_trouble(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.operator.begins("network", "No anchor answers.")
        await world.writer.do(lambda db: sync.sync(db, [], "here", world.clock.now()))
        [body] = await world.told()
        assert body["event"] == "opened"


async def test_a_store_that_takes_nothing_is_told_past_the_store(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.writer.shut = True
        await world.operator.begins("storage", "The disk is full.")
        await world.operator.begins("storage", "The disk is full.")
        assert [notice.says for notice in world.direct] == [("The disk is full.",)]
        world.writer.shut = False
        await world.operator.ends("storage")
        opened, resolved = world.direct
        assert resolved.event.value == "resolved"
        assert resolved.dedup_key == opened.dedup_key
        assert await world.told() == []


async def test_a_test_page_asks_for_nothing_and_leaves_nothing_open(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.operator.test(("ops", "mail"), "the daily test")
        bodies = await world.told()
        assert [(body["channel"], body["event"]) for body in bodies] == [
            ("ops", "test"),
            ("mail", "test"),
        ]
        assert await world.writer.do(attended.every_open) == []


async def test_trouble_told_past_the_store_is_ended_under_its_key_after_a_kill(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        world.writer.shut = True
        await world.operator.begins("storage", "The disk is full.")
        [opened] = world.direct
    async with a_world(tmp_path) as later:
        assert later.operator.told_directly == ["storage"]
        await later.operator.ends("storage")
        [resolved] = later.direct
        assert (resolved.event.value, resolved.dedup_key) == ("resolved", opened.dedup_key)
    async with a_world(tmp_path) as last:
        assert last.operator.told_directly == []
        assert not (tmp_path / "own.json").exists()


async def test_a_folder_that_takes_no_file_keeps_nobody_from_hearing(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        (tmp_path / "own.json.new").mkdir()
        world.writer.shut = True
        await world.operator.begins("storage", "The disk is full.")
        assert len(world.direct) == 1


async def test_a_file_that_makes_no_sense_is_no_trouble(tmp_path: Path) -> None:
    for text in ("{", "[]", '{"storage": 1}', '{"storage": "{}"}'):
        (tmp_path / "own.json").write_text(text)
        async with a_world(tmp_path) as world:
            assert world.operator.told_directly == []
