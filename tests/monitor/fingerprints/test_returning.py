"""What comes, goes and comes again: minutes are no turn, and neither a restart nor a deploy in
between loses what it is.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database  # noqa: TID251 - a database of an earlier version

from monitor.clock import iso, to_us
from monitor.context import CHANGE
from monitor.store import fingerprints
from monitor.store.schema import MIGRATIONS
from probes.traits import Trait
from tests.support.attending import MINUTE
from tests.support.clock import NIGHT
from tests.support.deployed import deploys_it
from tests.support.fingerprints import NEW, OLD, TARGET, Targets, targets

OPENED = f"oncall opened {CHANGE}{TARGET}"
RESOLVED = f"oncall resolved {CHANGE}{TARGET}"
DAY, EVERY = timedelta(days=1), 2 * MINUTE


async def shows(
    seen: Targets, value: str, trait: Trait = Trait.RUNTIME, times: int = 20
) -> list[str]:
    """Every two minutes; what was told."""
    await seen.show({trait: value}, times=times, every=EVERY)
    return await seen.world.told()


@pytest.mark.parametrize(
    ("trait", "usual", "another"),
    [
        (Trait.ENVIRONMENT, "production", "staging"),
        (Trait.TLS_ISSUER, "Honest CA", "Another CA"),
        (Trait.RUNTIME, "Quill/5.6.40", "Quill/8.0.2"),
        (Trait.VERSION, "1.4.2", "1.5.0"),
    ],
    ids=str,
)
async def test_what_came_for_some_minutes_three_times_is_told_when_it_comes_for_good(
    trait: Trait, usual: str, another: str, tmp_path: Path
) -> None:
    async with targets(tmp_path) as seen:
        await shows(seen, usual, trait, 6)
        for _ in range(3):
            assert await shows(seen, another, trait, 4) == [OPENED]
            assert await shows(seen, usual, trait, 14) == [RESOLVED]
            seen.world.clock.wind(3 * DAY)
        assert await shows(seen, another, trait) == [OPENED]
        assert [state for *_, state in await seen.changes()] == ["back"] * 3 + ["told"]


async def test_what_comes_and_goes_all_day_is_told_three_times_and_then_once_it_stays(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path) as seen:
        await shows(seen, "production", Trait.ENVIRONMENT, 6)
        told: list[str] = []
        for _ in range(5):
            told += await shows(seen, "staging", Trait.ENVIRONMENT, 5)
            told += await shows(seen, "production", Trait.ENVIRONMENT, 15)
        assert told == [OPENED, RESOLVED] * 3
        await seen.restarted()
        assert await shows(seen, "staging", Trait.ENVIRONMENT, 14) == []
        assert await shows(seen, "staging", Trait.ENVIRONMENT, 4) == [OPENED]


async def test_what_had_its_turns_is_listed_each_time_and_told_to_nobody(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        for version in ("blue", "green") * 3:
            await shows(seen, version, Trait.VERSION)
            seen.world.clock.wind(2 * DAY)
        states = [(became, state) for _, _, became, state in await seen.changes()]
    assert states == [("green", "accepted")] + [("blue", "noted"), ("green", "noted")] * 2


@pytest.mark.parametrize("restarts", [0, 1, 2], ids=str)
async def test_what_went_back_for_minutes_and_comes_again_is_told_whoever_began_meanwhile(
    restarts: int, tmp_path: Path
) -> None:
    async with targets(tmp_path) as seen:
        await shows(seen, "Quill/5.6.40", times=6)
        assert await shows(seen, "Quill/8.0.2") == [OPENED]
        assert await shows(seen, "Quill/5.6.40", times=3) == [RESOLVED]
        for _ in range(restarts):
            await seen.restarted()
        again_at = seen.world.clock.now()
        before_at = again_at - EVERY
        assert await shows(seen, "Quill/8.0.2") == [OPENED]
        [altered] = (await seen.world.bodies())[-1]["altered"]
        assert [state for *_, state in await seen.changes()] == ["back", "told"]
    assert (altered["before_at"][:19], altered["at"]) == (iso(before_at)[:19], iso(again_at))


async def test_what_comes_again_with_a_deploy_is_announced(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await shows(seen, "Quill/5.6.40", times=6)
        assert await shows(seen, "Quill/8.0.2", times=40) == [OPENED]
        assert await shows(seen, "Quill/5.6.40", times=3) == [RESOLVED]
        await deploys_it(seen.world, service="nobody-watches-it")
        assert await shows(seen, "Quill/8.0.2") == []
        assert [state for *_, state in await seen.changes()] == ["back", "announced"]


@pytest.mark.parametrize("down", [2 * MINUTE, 30 * timedelta(hours=1)], ids=str)
async def test_what_went_back_while_nobody_looked_is_news_when_it_comes_again(
    down: timedelta, tmp_path: Path
) -> None:
    async with targets(tmp_path) as seen:
        await shows(seen, "Quill/5.6.40", times=6)
        assert await shows(seen, "Quill/8.0.2", times=4) == [OPENED]
        for _ in range(2):
            seen.world.clock.wind(down)
            await seen.restarted()
        assert await shows(seen, "Quill/5.6.40") == [RESOLVED]
        seen.world.clock.wind(40 * DAY)
        assert await shows(seen, "Quill/8.0.2") == [OPENED]


@pytest.mark.parametrize("trait", [Trait.VERSION, Trait.ADDRESS], ids=str)
async def test_who_begins_while_it_changes_knows_which_one_is_left(
    trait: Trait, tmp_path: Path
) -> None:
    async with targets(tmp_path) as seen:
        for value in ("blue", "green", "blue", "green", "blue"):
            await shows(seen, value, trait)
            seen.world.clock.wind(3 * DAY)
        assert await shows(seen, "green", trait, 3) == []
        await seen.restarted()
        assert await shows(seen, "green", trait) == []
        seen.world.clock.wind(45 * DAY)
        assert await shows(seen, "blue", trait) == [OPENED]


async def test_a_kill_before_what_a_deploy_announced_was_learned_makes_it_no_turn(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path) as seen:
        await shows(seen, "1.4", Trait.VERSION)
        for version in ("1.5", "1.4", "1.5"):
            await deploys_it(seen.world, service="nobody-watches-it", version=version)
            await shows(seen, version, Trait.VERSION, 2)
            await seen.restarted()
            assert await shows(seen, version, Trait.VERSION) == []
            seen.world.clock.wind(2 * DAY)
        assert await shows(seen, "1.4", Trait.VERSION) == [OPENED]


async def test_a_kill_before_what_a_deploy_broke_was_learned_finds_it_once(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await deploys_it(seen.world, service="nobody-watches-it")
        await seen.show(NEW, times=2, letter="d")
        await seen.restarted()
        await seen.show(NEW, times=20, every=EVERY)
        assert [state for *_, state in await seen.changes()] == ["announced"]


def test_what_an_earlier_version_wrote_may_still_go_back() -> None:
    old = Database(memory=True)
    MIGRATIONS.apply(old, stop_before="what_may_go_back")
    old.execute("INSERT INTO fingerprint VALUES ('t', 'runtime', 'pinned', 1, 0)")
    for rank, value in enumerate("ab"):
        old.execute("INSERT INTO trait VALUES ('t', 'runtime', ?, ?)", (value, rank))
    at = to_us(NIGHT)
    old.execute(
        "INSERT INTO change (target, origin, name, probe, was, became, first, seen_at, found_at,"
        " state) VALUES ('t', 't', 'runtime', 'p', 'a', 'b', 1, ?, ?, 'told')",
        (at, at),
    )
    MIGRATIONS.apply(old)
    [pinned] = fingerprints.pinned(old)
    assert (pinned.values, pinned.fresh) == (("a", "b"), ("b", NIGHT))
