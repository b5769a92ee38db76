"""What could not be asked for, what came to nothing in the middle, and what nobody may ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.actions import acting
from tests.support.acting import an_acting_world, an_action
from tests.support.receivers import Trouble, receiving
from tests.support.serve import free_port
from tests.support.waiting import until_async


@asynccontextmanager
async def _listening(port: int) -> AsyncIterator[list[bytes]]:
    """Somebody who says 201 to everything."""
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield heard


async def test_who_comes_back_in_time_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "PAUSES", (timedelta(seconds=0.4),) * 2)
    port = free_port()
    async with an_acting_world(tmp_path, an_action(url=f"http://127.0.0.1:{port}/")) as one:
        await one.deploy()
        await one.breaks()
        await one.settled("state = 'started'")
        await asyncio.sleep(0.1)  # the first attempt meets a closed door
        async with _listening(port) as heard:
            [row] = await one.settled()
    assert row["state"] == "done"
    assert len(heard) == 1


async def test_what_somebody_took_on_meanwhile_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "PAUSES", (timedelta(seconds=0.5), timedelta(seconds=2)))
    port = free_port()
    async with an_acting_world(tmp_path, an_action(url=f"http://127.0.0.1:{port}/")) as one:
        await one.deploy()
        await one.breaks()
        await one.settled("state = 'started'")
        await one.world.writes("UPDATE incident SET acknowledged_at = 1")
        async with _listening(port) as heard:
            [row] = await one.settled()
    assert (row["state"], row["answer"]) == (
        "unsent",
        "connection refused; then it was not needed any more",
    )
    assert heard == []


async def test_a_stop_in_the_middle_is_told_by_the_next_one_and_nothing_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "GRACE", timedelta(seconds=0.1))
    with receiving(Trouble.HANG) as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.deploy()
            await one.breaks()
            await until_async(lambda: far.requests, "it is asked")
            await one.end()
            [row] = await one.rows("decision = 'act'")
            assert row["state"] == "started"
            one.begin()
            [row] = await one.settled()
            assert row["state"] == "unknown"
            assert [body["why"] for body in await one.bodies("acted")] == ["acted"]
    assert len(far.requests) == 1


async def test_a_version_that_is_none_reaches_nobody(tmp_path: Path) -> None:
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.deploy(version="1.4.2$(reboot)")
            await one.breaks()
            assert await one.reasons() == ["value_unsafe"]
    assert far.requests == []


async def test_an_incident_that_outlasts_the_time_to_act_is_left_alone(tmp_path: Path) -> None:
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.end()
            await one.deploy()
            await one.world.fails("signin")
            one.clock.wind(timedelta(minutes=15, seconds=1))
            assert await one.reasons() == ["too_late"]
            one.clock.wind(timedelta(hours=9))
            assert await one.reasons() == ["too_late"]
    assert far.requests == []


async def test_a_second_release_right_after_is_left_to_people_until_it_cooled_down(
    tmp_path: Path,
) -> None:
    with receiving() as far:
        action = an_action(url=far.url, cool_down=timedelta(minutes=30))
        async with an_acting_world(tmp_path, action) as one:
            await one.deploy()
            await one.breaks()
            await one.settled()
            await one.mends()
            await one.deploy("1.4.1", note="roll-back")
            await one.deploy("1.4.3", previous="1.4.1")
            await one.breaks()
            assert await one.reasons() == ["cools_down"]
            await one.mends()
            one.clock.wind(timedelta(minutes=30))
            await one.deploy("1.4.4", previous="1.4.1")
            await one.breaks()
            await until_async(lambda: len(far.requests) == 2, "the next one is rolled back")


async def test_the_deploy_of_the_roll_back_itself_is_never_rolled_back(tmp_path: Path) -> None:
    with receiving() as far:
        action = an_action(url=far.url, cool_down=timedelta())
        async with an_acting_world(tmp_path, action) as one:
            await one.deploy()
            await one.breaks()
            await one.settled()
            await one.deploy("1.4.1", previous="1.4.2")
            await one.mends()
            await one.breaks()
            assert await one.reasons() == ["is_roll_back"]
    assert len(far.requests) == 1


async def test_of_two_services_that_went_out_the_last_one_is_taken_back(tmp_path: Path) -> None:
    with receiving() as far:
        web = an_action(id="rollback-web", service="web", url=far.url)
        async with an_acting_world(tmp_path, an_action(url=far.url), web) as one:
            context = one.world.recorder.context
            changes = context.config.changes
            also = replace(changes.services["api"], id="web", name="Web")
            both = replace(changes, services={**changes.services, "web": also})
            config = replace(context.config, changes=both)
            one.world.recorder.context = replace(context, config=config)
            await one.deploy()
            await one.deploy("7.0", "6.9", service="web")
            await one.breaks()
            [row] = await one.settled()
            assert (row["name"], row["target"]) == ("rollback-web", "6.9")
            assert await one.reasons() == ["likelier_deploy"]
    assert len(far.requests) == 1
