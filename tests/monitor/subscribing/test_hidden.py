"""Words that were hidden before the letter went out are in no letter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.subscribing.withdrawn import standing
from status_page import Maintenance, Page
from status_page.subscribing import News, about, news
from tests.monitor.subscribing.world import (
    ADA,
    MINUTE,
    World,
    a_page,
    a_world,
    an_outage,
    at,
    text_of,
    words,
)

SECRET = words(1, "The key is sesame.")
GREYLISTED = "451 later"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A subscriber whose mail server takes nothing yet, and an update that says too much."""
    async with a_world(tmp_path) as found:
        await found.publish(a_page())
        await found.subscribed(ADA)
        found.mail.says["RCPT"] = GREYLISTED
        found.clock.wind(2 * MINUTE)
        await found.publish(a_page(an_outage(SECRET)))
        await found.turned()
        found.clock.wind(MINUTE)
        yield found


async def delivered(world: World) -> None:
    world.mail.says.clear()
    world.clock.wind(60 * MINUTE)
    await world.turned()
    await world.quiet()


async def test_an_incident_that_was_hidden_while_its_letter_waited_is_not_mailed(
    world: World,
) -> None:
    await world.publish(a_page())
    assert world.waiting() == 0
    await delivered(world)

    assert world.letters_to(ADA) == []
    assert world.stored("SELECT * FROM subscriber_news") == []


async def test_an_update_that_was_hidden_while_its_letter_waited_is_not_in_it(
    world: World,
) -> None:
    await world.publish(a_page(an_outage()))
    await delivered(world)

    text = text_of(await world.letter_to(ADA))
    assert "sesame" not in text
    assert "It began" in text


async def test_a_letter_that_waits_says_what_was_put_right_meanwhile(world: World) -> None:
    await world.publish(a_page(an_outage(replace(SECRET, words="A disk is full."))))
    await delivered(world)

    text = text_of(await world.letter_to(ADA))
    assert "sesame" not in text
    assert "A disk is full." in text


def _told(page: Page) -> News:
    (found,) = news(page, about(page, ""), {}, at(2)).news
    return found


def test_what_a_page_still_says_is_told_as_it_was() -> None:
    page = a_page(an_outage(SECRET, ended=10))
    told = _told(page)
    assert standing(told, page) == told


def test_an_end_that_was_none_is_not_told() -> None:
    over = _told(a_page(an_outage(ended=10)))
    still = standing(over, a_page(an_outage()))
    assert still is not None
    assert [each.what.value for each in still.said] == ["opened"]


def test_work_that_was_called_off_or_put_off_is_not_announced() -> None:
    work = Maintenance(
        id="m1",
        title="New disks",
        components=("uploads",),
        starts_at=at(600),
        ends_at=at(660),
        words="We replace them.",
        announced_at=at(1),
    )
    told = _told(a_page(work=(work,)))
    later = a_page(work=(replace(work, starts_at=at(900), ends_at=at(960)),))
    under_way = a_page(work=(replace(work, words=""),))

    assert standing(told, a_page()) is None
    assert standing(told, later) is None
    reworded = standing(told, under_way)
    assert reworded is not None
    assert [each.words for each in reworded.said] == [""]
