"""Mail servers that refuse, fail and come back: who stays subscribed, and who waits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.monitor.subscribing.world import (
    ADA,
    BOB,
    MINUTE,
    World,
    a_page,
    a_world,
    an_outage,
    configured,
    lives,
    words,
)
from tests.support.waiting import until_async

HOUR = timedelta(hours=1)


async def news(world: World, number: int) -> None:
    """One more update, an hour after the one before."""
    world.clock.wind(HOUR)
    updates = [words(each * 60, f"Update {each}.") for each in range(1, number + 1)]
    await world.publish(a_page(an_outage(*updates)))


async def test_an_address_where_nobody_is_any_more_is_dropped_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        await world.subscribed(BOB)
        world.mail.says[ADA] = "550 5.1.1 no such user"
        await news(world, 1)
        await world.letter_to(BOB)
        await world.quiet()

        assert [each.address for each in world.everybody()] == [BOB]


@pytest.mark.parametrize("answer", ["552 mailbox full", "550 5.7.1 we do not like you"])
async def test_who_refuses_three_letters_for_good_is_dropped(tmp_path: Path, answer: str) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        world.mail.says[ADA] = answer
        left = []
        for number in (1, 2, 3):
            await news(world, number)
            await world.quiet()
            left.append([each.failures for each in world.everybody()])

        assert left == [[1], [2], []]


async def test_a_letter_that_is_taken_forgives_what_was_refused_before(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        world.mail.says[ADA] = "552 mailbox full"
        await news(world, 1)
        await world.quiet()
        world.mail.says.clear()
        await news(world, 2)
        await world.quiet()

        assert [each.failures for each in world.everybody()] == [0]


@pytest.mark.parametrize(
    ("verb", "answer"), [("MAIL", "530 sign in first"), ("MAIL", "550 no relaying for you")]
)
async def test_a_mail_server_that_refuses_us_costs_nobody_their_subscription(
    tmp_path: Path, verb: str, answer: str
) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        world.mail.says[verb] = answer
        await news(world, 1)
        await until_async(lambda: world.subscribing._mail_lane._stucks, "it is noticed")
        world.mail.says.clear()
        world.subscribing._wake_lanes()
        await world.letter_to(ADA)
        await world.quiet()

        assert [each.failures for each in world.everybody()] == [0]


async def test_a_mail_server_that_refuses_everybody_is_not_believed(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        for number in range(9):
            await world.subscribed(f"a{number}@example.org")
            world.clock.wind(MINUTE)
        world.mail.says["RCPT"] = "554 our own relay is broken"
        await news(world, 1)
        await until_async(lambda: world.subscribing._mail_lane._stucks, "it is noticed")
        world.mail.says.clear()
        world.clock.wind(HOUR)
        world.subscribing._wake_lanes()
        await world.quiet()

        assert len(world.everybody()) == 9
        assert len(world.mail.messages) >= 5, "who was not asked yet gets the letter"


async def test_while_the_mail_server_is_away_letters_wait_and_after_a_day_they_are_no_news(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        there, away = world.config, configured(1)  # nobody listens on that port
        world.subscribing.configure(away)
        await news(world, 1)
        await until_async(lambda: world.subscribing._mail_lane._stucks, "it is noticed")
        assert world.waiting() == 1
        world.clock.wind(timedelta(hours=20))
        await news(world, 2)
        await until_async(lambda: world.waiting() == 2, "another letter waits")

        world.clock.wind(timedelta(hours=5))
        world.subscribing.configure(there)
        await world.quiet()

        (letter,) = world.letters_to(ADA)
        assert "Update 2." in letter.as_string()
        assert [each.failures for each in world.everybody()] == [0]


async def test_the_operator_hears_of_letters_that_wait_and_of_their_end(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        there = world.config
        world.subscribing.configure(configured(1))
        await news(world, 1)
        await until_async(lambda: world.subscribing._mail_lane._stucks, "it is noticed")
        assert not world.operator.begun
        world.clock.wind(11 * MINUTE)
        world.subscribing._wake_lanes()
        await until_async(lambda: world.operator.begun, "it is told")
        assert "connection refused" in world.operator.begun["subscribers-email"]
        world.subscribing.configure(there)
        await world.quiet()
        await until_async(lambda: not world.operator.begun, "it is over")


async def test_a_letter_that_is_to_wait_keeps_those_after_it_back_and_no_others(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        await world.subscribed(BOB)
        world.mail.says[ADA] = "451 greylisted"
        await news(world, 1)
        await world.letter_to(BOB)
        await news(world, 2)
        await world.letter_to(BOB, 2)
        assert world.letters_to(ADA) == []
        world.mail.says.clear()
        world.clock.wind(HOUR)
        world.subscribing._wake_lanes()
        await world.quiet()

        first, second = [each.as_string() for each in world.letters_to(ADA)]
        assert "Update 1." in first
        assert "Update 2." in second


async def test_a_crowd_of_subscribers_is_written_to_a_few_at_a_time(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        world.writer.submit(_many).result(10)
        await news(world, 1)
        await until_async(lambda: len(world.mail.messages) >= 51, "all of them")
        await world.quiet()

        assert len({to[0] for to in world.mail.recipients}) == 51


def _many(db: Any) -> None:
    insert = (
        "INSERT INTO subscriber (handle, page, kind, address, language, created_at, confirmed_at)"
        " VALUES (?, '', 'email', ?, 'en', 0, 1)"
    )
    for number in range(50):
        db.execute(insert, (f"{number:032x}", f"a{number}@example.org"))


async def test_subscribers_of_a_page_that_is_gone_hold_up_nobody(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        await world.subscribed(BOB)
        world.mail.says["RCPT"] = "451 later"
        await news(world, 1)
        refused = "SELECT count(*) FROM subscriber_letter WHERE attempts > 0"
        await until_async(lambda: world.stored(refused) == [(2,)], "both wait, after one attempt")
        world.stored(f"UPDATE subscriber SET page = 'gone' WHERE address = '{ADA}'")
        world.mail.says.clear()
        world.clock.wind(HOUR)
        world.subscribing._wake_lanes()
        await world.letter_to(BOB)

        assert world.letters_to(ADA) == []
        assert len(world.everybody()) == 2


async def test_what_the_page_told_and_cannot_be_read_any_more_is_not_told_again(
    tmp_path: Path,
) -> None:
    async with lives(tmp_path) as world:
        async with world.running():
            await world.publish(a_page())
            await world.subscribed(ADA)
            await news(world, 1)
            await world.letter_to(ADA)
            await world.quiet()
            world.stored("UPDATE subscriber_heard SET heard = '[broken'")
        async with world.running():
            await news(world, 1)
            await news(world, 2)
            await world.letter_to(ADA, 2)
            await world.quiet()

    assert len(world.letters_to(ADA)) == 2
