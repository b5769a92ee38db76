"""A receiver in every kind of trouble: what was decided is told, in order, with one key."""

from __future__ import annotations

import asyncio
import sqlite3  # noqa: TID251 - somebody else's lock on the database
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import backoff
from monitor.notices import EventKind
from tests.support.checkout import ROOT
from tests.support.receivers import Act, Answer, Receiver, Trouble, receiving
from tests.support.telling import a_world, webhook_to
from tests.support.waiting import until, until_async

OPENED, RESOLVED = EventKind.OPENED, EventKind.RESOLVED
KEY = "idempotency-key"
RELEASE = timedelta(seconds=5)
MANY = 400


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "CAP", timedelta(seconds=0.1))


@pytest.mark.parametrize(
    "troubles",
    [
        [500, 503],
        [408],
        [429],
        [Trouble.RESET, Trouble.CLOSE],
        [Trouble.HANG],
        [Trouble.HANG_AFTER_200],
        [500, Trouble.RESET, Trouble.HANG, 502],
    ],
    ids=lambda troubles: "-".join(map(str, troubles)),
)
async def test_a_page_gets_through_whatever_the_receiver_does_first(
    tmp_path: Path, troubles: list[Act]
) -> None:
    acts = [Answer(429, {"Retry-After": "0"}) if act == 429 else act for act in troubles]
    with receiving(*acts) as receiver:
        async with a_world(tmp_path, pager=webhook_to(receiver.url, timeout=0.3)) as world:
            await world.happens(OPENED, 1, ["pager"])
            await world.settled()
            await world.happens(RESOLVED, 1, ["pager"])
            await world.settled()
    *repeated, last = receiver.requests
    assert len({request.body for request in repeated}) == 1, "the same to the byte"
    assert len({request.headers[KEY] for request in repeated}) == 1
    assert [notice["event"] for notice in receiver.notices][-2:] == ["opened", "resolved"]
    assert receiver.notices[-1]["dedup_key"] == receiver.notices[0]["dedup_key"]
    # a 200 in the head counts, even if its body never came
    confirmed_by_head = troubles == [Trouble.HANG_AFTER_200]
    assert len(repeated) == (1 if confirmed_by_head else len(troubles) + 1)
    assert last.headers[KEY] != repeated[0].headers[KEY]


async def test_a_200_whose_body_breaks_off_is_a_confirmation(tmp_path: Path) -> None:
    with receiving(Trouble.THEN_CLOSE) as receiver:
        async with a_world(tmp_path, pager=webhook_to(receiver.url)) as world:
            await world.happens(OPENED, 1, ["pager"])
            await world.settled()
    assert len(receiver.requests) == 1


async def test_a_receiver_that_asks_for_time_gets_it(tmp_path: Path) -> None:
    with receiving(Answer(429, {"Retry-After": "1"})) as receiver:
        async with a_world(tmp_path, pager=webhook_to(receiver.url)) as world:
            await world.happens(OPENED, 1, ["pager"])
            await world.tried()
            [letter] = await world.letters()
            assert letter["next_at"] - letter["first_tried_at"] >= 1_000_000
            await world.settled()
    assert len(receiver.requests) == 2


async def test_an_end_that_comes_while_the_receiver_is_down_is_all_that_is_told(
    tmp_path: Path,
) -> None:
    with receiving(Answer(503, {"Retry-After": "3600"})) as receiver:
        async with a_world(tmp_path, pager=webhook_to(receiver.url)) as world:
            await world.happens(OPENED, 1, ["pager"])
            await world.tried()
            await world.happens(RESOLVED, 1, ["pager"])
            await world.settled()
            whys = await world.whys()
    assert [(n["event"], n["untold"]) for n in receiver.notices] == [
        ("opened", False),
        ("resolved", True),
    ]
    assert whys == [("pager", "opened", "over_before_told")]


async def test_a_refusing_receiver_has_its_fallback_told_of_the_opening_and_of_the_end(
    tmp_path: Path,
) -> None:
    with receiving(401) as pager, receiving(500) as mail:
        one, two = webhook_to(pager.url, fallback="mail"), webhook_to(mail.url, "mail")
        async with a_world(tmp_path, pager=one, mail=two) as world:
            await world.happens(OPENED, 1, ["pager"])
            await world.settled()
            await world.happens(RESOLVED, 1, ["mail"])
            await world.settled()
            assert ("pager", "answered 401") in world.said
    assert [notice["event"] for notice in mail.notices] == ["opened", "opened", "resolved"]
    assert len({notice["dedup_key"] for notice in pager.notices + mail.notices}) == 1


@pytest.mark.parametrize("confirms", [False, True], ids=["before the answer", "before the mark"])
def test_a_kill_between_send_and_mark_repeats_the_same_page_with_the_same_key(
    tmp_path: Path, confirms: bool
) -> None:
    asyncio.run(_left_behind(tmp_path))
    with receiving(Trouble.LATE) as receiver:
        with _a_dispatcher(tmp_path, receiver) as process, closing(_connect(tmp_path)) as lock:
            until(lambda: receiver.requests, "the page is sent")
            if confirms:
                lock.execute("BEGIN IMMEDIATE")  # so that no mark can be made
                receiver.go.set()
                until(lambda: receiver.answered, "it is confirmed")
            process.kill()
            process.wait(20)
        with _a_dispatcher(tmp_path, receiver):
            until(lambda: len(receiver.requests) == 2, "it is sent again")
    first, second = receiver.requests
    assert first.body == second.body
    assert first.headers[KEY] == second.headers[KEY]


def _connect(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "t.db", isolation_level=None)


async def _left_behind(folder: Path) -> None:
    async with a_world(folder) as world:
        await world.dispatch.stop(RELEASE)
        await world.happens(OPENED, 1, ["pager"])


@contextmanager
def _a_dispatcher(folder: Path, receiver: Receiver) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.support.telling", str(folder), receiver.url]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_hundreds_of_letters_take_as_long_as_the_far_end_needs(tmp_path: Path) -> None:
    with receiving() as receiver:
        async with a_world(tmp_path) as world:
            await world.dispatch.stop(RELEASE)
            await asyncio.gather(*(world.happens(OPENED, n + 1, ["pager"]) for n in range(MANY)))
        async with a_world(tmp_path, pager=webhook_to(receiver.url)) as world:
            await until_async(lambda: len(receiver.requests) == MANY, "all are told", within=60)
            await world.settled()
    assert [n["incident"] for n in receiver.notices] == list(range(1, MANY + 1))
