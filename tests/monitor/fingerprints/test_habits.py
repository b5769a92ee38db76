"""Who records no deploys is told of some releases, hears that it ends, and then of news only."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.config.usual import Fingerprint
from monitor.context import CHANGE
from monitor.fingerprints import stories
from monitor.fingerprints.words import became_of
from monitor.store import fingerprints
from monitor.store.fingerprints import Change, Stands
from probes.traits import Trait
from tests.support.attending import MINUTE
from tests.support.deployed import deploys_it
from tests.support.fingerprints import OLD, TARGET, Targets, targets

OPENED = f"oncall opened {CHANGE}{TARGET}"
RESOLVED = f"oncall resolved {CHANGE}{TARGET}"
WEEK = timedelta(days=7)
OFTEN = "changes about every 7 days, and no deploy is recorded"


def at_version(version: str, **others: str) -> dict[Trait, str]:
    return {**OLD, Trait.VERSION: version} | {Trait[name]: said for name, said in others.items()}


async def released(
    seen: Targets, version: str, letters: str = "delivered_at", **others: str
) -> list[str]:
    """What is told of it, and becomes of its letters; then the week goes by."""
    shown = at_version(version, **others)
    await seen.show(shown, times=2)
    told = await seen.waits()
    await seen.world.writes(f"UPDATE outbox SET {letters} = created_at")
    await seen.show(shown, times=8, every=2 * MINUTE)
    seen.world.clock.wind(WEEK)
    await seen.part.look()
    return told + await seen.world.told()


async def weekly(seen: Targets, last: Stands = Stands.HABIT) -> None:
    """A release a week until now, of which the last one stands like this."""
    at = seen.world.clock.now()
    for number in range(4):
        state = last if number == 3 else Stands.ACCEPTED
        work = partial(noted, number=number, at=at - (4 - number) * WEEK, state=state)
        await seen.world.writer.do(work)
    await seen.show(at_version("1.4.4"), times=4)


def noted(db: Database, number: int, at: datetime, state: Stands) -> int:
    change = Change(
        target=TARGET,
        origin=TARGET,
        name="version",
        probe="home",
        was=f"1.4.{number}",
        became=f"1.4.{number + 1}",
        seen_at=at,
        found_at=at,
        settled_at=at,
        state=state,
    )
    return fingerprints.add(db, change)


async def in_force(seen: Targets) -> list[tuple[str, str, int]]:
    config, at = seen.world.recorder.context.config, seen.world.clock.now()
    found = await seen.world.writer.do(lambda db: stories.in_force(db, config, at))
    return [(*key, round(every / timedelta(days=1))) for key, every in found.items()]


async def newest(seen: Targets) -> list[str]:
    def read(db: Database) -> list[str]:
        return [became_of(db, each) for each in fingerprints.newest(db, 4)]

    return await seen.world.writer.do(read)


async def test_the_third_release_without_a_deploy_is_the_last_one_told_and_says_so(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(at_version("1.4.0"), times=4)
        told = [await released(seen, f"1.4.{number + 1}") for number in range(5)]
        assert told == [[OPENED, RESOLVED]] * 3 + [[]] * 2
        first, _, _, _, third, over = await seen.world.bodies()
        assert await in_force(seen) == [(TARGET, "version", 7)]
        assert [state for *_, state in await seen.changes()] == ["accepted"] * 3 + ["habit"] * 2
        assert await newest(seen) == [
            *(f"not told by itself: it {OFTEN}",) * 2,
            "accepted; told before, in incident 3; from then on not told by itself",
            "accepted; told before, in incident 2",
        ]
    assert (first["habits"], over["habits"]) == ([], [])
    [habit] = third["habits"]
    assert (habit["what"], round(habit["every_s"] / 86_400)) == ("version", 7)


async def test_what_went_never_so_far_is_told_and_so_is_what_never_changed(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await weekly(seen)
        assert await released(seen, "8.0.2") == [OPENED, RESOLVED]
        assert await released(seen, "8.0.3", RUNTIME="Quill/8.0.2") == [OPENED, RESOLVED]
        both = (await seen.world.bodies())[-1]
        assert await released(seen, "8.0.4", RUNTIME="Quill/8.0.2") == []
    assert sorted(each["what"] for each in both["altered"]) == ["runtime", "version"]


async def test_a_recorded_deploy_ends_the_habit_and_explains_what_came_just_before(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path) as seen:
        await weekly(seen)
        assert await in_force(seen) == [(TARGET, "version", 7)]
        await seen.show(at_version("1.4.5"), times=2)
        assert await seen.waits() == []
        await deploys_it(seen.world, service="nobody-watches-it")
        assert await seen.waits() == []
        assert (await seen.changes())[-1][-1] == "announced"
        assert await in_force(seen) == []
        await seen.show(at_version("1.4.5"), times=9, every=2 * MINUTE)
        seen.world.clock.wind(WEEK)
        await seen.show(at_version("1.4.5"))
        assert await released(seen, "1.4.6") == [OPENED, RESOLVED]
        assert (await seen.world.bodies())[-1]["habits"] == []


async def test_an_incident_says_what_changed_by_habit(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await weekly(seen)
        await seen.show(at_version("1.4.5"), times=2)
        assert await seen.waits() == []
        await seen.world.fails("home")
        [altered] = (await seen.world.bodies())[-1]["altered"]
        assert await seen.waits() == ["oncall opened home"]
        assert (await seen.changes())[-1][-1] == "explained"
    assert (altered["was"], altered["became"]) == ("1.4.4", "1.4.5")


async def test_nobody_is_left_without_having_read_that_it_ends(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await weekly(seen, last=Stands.ACCEPTED)
        assert await in_force(seen) == []
        assert await released(seen, "1.4.5") == [OPENED, RESOLVED]
        assert (await seen.world.bodies())[0]["habits"] != []
        assert await released(seen, "1.4.6") == []


async def test_what_nobody_got_a_letter_of_is_no_habit(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(at_version("1.4.0"), times=4)
        for number in range(4):
            told = await released(seen, f"1.4.{number + 1}", letters="gave_up_at")
            assert told == [OPENED]
        assert await in_force(seen) == []


async def test_each_is_told_where_that_is_wanted(tmp_path: Path) -> None:
    async with targets(tmp_path, fingerprint=Fingerprint(habit=0)) as seen:
        await weekly(seen)
        assert await in_force(seen) == []
        assert await released(seen, "1.4.5") == [OPENED, RESOLVED]


async def test_a_kill_between_a_change_and_what_becomes_of_it_neither_tells_it_nor_forgets_it(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path) as seen:
        await weekly(seen)
        await seen.show(at_version("1.4.5"), times=2, look=False)
        await seen.restarted()
        await seen.show(at_version("1.4.5"), times=2)
        await seen.restarted()
        await seen.show(at_version("1.4.5"))
        assert await seen.waits() == []
        await seen.restarted()
        assert await seen.waits(timedelta(hours=2)) == []
        assert (await seen.changes())[4:] == [("version", "1.4.4", "1.4.5", "habit")]
