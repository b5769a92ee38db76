"""A change that goes with an outage is told with it, and nothing is said to be told that is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.config.model import Component
from monitor.context import CHANGE
from monitor.fingerprints.words import became_of
from monitor.routing import Hours
from monitor.store import fingerprints
from probes.traits import Trait
from tests.support.attending import MINUTE, SECOND
from tests.support.fingerprints import NEW, OLD, TARGET, Targets, asking, targets

OPENED = f"oncall opened {CHANGE}{TARGET}"
BEFORE = {Trait.JSON_KEYS: "account, account.name, id"}
AFTER = {Trait.JSON_KEYS: "id, profile, profile.name"}


async def became(seen: Targets) -> list[str]:
    def read(db: Database) -> list[str]:
        return [became_of(db, each) for each in fingerprints.newest(db, 10)]

    return await seen.world.writer.do(read)


def altered(body: dict[str, Any]) -> list[str]:
    return [each["what"] for each in body["altered"]]


async def test_what_changes_long_after_an_outage_began_is_told_on_its_own(tmp_path: Path) -> None:
    async with targets(tmp_path, asking(), asking("library", f"{TARGET}/library")) as seen:
        await seen.show(OLD, times=4)
        await seen.world.fails("library")
        await seen.waits(6 * MINUTE)
        await seen.show(NEW, times=2)
        assert await became(seen) == ["no deploy yet; told soon if it stays"]
        assert await seen.waits() == [OPENED]
        assert await became(seen) == ["told as incident 2"]
        assert altered((await seen.world.bodies())[-1]) == ["runtime"]


async def test_what_is_certain_only_after_the_page_went_out_is_one_more_notice_of_it(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path, asking(), asking("signin", f"{TARGET}/signin")) as seen:
        await seen.show(OLD, times=4)
        await seen.world.fails("signin")
        await seen.show(NEW, times=2, every=SECOND)
        assert await seen.world.told() == ["oncall opened signin"]
        assert await became(seen) == ["no deploy yet; told soon if it stays"]
        assert await seen.waits() == ["oncall reminded signin"]
        assert await became(seen) == ["told with incident 1"]
        first, update = await seen.world.bodies()
        assert await seen.waits(timedelta(hours=3)) == []
    assert (altered(first), altered(update)) == ([], ["runtime"])
    assert (update["why"], update["severity"], update["stage"]) == (
        "changed_unannounced",
        first["severity"],
        0,
    )


async def test_what_waits_for_the_end_of_an_outage_is_not_lost_with_it(tmp_path: Path) -> None:
    async with targets(tmp_path, asking(), asking("signin", f"{TARGET}/signin")) as seen:
        await seen.show(OLD, times=4)
        await seen.world.fails("signin")
        await seen.show(NEW, times=2, every=SECOND)
        await seen.world.mends("signin")
        assert await seen.world.told() == ["oncall opened signin", "oncall resolved signin"]
        assert altered((await seen.world.bodies())[-1]) == []
        assert await seen.waits() == [OPENED]


async def test_what_the_page_said_stands_in_its_all_clear_and_nothing_later(tmp_path: Path) -> None:
    async with targets(tmp_path, asking(), asking("signin", f"{TARGET}/signin")) as seen:
        await seen.show(OLD, times=4)
        await seen.show(NEW, times=2)
        await seen.world.fails("signin")
        await seen.show(OLD, times=4, every=SECOND)
        await seen.show({**OLD, Trait.VERSION: "9"}, times=2, every=SECOND)
        await seen.world.mends("signin")
        first, last = await seen.world.bodies()
    assert (altered(first), altered(last)) == (["runtime"], ["runtime"])


async def test_the_shape_of_another_answer_is_not_the_business_of_an_incident(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path, asking(), asking("signin", f"{TARGET}/signin")) as seen:
        await seen.show(BEFORE, times=4)
        await seen.show(AFTER, times=2)
        await seen.world.fails("signin")
        assert sorted(await seen.waits()) == [OPENED, "oncall opened signin"]
        bodies = {body["probe"]: body for body in await seen.world.bodies()}
    assert altered(bodies["signin"]) == []


async def test_it_is_where_both_are_of_one_component(tmp_path: Path) -> None:
    both = Component(id="web", name="Web", probes=("home", "signin"))
    probes = asking(), asking("signin", f"{TARGET}/signin")
    async with targets(tmp_path, *probes, components={"web": both}) as seen:
        await seen.show(BEFORE, times=4)
        await seen.show(AFTER, times=2)
        await seen.world.fails("signin")
        assert await seen.waits() == ["oncall opened signin"]
        assert altered((await seen.world.bodies())[-1]) == ["json_keys"]
        assert await became(seen) == ["told with incident 1"]


async def test_what_is_not_given_any_more_is_told_only_if_it_lasts(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.show({Trait.VERSION: "1.4.2", Trait.SERVER: "Inkwell/2"}, times=12)
        assert await became(seen) == ["no deploy yet; told if it lasts"]
        await seen.show({Trait.VERSION: "1.4.2", Trait.SERVER: "Inkwell/2"}, times=24)
        assert await became(seen) == ["told as incident 1"]


async def test_what_nobody_was_told_of_is_not_said_to_be_told(tmp_path: Path) -> None:
    probe = asking()
    routing = type(probe.routing)(channels=probe.routing.channels, quiet=Hours("night"))
    async with targets(tmp_path, asking(routing=routing)) as seen:
        await seen.show(OLD, times=4)
        await seen.show(NEW, times=2)
        assert await seen.waits() == []
        [said] = await became(seen)
        assert said.startswith("incident 1, told to nobody yet: ")
        await seen.show(OLD, times=9, every=2 * MINUTE)
        assert await became(seen) == ["went back"]
