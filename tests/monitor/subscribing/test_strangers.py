"""Addresses that nobody reads, typed in by strangers or left long ago: they hold up nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.monitor.subscribing.world import (
    ADA,
    MINUTE,
    World,
    a_page,
    a_world,
    an_outage,
    words,
)

NOBODY = "550 5.1.1 no such user"


async def outage(world: World) -> None:
    world.clock.wind(2 * MINUTE)
    await world.publish(a_page(an_outage(words(1, "We know."))))


async def test_a_stranger_who_asks_for_nine_dead_addresses_stops_no_letter_to_a_subscriber(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        for number in range(9):
            world.mail.says[f"nobody{number}@example.net"] = NOBODY
            assert (await world.ask(f"nobody{number}@example.net")).status_code == 202
            world.clock.wind(MINUTE)
        await outage(world)
        await world.letter_to(ADA)
        await world.quiet()

        assert [each.address for each in world.everybody()] == [ADA]
        assert not world.subscribing._mail_lane._stucks


async def test_a_list_that_begins_with_thirty_dead_addresses_still_reaches_the_living_one(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        world.writer.submit(_thirty).result(10)
        for number in range(30):
            world.mail.says[f"left{number}@example.net"] = NOBODY
        await world.subscribed(ADA)
        await outage(world)
        await world.letter_to(ADA)
        await _hours(world)
        await world.publish(a_page(an_outage(words(1, "We know."), words(2, "It is a disk."))))
        await world.letter_to(ADA, 2)
        await _hours(world)

        left = [each.address for each in world.everybody()]
        assert ADA in left
        assert len(left) < 29, "they become fewer with every letter that is taken"


def _thirty(db: Any) -> None:
    insert = (
        "INSERT INTO subscriber (handle, page, kind, address, language, created_at, confirmed_at)"
        " VALUES (?, '', 'email', ?, 'en', 0, 1)"
    )
    for number in range(30):
        db.execute(insert, (f"{number:032x}", f"left{number}@example.net"))


async def _hours(world: World) -> None:
    for _ in range(3):
        world.clock.wind(60 * MINUTE)
        await world.turned()


async def test_addresses_that_the_mail_server_stumbles_over_are_not_first_in_line_for_ever(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        for number in range(6):
            world.mail.says[f"odd{number}@example.net"] = "no answer that makes sense"
            await world.ask(f"odd{number}@example.net")
        await outage(world)
        for _ in range(3):
            await world.turned()

        assert len(world.letters_to(ADA)) == 1
