"""Something else answers for some seconds and is gone: told with its outage, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.context import CHANGE
from probes.traits import Trait
from tests.support.attending import MINUTE, SECOND
from tests.support.fingerprints import OLD, TARGET, Targets, asking, targets

OPENED = f"oncall opened {CHANGE}{TARGET}"
RESOLVED = f"oncall resolved {CHANGE}{TARGET}"
WORSENED = f"oncall worsened {CHANGE}{TARGET}"
OUTAGE = ["oncall opened home", "oncall resolved home"]
WHOLE = {**OLD, Trait.JSON_KEYS: "environment, name, version", Trait.ENVIRONMENT: "production"}
FOREIGN = {Trait.SERVER: "Blotter/2.4"}
"""The page of a web server that nobody set up, as far as it tells anything."""
UPGRADED = WHOLE | {Trait.RUNTIME: "Quill/8.0.2"}
BOTH = asking(), asking("help", f"{TARGET}/help")


async def goes_on(
    seen: Targets, shown: Mapping[Trait, str], span: timedelta = 20 * MINUTE, letter: str = "u"
) -> list[str]:
    """Both are asked every 20 seconds; what is told meanwhile."""
    for _ in range(max(span // (20 * SECOND), 1)):
        await seen.show(shown, letter=letter, every=10 * SECOND, look=False)
        await seen.show(shown, "help", every=10 * SECOND)
    return await seen.world.told()


async def foreign(seen: Targets, letter: str = "d") -> None:
    """For 20 seconds, in which a failing run is repeated."""
    await seen.show(FOREIGN, letter=letter, every=10 * SECOND)
    await seen.show(FOREIGN, letter=letter, every=10 * SECOND)


@pytest.mark.parametrize("letter", ["d", "u"], ids=["fails", "passes"])
@pytest.mark.parametrize("killed_after", [0, 3], ids=str)
async def test_a_foreign_page_of_20_seconds_is_told_with_its_outage_or_not_at_all(
    killed_after: int, letter: str, tmp_path: Path
) -> None:
    async with targets(tmp_path, *BOTH) as seen:
        await goes_on(seen, WHOLE, 2 * MINUTE)
        await foreign(seen, letter)
        told = await seen.world.told()
        told += await goes_on(seen, WHOLE, killed_after * MINUTE)
        await seen.restarted()
        told += await goes_on(seen, WHOLE, 17 * MINUTE) + await seen.waits(timedelta(hours=2))
        rows = await seen.changes()
    assert told == (OUTAGE if letter == "d" else [])
    assert {state for *_, state in rows} == {"back"}
    assert {"server", "runtime", "version"} <= {name for name, *_ in rows}


async def test_a_daemon_that_begins_while_all_is_whole_tells_nothing_before_it_looked(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path, *BOTH) as seen:
        await goes_on(seen, WHOLE, 2 * MINUTE)
        await foreign(seen, "u")
        await seen.restarted()
        assert await seen.waits(timedelta(hours=1)) == []
        assert await goes_on(seen, WHOLE) == []


async def test_three_times_a_day_it_is_no_news_and_what_stays_in_the_end_is(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path, *BOTH) as seen:
        await goes_on(seen, WHOLE, 2 * MINUTE)
        for _ in range(3):
            await foreign(seen)
            assert await goes_on(seen, WHOLE, 17 * MINUTE) == OUTAGE
            seen.world.clock.wind(timedelta(hours=7))
            await seen.restarted()
            assert await goes_on(seen, WHOLE, MINUTE) == []
        assert set((await seen.states()).values()) == {"pinned"}
        assert await goes_on(seen, UPGRADED, MINUTE) == []
        assert await goes_on(seen, UPGRADED, 2 * MINUTE) == [OPENED]
        nameless = dict(UPGRADED)
        del nameless[Trait.VERSION]
        assert await goes_on(seen, nameless, 14 * MINUTE) == []
        assert await goes_on(seen, nameless, 4 * MINUTE) == [WORSENED]
        *before, runtime, version = await seen.changes()
    assert {state for *_, state in before} == {"back"}
    assert (runtime[1:], version[1:]) == (
        ("Quill/5.6.40", "Quill/8.0.2", "told"),
        ("1.4.2", "", "told"),
    )


@pytest.mark.parametrize(
    ("page", "letter"),
    [
        pytest.param({}, "d", id="503"),
        pytest.param(FOREIGN, "d", id="a page of the proxy"),
        pytest.param(FOREIGN, "u", id="a page of the proxy that passes"),
    ],
)
async def test_a_deploy_of_two_minutes_is_one_change_from_the_old_version_to_the_new(
    page: Mapping[Trait, str], letter: str, tmp_path: Path
) -> None:
    async with targets(tmp_path, *BOTH) as seen:
        await goes_on(seen, WHOLE, 2 * MINUTE)
        await seen.show(page, letter=letter, times=6, every=20 * SECOND)
        told = await seen.world.told()
        told += await goes_on(seen, WHOLE | {Trait.VERSION: "1.5.0"}, 5 * MINUTE)
        told += await seen.waits(timedelta(hours=2))
        bodies = await seen.world.bodies()
    assert [each for each in told if CHANGE in each] == [OPENED]
    assert bodies[-1]["summary"] == "version 1.4.2 → 1.5.0"


@pytest.mark.parametrize("shown", [UPGRADED, WHOLE | {Trait.ENVIRONMENT: "staging"}], ids=str)
async def test_what_stays_is_told_two_minutes_after_it_was_certain(
    shown: Mapping[Trait, str], tmp_path: Path
) -> None:
    async with targets(tmp_path, *BOTH) as seen:
        await goes_on(seen, WHOLE, 2 * MINUTE)
        assert await goes_on(seen, shown, 2 * MINUTE) == []
        await seen.restarted()
        assert await goes_on(seen, shown, 20 * SECOND) == [OPENED]
        assert await goes_on(seen, shown, 3 * MINUTE) == []


async def test_an_upgrade_that_breaks_it_is_told_with_the_outage_and_nothing_comes_after_it(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(WHOLE, times=4)
        await seen.show(UPGRADED, letter="d", times=8)
        assert await seen.world.told() == ["oncall opened home", "oncall reminded home"]
        [*_, body] = await seen.world.bodies()
        assert [each["became"] for each in body["altered"]] == ["Quill/8.0.2"]
        await seen.restarted()
        await seen.show(UPGRADED, letter="d", times=80)
        await seen.restarted()
        await seen.show(UPGRADED, letter="d", times=3)
        await seen.show(UPGRADED, times=40)
        assert await seen.world.told() == ["oncall resolved home"]
        assert await seen.waits(timedelta(hours=1)) == []


async def test_what_an_outage_left_behind_unsaid_is_news_when_it_is_over(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(WHOLE, times=4)
        await seen.world.fails("home")
        seen.world.clock.wind(3 * timedelta(hours=1))
        await seen.show(UPGRADED, letter="d", times=40)
        assert await seen.world.told() == ["oncall opened home"]
        await seen.restarted()
        await seen.show(UPGRADED, times=3)
        assert await seen.world.told() == [OPENED, "oncall resolved home"]


async def test_a_failing_page_that_shows_the_old_ends_nothing(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(WHOLE, times=4)
        await seen.show(UPGRADED, times=60)
        assert await seen.world.told() == [OPENED]
        await seen.show(WHOLE, letter="d", times=2, every=10 * SECOND)
        await seen.show(UPGRADED, times=60)
        assert await seen.world.told() == OUTAGE
        await seen.show(WHOLE, letter="d", times=2, every=10 * SECOND)
        await seen.show(WHOLE, times=40)
        assert RESOLVED in await seen.world.told()
        assert [state for *_, state in await seen.changes()] == ["back"] * 3


async def test_one_of_two_servers_behind_it_is_upgraded_and_that_is_told_before_long(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path, *BOTH) as seen:
        await goes_on(seen, WHOLE, 2 * MINUTE)
        for _ in range(8):
            await seen.show(UPGRADED, every=SECOND, look=False)
            await seen.show(WHOLE, "help", every=29 * SECOND)
        assert await seen.world.told() == [OPENED]


async def test_what_a_probe_saw_that_asks_once_an_hour_is_not_there_for_an_hour(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path, *BOTH) as seen:
        await goes_on(seen, WHOLE, 2 * MINUTE)
        await seen.show(UPGRADED, times=1, every=10 * SECOND)
        await seen.show(UPGRADED, "help", every=10 * SECOND)
        await seen.show(WHOLE, times=170, every=20 * SECOND)
        assert await seen.world.told() == []
        assert [state for *_, state in await seen.changes()] == ["back"]
