"""The time line of an incident says what changed before it, and that of a change what it was."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.reports import facts
from monitor.reports.account import Account
from monitor.reports.postmortem import postmortem
from monitor.reports.timeline import Kind, timeline
from monitor.store import public
from tests.support.attending import World
from tests.support.fingerprints import NEW, OLD, targets


async def account(world: World, number: int) -> Account:
    def read(db: Database) -> Account:
        told = public.one(db, incident=number, entry=None)
        assert told
        return facts.account(db, world.recorder.context.config, told, world.clock.now())

    return await world.writer.do(read)


async def test_what_changed_before_it_stands_in_the_time_line(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.show(NEW, times=2)
        await seen.world.fails("home")
        await seen.waits()
        moments = timeline(await account(seen.world, 1))
    [changed] = [each for each in moments if each.kind is Kind.CHANGED]
    assert changed.words == (
        "Seen for the first time: runtime Quill/5.6.40 → Quill/8.0.2, and no deploy was recorded."
    )
    kinds = [each.kind for each in moments]
    assert kinds.index(Kind.CHANGED) < kinds.index(Kind.FAILED)


async def test_the_post_mortem_of_a_change_speaks_of_no_outage(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.show(NEW, times=2)
        await seen.waits()
        document = postmortem(await account(seen.world, 1), ZoneInfo("UTC"))
    assert "web.example.org was seen to have changed, and no deploy was recorded" in document
    for word in ("first failing run", "worked", "people met", "was down"):
        assert word not in document
