"""While somebody else tells, the outbox is left alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.notices import EventKind
from monitor.store import outbox
from tests.support.telling import Far, a_world
from tests.support.waiting import until_async

SOON = timedelta(seconds=5)


async def test_what_happens_meanwhile_waits_and_is_told_afterwards(tmp_path: Path) -> None:
    far = Far()
    async with a_world(tmp_path, pager=far) as world:
        assert await world.dispatch.hold(SOON) == []
        await world.happens(EventKind.OPENED, 1, ["pager"])
        await world.dispatch.configure({"pager": far.channel("pager")})
        assert await world.writer.do(outbox.channels_waiting) == ["pager"]
        assert far.heard == []
        world.dispatch.release()
        await until_async(lambda: far.confirmed == [(1, "opened")], "it is told")


async def test_a_letter_in_hand_that_never_ends_is_let_go_and_sent_again(tmp_path: Path) -> None:
    far = Far(hangs=True)
    async with a_world(tmp_path, pager=far) as world:
        await world.happens(EventKind.OPENED, 1, ["pager"])
        await until_async(lambda: far.heard, "it is on its way")
        assert await world.dispatch.hold(timedelta(milliseconds=50)) == []
        far.hangs = False
        world.dispatch.release()
        await until_async(lambda: far.confirmed == [(1, "opened")], "it is told")
        await world.settled()
