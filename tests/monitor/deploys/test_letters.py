"""PagerDuty hears of every deploy once, whatever stands in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor.channels import CHANNELS, reaching_out
from monitor.config.model import Channel, Config
from monitor.deploys import letters
from monitor.deploys.letters import ChangeLetters
from monitor.store import Reader, StoreTrouble, Writer, change_letters, deploys
from monitor.store.deploys import Deploy
from tests.support.attending import a_channel
from tests.support.clock import HandClock
from tests.support.configs import a_config
from tests.support.pagerduty import PagerDuty, Taken, pagerduty
from tests.support.receivers import Trouble
from tests.support.waiting import until_async

KEY = "R0123456789abcdef0123456789abcde"
DEPLOY = Deploy(
    service="api",
    version="1.4.2",
    previous="1.4.1",
    environment="production",
    by="ci",
    url="https://ci.example.org/deploys/142",
    note="an index",
    source="cli",
    key="k1",
    at=HandClock().now(),
    recorded_at=HandClock().now(),
)


def a_pager(name: str, toy: PagerDuty, timeout: float = 5.0) -> Channel:
    kind = CHANNELS["pagerduty"]
    given = {"routing_key": KEY, "url": toy.url, "timeout": f"{int(timeout * 1000)}ms"}
    return Channel(id=name, kind=kind, settings=kind.settings.model_validate(given))


@dataclass
class Post:
    """Letters over a real database."""

    letters: ChangeLetters
    writer: Writer
    clock: HandClock

    async def deploy(self, *channels: str, **changes: Any) -> None:
        made = replace(DEPLOY, **changes)
        await self.writer.do(partial(deploys.add, deploy=made, channels=channels))
        self.letters.wake()

    async def rows(self) -> list[dict[str, Any]]:
        return await self.writer.do(lambda db: list(db.query("SELECT * FROM change_letter")))

    async def ends(self, how: str) -> list[dict[str, Any]]:
        """The letters, once all are delivered or given up."""
        found: list[dict[str, Any]] = []

        async def done() -> bool:
            found[:] = await self.rows()
            return all(row[how] is not None for row in found)

        async with asyncio.timeout(20):
            while not await done():
                await asyncio.sleep(0.02)
        return found

    async def winds_until(self, how: str, span: timedelta) -> list[dict[str, Any]]:
        """The same, with time going by."""
        async with asyncio.timeout(20):
            while not all(row[how] is not None for row in await self.rows()):
                self.clock.wind(span)
                self.letters.wake()
                await asyncio.sleep(0.01)
        return await self.rows()


@asynccontextmanager
async def posting(folder: Path, *channels: Channel) -> AsyncIterator[Post]:
    clock = HandClock()
    writer, reader = Writer(folder / "t.db"), Reader(folder / "t.db")
    async with reaching_out(clock) as outside:
        told = ChangeLetters((writer, reader), outside, _scrub, clock)
        told.configure(_config(*channels))
        task = asyncio.create_task(told.serve())
        try:
            yield Post(told, writer, clock)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            reader.close()
            writer.close()


def _scrub(words: str) -> str:
    return words.replace("sesame", "***")


def _config(*channels: Channel) -> Config:
    return a_config(channels=channels)


async def test_a_deploy_is_one_change_event_with_all_that_is_known(tmp_path: Path) -> None:
    with pagerduty() as toy:
        async with posting(tmp_path, a_pager("oncall", toy)) as post:
            await post.deploy("oncall")
            [row] = await post.ends("delivered_at")
    [change] = toy.changes
    assert toy.wrong == []
    assert change["routing_key"] == KEY
    assert change["payload"]["summary"] == "Deployed: api 1.4.2 (before: 1.4.1), by ci"
    assert change["payload"]["timestamp"] == "2026-03-14T02:00:00.000Z"
    assert change["payload"]["custom_details"] == {
        "Service": "api",
        "Version": "1.4.2",
        "Version before": "1.4.1",
        "Environment": "production",
        "By": "ci",
        "Note": "an index",
    }
    assert change["links"] == [{"href": "https://ci.example.org/deploys/142", "text": "Deploy"}]
    assert (row["attempts"], row["why"]) == (1, "")


async def test_it_is_told_again_until_it_is_confirmed(tmp_path: Path) -> None:
    with pagerduty(503, Trouble.RESET, 429) as toy:
        async with posting(tmp_path, a_pager("oncall", toy)) as post:
            await post.deploy("oncall")
            [row] = await post.winds_until("delivered_at", timedelta(seconds=30))
    assert len(toy.changes) == 1
    assert row["attempts"] == 4


async def test_a_refusal_is_final_and_said_without_secrets(tmp_path: Path) -> None:
    with pagerduty(403) as toy:
        async with posting(tmp_path, a_pager("oncall", toy)) as post:
            await post.deploy("oncall", note="sesame", url="https://ci.example.org/?t=sesame")
            [row] = await post.ends("gave_up_at")
            assert row["why"] == "answered 403"
            await post.deploy(
                "oncall", key="k2", note="sesame", url="https://ci.example.org/sesame"
            )
            await until_async(lambda: toy.changes, "the next one is told")
    assert toy.requests == 2
    assert "sesame" not in str(toy.changes)


async def test_after_a_day_nobody_needs_the_news_any_more(tmp_path: Path) -> None:
    with pagerduty(*[503] * 100) as toy:
        async with posting(tmp_path, a_pager("oncall", toy)) as post:
            await post.deploy("oncall")
            [row] = await post.winds_until("gave_up_at", timedelta(hours=1))
    assert row["why"] == "answered 503"
    assert 24 <= row["attempts"] <= 40


@pytest.mark.parametrize("channel", [a_channel("other"), a_channel("oncall")], ids=["gone", "new"])
async def test_a_channel_that_is_no_pagerduty_any_more_is_given_up(
    tmp_path: Path, channel: Channel
) -> None:
    async with posting(tmp_path, channel) as post:
        await post.deploy("oncall")
        [row] = await post.ends("gave_up_at")
    expected = {"other": letters.NOT_THERE, "oncall": letters.NOT_THAT_KIND}
    assert row["why"] == expected[channel.id]


async def test_a_dead_channel_delays_no_other_and_is_not_asked_for_each_deploy(
    tmp_path: Path,
) -> None:
    with pagerduty(*[Trouble.HANG] * 50) as dead, pagerduty() as toy:
        channels = (a_pager("dead", dead, timeout=0.2), a_pager("oncall", toy))
        async with posting(tmp_path, *channels) as post:
            for number in range(10):
                await post.deploy("dead", "oncall", key=f"k{number}", version=str(number))
            await until_async(lambda: len(toy.changes) == 10, "all are told")
            assert dead.requests <= 10
    versions = [each["payload"]["custom_details"]["Version"] for each in toy.changes]
    assert versions == [str(number) for number in range(10)]


async def test_what_was_confirmed_and_could_not_be_marked_is_not_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "AFTER_TROUBLE", timedelta(milliseconds=20))
    broken = [True] * 4
    real = change_letters.delivered

    def delivered(*given: Any, **named: Any) -> None:
        if broken:
            broken.pop()
            raise StoreTrouble("the disk is full")
        real(*given, **named)

    monkeypatch.setattr(change_letters, "delivered", delivered)
    with pagerduty() as toy:
        async with posting(tmp_path, a_pager("oncall", toy)) as post:
            await post.deploy("oncall")
            await post.ends("delivered_at")
    assert len(toy.changes) == 1


async def test_what_waits_is_told_by_the_next_daemon(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "t.db")
    await writer.do(partial(deploys.add, deploy=DEPLOY, channels=["oncall"]))
    writer.close()
    with pagerduty() as toy:
        async with posting(tmp_path, a_pager("oncall", toy)) as post:
            await post.ends("delivered_at")
    assert len(toy.changes) == 1


async def test_a_wait_that_a_wrong_clock_wrote_down_holds_nothing(tmp_path: Path) -> None:
    with pagerduty(Taken(503)) as toy:
        async with posting(tmp_path, a_pager("oncall", toy)) as post:
            await post.deploy("oncall")
            await until_async(lambda: toy.requests == 1, "it was tried")
            await until_async(lambda: toy.changes, "it arrived all the same")
            post.clock.step(timedelta(days=-3))
            await post.winds_until("delivered_at", timedelta(seconds=30))
    assert len(toy.changes) == 2
