"""Uploads break at night, and those who asked to be told are told."""

from __future__ import annotations

from pathlib import Path

from status_page import Stage
from tests.monitor.subscribing.world import (
    ADA,
    BOB,
    MINUTE,
    a_page,
    a_world,
    an_outage,
    killed,
    link_in,
    lives,
    text_of,
    words,
)
from tests.support.waiting import until_async


async def test_uploads_break_at_night_and_who_subscribed_to_them_gets_three_letters(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA, "uploads")
        await world.subscribed(BOB, "messages")

        world.clock.wind(2 * MINUTE)
        await world.publish(a_page(an_outage()))
        opened = await world.letter_to(ADA)
        world.clock.wind(10 * MINUTE)
        await world.publish(a_page(an_outage(words(11, "A **disk** is full."))))
        said = await world.letter_to(ADA, 2)
        world.clock.wind(20 * MINUTE)
        over = an_outage(words(11, "A **disk** is full."), ended=30)
        await world.publish(a_page(over))
        resolved = await world.letter_to(ADA, 3)
        await world.publish(a_page(over))
        await world.quiet()

        assert [each["Subject"] for each in (opened, said, resolved)] == [
            "[Example status] Investigating: People cannot upload files.",
            "[Example status] Identified: People cannot upload files.",
            "[Example status] Resolved: People cannot upload files.",
        ]
        assert "A disk is full." in text_of(said)
        assert "It lasted 29" in text_of(resolved)
        assert len({each["Message-ID"] for each in world.letters_to(ADA)}) == 3
        assert len({each["References"] for each in world.letters_to(ADA)}) == 1
        assert len(world.letters_to(ADA)) == 3
        assert world.letters_to(BOB) == []


async def test_a_daemon_killed_after_the_letter_was_taken_sends_the_very_same_once_more(
    tmp_path: Path,
) -> None:
    async with lives(tmp_path) as world:
        async with world.running():
            await world.publish(a_page())
            await world.subscribed(ADA, "uploads")
            world.clock.wind(2 * MINUTE)
            world.mail.hangs_at = "QUIT"  # taken, and not yet marked as delivered
            await world.publish(a_page(an_outage()))
            await world.letter_to(ADA)
            left = killed(tmp_path, tmp_path / "after")
        world.mail.hangs_at = ""
        async with world.running(left):
            await world.letter_to(ADA, 2)
            world.clock.wind(10 * MINUTE)
            await world.publish(a_page(an_outage(words(11, "A disk is full."))))
            await world.letter_to(ADA, 3)
            await world.quiet()

        first, again, said = world.letters_to(ADA)
        assert first["Message-ID"] == again["Message-ID"] != said["Message-ID"]
        assert world.mail.raw[0] == world.mail.raw[1], "the same to the byte"


async def test_a_daemon_killed_before_the_news_was_written_down_tells_it_in_its_next_life(
    tmp_path: Path,
) -> None:
    async with lives(tmp_path) as world:
        async with world.running():
            await world.publish(a_page())
            await world.subscribed(ADA)
            left = killed(tmp_path, tmp_path / "after")
        world.clock.wind(2 * MINUTE)
        async with world.running(left):
            await world.publish(a_page(an_outage()))
            assert "Investigating" in (await world.letter_to(ADA))["Subject"]


async def test_what_is_said_within_minutes_goes_into_one_letter(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        world.clock.wind(2 * MINUTE)
        await world.publish(a_page(an_outage()))
        await world.letter_to(ADA)
        one, two = words(2, "We look."), words(3, "We found it.")
        for updates in ((one,), (one, two)):
            world.clock.wind(MINUTE)
            await world.publish(a_page(an_outage(*updates)))
        await world.quiet()
        assert len(world.letters_to(ADA)) == 1

        world.clock.wind(4 * MINUTE)
        await world.publish(a_page(an_outage(one, two)))
        both = text_of(await world.letter_to(ADA, 2))
        assert both.index("We found it.") < both.index("We look."), "the newest first"


async def test_who_subscribes_during_an_incident_gets_what_comes_and_nothing_old(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        world.clock.wind(2 * MINUTE)
        await world.publish(a_page(an_outage()))
        await world.subscribed(ADA)
        world.clock.wind(10 * MINUTE)
        post_mortem = words(40, "# What happened\n\nA disk.", Stage.POSTMORTEM)
        await world.publish(a_page(an_outage(words(9, "We found it."))))
        said = await world.letter_to(ADA)
        world.clock.wind(30 * MINUTE)
        await world.publish(a_page(an_outage(words(9, "We found it."), post_mortem, ended=20)))
        last = await world.letter_to(ADA, 2)

        assert "We found it." in text_of(said)
        assert "It began" not in text_of(said)
        assert "A disk." in text_of(last)


async def test_whoever_leaves_gets_nothing_any_more_and_leaves_no_trace(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.publish(a_page())
        await world.subscribed(ADA)
        world.clock.wind(2 * MINUTE)
        await world.publish(a_page(an_outage()))
        letter = await world.letter_to(ADA)
        await world.quiet()
        world.mail.says["RCPT"] = "451 later"
        world.clock.wind(10 * MINUTE)
        await world.publish(a_page(an_outage(ended=10)))
        await until_async(lambda: world.waiting() == 1, "a letter waits")

        url = letter["List-Unsubscribe"].strip("<>")
        assert f"\nList-Unsubscribe: <{url}>\r".encode() in world.mail.raw[0], "not encoded"
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        answer = await world.client.post(url, data={"List-Unsubscribe": "One-Click"})

        assert answer.status_code == 200
        assert world.everybody() == []
        assert world.waiting() == 0
        assert ADA.encode() not in b"".join(
            str(row).encode() for row in world.stored("SELECT * FROM subscriber_news")
        )
        assert (await world.client.get(link_in(letter, "manage"))).status_code == 404
        assert (await world.client.post(url)).status_code == 200, "twice is no trouble"
