"""The machine's clock was wrong for a while, and somebody put it right."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.monitor.subscribing.world import (
    ADA,
    MINUTE,
    World,
    a_page,
    a_world,
    an_outage,
    lives,
    text_of,
    words,
)

HOUR = 60 * MINUTE


@pytest.mark.parametrize("wrong", [timedelta(days=300), timedelta(days=-3)], ids=str)
async def test_a_clock_once_wrong_loses_no_letter_and_holds_none_back(
    tmp_path: Path, wrong: timedelta
) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        world.mail.says["RCPT"] = "451 later"
        world.clock.wind(2 * MINUTE)
        world.clock.step(wrong)
        await world.publish(a_page(an_outage()))
        await world.turned()
        world.clock.step(-wrong)
        world.mail.says.clear()
        await _later(world)
        await world.letter_to(ADA)
        await world.publish(a_page(an_outage(words(60, "A disk is full."))))
        await _later(world)

        assert "A disk is full." in text_of(await world.letter_to(ADA, 2))


async def _later(world: World) -> None:
    await world.turned()
    world.clock.wind(HOUR)
    await world.turned()


async def test_a_letter_that_nobody_tried_to_deliver_is_not_given_up_however_old(
    tmp_path: Path,
) -> None:
    async with lives(tmp_path) as world:
        async with world.running():
            await world.publish(a_page())
            await world.subscribed(ADA)
            world.mail.says["RCPT"] = "451 later"
            world.clock.wind(2 * MINUTE)
            await world.publish(a_page(an_outage()))
            await world.turned()
            world.stored("UPDATE subscriber_letter SET attempts = 0")
        world.clock.wind(timedelta(days=2))
        world.mail.says.clear()
        async with world.running():
            await world.letter_to(ADA)
