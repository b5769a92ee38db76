"""The page that comes every day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config.model import DailyTest as Settings
from monitor.ourselves.daily import DailyTest, is_due
from monitor.store import StoreTrouble, Writer
from tests.support.clock import NIGHT, HandClock

BERLIN = ZoneInfo("Europe/Berlin")
NINE = Settings(time=time(9), zone=BERLIN, channels=("ops", "sms"))
HOUR = timedelta(hours=1)


class Post:
    """Whoever is told, and may be out of order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []
        self.broken = False

    async def __call__(self, channels: tuple[str, ...], note: str) -> None:
        if self.broken:
            raise StoreTrouble("disk full")
        assert "Nothing is wrong" in note
        self.told.append(channels)


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    writer = Writer(tmp_path / "trueup.db")
    yield writer
    writer.close()


def begun(writer: Writer, clock: HandClock, post: Post) -> DailyTest:
    daily = DailyTest(writer, clock, post)
    daily.configure(NINE)
    return daily


async def test_it_comes_once_a_day_at_its_time(writer: Writer) -> None:
    clock, post = HandClock(datetime(2026, 3, 14, 7, 0, tzinfo=UTC)), Post()
    daily, told = begun(writer, clock, post), []
    for _ in range(72):
        await daily.look()
        told.append(len(post.told))
        clock.wind(HOUR)
    assert post.told == [("ops", "sms")] * 3
    assert told.index(1) == 1, "nine in the morning there is eight by UTC"


async def test_the_first_day_does_not_begin_with_a_test_that_is_late(writer: Writer) -> None:
    clock, post = HandClock(datetime(2026, 3, 14, 15, 0, tzinfo=UTC)), Post()
    daily = begun(writer, clock, post)
    for _ in range(17):
        await daily.look()
        clock.wind(HOUR)
    assert post.told == []
    await daily.look()
    assert len(post.told) == 1


async def test_a_restart_neither_repeats_it_nor_loses_it(writer: Writer) -> None:
    clock, post = HandClock(datetime(2026, 3, 14, 7, 0, tzinfo=UTC)), Post()
    await begun(writer, clock, post).look()
    clock.wind(3 * HOUR)
    for _ in range(3):
        await begun(writer, clock, post).look()
    assert len(post.told) == 1


async def test_what_the_store_did_not_take_is_told_later(writer: Writer) -> None:
    clock, post = HandClock(datetime(2026, 3, 14, 7, 0, tzinfo=UTC)), Post()
    daily = begun(writer, clock, post)
    await daily.look()
    clock.wind(3 * HOUR)
    post.broken = True
    with pytest.raises(StoreTrouble):
        await daily.look()
    post.broken = False
    await daily.look()
    assert len(post.told) == 1


async def test_nobody_is_told_where_none_is_wanted(writer: Writer) -> None:
    post = Post()
    daily = begun(writer, HandClock(), post)
    daily.configure(None)
    await daily.look()
    assert post.told == []


def test_a_time_that_a_clock_change_leaves_out_is_not_missed() -> None:
    night = Settings(time=time(2, 30), zone=BERLIN, channels=("ops",))
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # two o'clock there becomes three
    assert not is_due(night, (NIGHT - timedelta(days=1)).date(), jump - timedelta(seconds=1))
    assert is_due(night, (NIGHT - timedelta(days=1)).date(), jump)
    assert not is_due(night, jump.date(), jump + HOUR)
