"""A target that changes is told once, unless a deploy or an incident says why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.acts.acting import acknowledge
from monitor.acts.orders import Acknowledge
from monitor.clock import iso
from monitor.config.changes import Changes, Service
from monitor.config.usual import Fingerprint
from monitor.context import CHANGE
from monitor.routing import Hours
from probes.traits import Trait
from tests.support.attending import MINUTE, SECOND
from tests.support.deployed import deploys_it
from tests.support.fingerprints import NEW, OLD, TARGET, Targets, asking, targets

WEB = Changes(
    services={
        "web": Service(id="web", name="Web", probes=("home",)),
        "other": Service(id="other", name="Other", probes=("elsewhere",)),
    }
)
OPENED = f"oncall opened {CHANGE}{TARGET}"
RESOLVED = f"oncall resolved {CHANGE}{TARGET}"


async def upgraded(seen: Targets) -> None:
    """Learned, and then another runtime in two runs."""
    await seen.show(OLD, times=4)
    await seen.show(NEW, times=2)


async def test_an_upgrade_that_nobody_announced_is_told_once_after_the_wait(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await upgraded(seen)
        assert await seen.changes() == [("runtime", "Quill/5.6.40", "Quill/8.0.2", "open")]
        assert await seen.world.told() == []
        assert await seen.waits() == [OPENED]
        [body] = await seen.world.bodies()
        await seen.show(NEW, times=30)
        assert await seen.waits() == []
    assert (body["about"], body["severity"], body["why"]) == (
        "change",
        "warning",
        "changed_unannounced",
    )
    assert body["summary"] == "runtime Quill/5.6.40 → Quill/8.0.2"
    [altered] = body["altered"]
    assert altered["before_at"] < altered["at"] == body["began_at"]
    assert seen.told == 1


async def test_parts_that_changed_together_are_one_incident(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await upgraded(seen)
        await seen.show({**NEW, Trait.VERSION: "1.5.0"}, times=2, every=SECOND)
        assert await seen.waits() == [OPENED]
        await seen.waits()
        [first, *_] = await seen.world.bodies()
        rows = await seen.changes()
    assert "runtime Quill/5.6.40 → Quill/8.0.2" in first["summary"]
    assert [state for *_, state in rows] == ["told", "told"]


@pytest.mark.parametrize(
    ("deploy", "is_told"),
    [
        ({"service": "web"}, False),
        ({"service": "nobody-watches-it"}, False),
        ({"service": "other"}, True),
        ({"service": "web", "environment": "staging"}, True),
        ({"service": "web", "ago": 40 * MINUTE}, True),
    ],
    ids=str,
)
async def test_a_deploy_that_may_have_to_do_with_it_announces_it(
    deploy: dict[str, Any], is_told: bool, tmp_path: Path
) -> None:
    async with targets(
        tmp_path, asking(), asking("elsewhere", "https://x.example.org"), changes=WEB
    ) as seen:
        await seen.show(OLD, times=4)
        await deploys_it(seen.world, **deploy)
        await seen.show(NEW, times=2)
        assert await seen.waits() == [OPENED] * is_told
        [(*_, state)] = await seen.changes()
    assert state == ("told" if is_told else "announced")


async def test_a_deploy_that_is_recorded_late_ends_it(tmp_path: Path) -> None:
    async with targets(tmp_path, changes=WEB) as seen:
        await upgraded(seen)
        await seen.waits()
        await deploys_it(seen.world, service="web", version="1.5.0")
        assert await seen.waits() == [RESOLVED]
        assert (await seen.world.bodies())[-1]["note"] == "Deploy web 1.5.0 by ci explains it."
        assert (await seen.world.why())[-1] == "change_announced"


async def test_it_ends_when_it_goes_back_and_is_told_anew_when_it_comes_again(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path) as seen:
        await upgraded(seen)
        await seen.waits()
        await seen.show(OLD, times=9, every=2 * MINUTE)
        assert await seen.waits() == [RESOLVED]
        assert (await seen.world.why())[-1] == "changed_back"
        assert (await seen.world.bodies())[-1]["lasted_s"] == pytest.approx(30, abs=1)
        await seen.show(NEW, times=2)
        assert await seen.waits() == [OPENED]


async def test_what_goes_back_meanwhile_is_told_to_nobody(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.show(NEW, times=2)
        await seen.show(OLD, times=9, every=2 * MINUTE)
        assert await seen.waits() == []
        assert [state for *_, state in await seen.changes()] == ["back"]


async def test_what_goes_back_long_after_ends_it_and_is_no_change_of_its_own(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path) as seen:
        await upgraded(seen)
        await seen.waits()
        await seen.show(NEW, times=40)
        await seen.show(OLD, times=2)
        assert await seen.waits() == [RESOLVED]
        assert [state for *_, state in await seen.changes()] == ["back"]


async def test_what_only_seemed_to_go_back_is_told_anew(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await upgraded(seen)
        await seen.waits()
        await seen.show(NEW, times=12, every=2 * MINUTE)
        await seen.show(OLD, times=2)
        assert await seen.waits() == [RESOLVED]
        await seen.show(NEW, times=9, every=2 * MINUTE)
        assert await seen.waits() == [OPENED]
        assert [state for *_, state in await seen.changes()] == ["back", "told"]


async def test_a_day_ends_it(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await upgraded(seen)
        await seen.waits()
        assert await seen.waits(timedelta(hours=23)) == []
        assert await seen.waits(timedelta(hours=2)) == [RESOLVED]
        assert [state for *_, state in await seen.changes()] == ["accepted"]


async def test_whoever_acknowledges_it_accepts_it(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await upgraded(seen)
        await seen.waits()
        at = seen.world.clock.now()
        order = Acknowledge(incident=1, by="ops")
        await seen.world.writer.do(lambda db: acknowledge(db, order, at))
        assert (await seen.waits())[-1] == RESOLVED
        assert (await seen.world.why())[-1] == "change_accepted"


async def test_an_incident_of_the_same_target_says_it_and_there_is_no_page_of_its_own(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path, asking(), asking("signin", f"{TARGET}/signin")) as seen:
        await upgraded(seen)
        at = seen.world.clock.now()
        await seen.world.fails("signin")
        assert await seen.waits() == ["oncall opened signin"]
        [body] = await seen.world.bodies()
        assert [state for *_, state in await seen.changes()] == ["explained"]
        await seen.world.mends("signin")
        assert await seen.waits(timedelta(hours=2)) == ["oncall resolved signin"]
    [altered] = body["altered"]
    assert (altered["what"], altered["was"], altered["became"]) == (
        "runtime",
        "Quill/5.6.40",
        "Quill/8.0.2",
    )
    assert altered["at"] == iso(at - timedelta(seconds=60, milliseconds=2))


async def test_an_incident_elsewhere_explains_nothing(tmp_path: Path) -> None:
    probes = asking(), asking("signin", "https://other.example.org/")
    async with targets(tmp_path, *probes) as seen:
        await upgraded(seen)
        await seen.world.fails("signin")
        assert sorted(await seen.waits()) == [OPENED, "oncall opened signin"]
        assert [
            body["altered"] for body in await seen.world.bodies() if body["probe"] == "signin"
        ] == [[]]


async def test_silence_and_quiet_hours_hold_it_back(tmp_path: Path) -> None:
    quiet = Hours("night")
    probe = asking()
    probe = asking(routing=type(probe.routing)(channels=probe.routing.channels, quiet=quiet))
    async with targets(tmp_path, probe) as seen:
        await upgraded(seen)
        assert await seen.waits() == []
        [row] = await seen.world.rows("SELECT withheld FROM incident")
        assert row["withheld"] == "quiet_hours"


async def test_what_is_ignored_is_noted_and_told_to_nobody(tmp_path: Path) -> None:
    ignores = Fingerprint(ignore=frozenset((Trait.RUNTIME,)))
    async with targets(tmp_path, fingerprint=ignores) as seen:
        await upgraded(seen)
        assert await seen.waits() == []
        assert await seen.changes() == [("runtime", "Quill/5.6.40", "Quill/8.0.2", "noted")]


async def test_a_new_key_by_the_same_authority_is_noted_and_another_authority_is_told(
    tmp_path: Path,
) -> None:
    first = {Trait.TLS_KEY: "aa", Trait.TLS_ISSUER: "Honest CA"}
    async with targets(tmp_path) as seen:
        await seen.show(first, times=4)
        await seen.show({**first, Trait.TLS_KEY: "bb"}, times=2)
        assert await seen.waits() == []
        await seen.show({Trait.TLS_KEY: "cc", Trait.TLS_ISSUER: "Another CA"}, times=2)
        assert await seen.waits() == [OPENED]
        [body] = await seen.world.bodies()
    assert body["summary"] == "certificate issuer Honest CA → Another CA"


async def test_what_nobody_asks_any_more_ends_without_a_recovery(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await upgraded(seen)
        await seen.waits()
        context = seen.world.recorder.context
        object.__setattr__(context.config, "probes", {})
        assert await seen.waits() == [RESOLVED]
        assert (await seen.world.bodies())[-1]["outcome"] == "UNKNOWN"


async def test_those_who_are_configured_for_it_are_told_instead(tmp_path: Path) -> None:
    async with targets(tmp_path, fingerprint=Fingerprint(channels=("desk",))) as seen:
        await upgraded(seen)
        assert await seen.waits() == [OPENED.replace("oncall", "desk")]


async def test_a_kill_between_the_change_and_its_incident_loses_nothing(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await upgraded(seen)
        await seen.restarted()
        await seen.show(NEW)
        assert await seen.waits() == [OPENED]
        await seen.restarted()
        await seen.show(NEW, times=5)
        assert await seen.waits() == []


async def test_a_kill_before_the_change_was_written_has_it_found_again(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.show(NEW, times=2, look=False)
        assert await seen.changes() == []
        await seen.restarted()
        await seen.show(NEW, times=2)
        assert await seen.waits() == [OPENED]
        [body] = await seen.world.bodies()
    assert body["altered"][0]["before_at"]


async def test_a_deploy_recorded_late_takes_the_line_out_of_the_notices_of_an_incident(
    tmp_path: Path,
) -> None:
    async with targets(tmp_path, changes=WEB) as seen:
        await upgraded(seen)
        await seen.world.fails("home")
        assert await seen.waits() == ["oncall opened home"]
        await deploys_it(seen.world, service="web", ago=4 * MINUTE)
        await seen.waits()
        await seen.world.mends("home")
        first, last = await seen.world.bodies()
        assert [state for *_, state in await seen.changes()] == ["announced"]
    assert (len(first["altered"]), last["altered"]) == (1, [])


async def test_a_failing_answer_with_a_wanted_status_may_show_it(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.show(NEW, times=2, letter="d", every=SECOND)
        assert [name for name, *_ in await seen.changes()] == ["runtime"]
        assert await seen.waits() == ["oncall opened home", "oncall reminded home"]
        await seen.world.mends("home")
        assert len((await seen.world.bodies())[-1]["altered"]) == 1
