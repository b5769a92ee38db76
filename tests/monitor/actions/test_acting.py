"""From the first failing run after a deploy to what was done about it, and what people hear."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.actions import acting
from monitor.config.changes import ActionMode
from monitor.routing import Severity
from monitor.store import StoreTrouble
from tests.support.acting import SECOND, an_acting_world, an_action, announced, jenkins
from tests.support.attending import MINUTE, routed, several
from tests.support.receivers import Answer, Trouble, receiving


async def test_a_release_that_breaks_the_service_is_rolled_back_once_and_people_hear_that_it_helped(
    tmp_path: Path,
) -> None:
    with receiving(Answer(201, {"Location": "http://jenkins.example.org/queue/item/12/"})) as far:
        async with an_acting_world(tmp_path, jenkins(far.url)) as one:
            await one.deploy()
            await one.breaks()
            [row] = await one.settled()
            assert (row["state"], row["target"]) == ("done", "1.4.1")
            assert row["answer"] == (
                "answered 201, queued as http://jenkins.example.org/queue/item/12/"
            )
            [acted] = await one.bodies("acted")
            assert "roll-back of api 1.4.2 to 1.4.1" in acted["deeds"][0]["said"]
            one.clock.wind(30 * SECOND)
            await one.mends()
            [resolved] = await one.bodies("resolved")
            said = resolved["deeds"][0]["said"]
            assert said.startswith("Rolled back api 1.4.2 to 1.4.1 (action rollback, at once)")
            assert said.endswith("passing again after 30 seconds.")
            assert one.told
    assert len(far.requests) == 1


async def test_the_probes_of_the_service_are_hurried_while_it_is_to_help(tmp_path: Path) -> None:
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.deploy()
            await one.breaks()
            await one.settled()
            for _ in range(500):
                if one.hurried:
                    break
                await asyncio.sleep(0.01)
            at = one.clock.now()
    assert one.hurried == [(("signin",), at + timedelta(minutes=10), timedelta(seconds=10))]


async def test_what_does_not_help_within_its_time_is_told_once(tmp_path: Path) -> None:
    probe = replace(routed(), playbook="https://wiki.example.org/roll-back")
    with receiving() as far:
        action = an_action(url=far.url, verify_for=2 * MINUTE)
        async with an_acting_world(tmp_path, action, probes=[probe]) as one:
            await one.deploy()
            await one.breaks()
            await one.settled()
            one.clock.wind(2 * MINUTE)
            for _ in range(3):
                await one.looked()
            told = await one.bodies("acted")
            assert [body["why"] for body in told] == ["acted", "did_not_help"]
            said = told[-1]["deeds"][0]["said"]
            assert "has not helped within 2 min" in said
            assert said.endswith("Do it by hand: https://wiki.example.org/roll-back")
            one.clock.wind(MINUTE)
            await one.mends()
            [resolved] = await one.bodies("resolved")
            assert "It passed again after 3 min" in resolved["deeds"][0]["said"]


async def test_a_dry_run_says_what_it_would_have_done_and_sends_nothing(tmp_path: Path) -> None:
    with receiving() as far:
        action = an_action(url=far.url, mode=ActionMode.DRY_RUN)
        async with an_acting_world(tmp_path, action) as one:
            await one.deploy()
            await one.breaks()
            [row] = await one.settled()
            [acted] = await one.bodies("acted")
            assert row["state"] == "dry"
            assert acted["deeds"][0]["said"].startswith("Would have rolled back api 1.4.2 to 1.4.1")
            assert 'mode = "live"' in acted["deeds"][0]["said"]
            await one.mends()
    assert far.requests == []


@pytest.mark.parametrize(
    ("act", "state", "said"),
    [
        (500, "failed", "answered 500"),
        (302, "failed", "redirects are not followed"),
        (Trouble.RESET, "unknown", "no answer came: connection reset by peer"),
        (Trouble.CLOSE, "unknown", "no answer came"),
        (Trouble.HANG, "unknown", "no answer in time"),
        (Trouble.HANG_AFTER_200, "done", "answered 200"),
        (Trouble.THEN_CLOSE, "done", "answered 200"),
    ],
)
async def test_what_may_have_arrived_is_never_sent_again(
    tmp_path: Path, act: int | Trouble, state: str, said: str
) -> None:
    with receiving(act) as far:
        action = an_action(url=far.url, timeout=timedelta(seconds=0.8))
        async with an_acting_world(tmp_path, action) as one:
            await one.deploy()
            await one.breaks()
            [row] = await one.settled()
            assert row["state"] == state
            assert said in row["answer"]
            await one.looked()
            [acted] = await one.bodies("acted")
            by_hand = state == "failed"
            assert ("by hand" in acted["deeds"][0]["said"]) == by_hand
    assert len(far.requests) == 1


async def test_a_refused_connection_is_tried_again_in_the_same_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "PAUSES", (timedelta(seconds=0.05),) * 2)
    async with an_acting_world(tmp_path, an_action()) as one:
        await one.deploy()
        await one.breaks()
        [row] = await one.settled()
        assert (row["state"], row["answer"]) == ("unsent", "connection refused")
        [acted] = await one.bodies("acted")
        assert (
            "could not be asked for: connection refused. Do it by hand."
            in (acted["deeds"][0]["said"])
        )


async def test_one_bad_release_that_breaks_many_things_is_rolled_back_once(tmp_path: Path) -> None:
    """They are told as one, and so is what was done about them."""
    probes = several(5)
    names = [probe.id for probe in probes]
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url), probes=probes) as one:
            await one.deploy()
            await one.breaks(*names)
            await one.world.waits(MINUTE)
            one.actions.wake()
            await one.settled()
            await one.looked()
            acted = await one.bodies("acted")
            assert [body["about"] for body in acted] == ["summary"]
            assert acted[0]["deeds"]
            rows = await one.rows("why = 'done_for_deploy'")
            assert len(rows) == len(names) - 1
            await one.mends(*names)
            await one.world.waits(MINUTE)
            [resolved] = [b for b in await one.bodies("resolved") if b["about"] == "summary"]
            assert "passing again within a second" in resolved["deeds"][0]["said"]
            assert resolved["deeds"][0]["helped"]
    assert len(far.requests) == 1


@pytest.mark.parametrize("how", ["maintenance", "silence", "acknowledged", "warning", "unrouted"])
async def test_it_refrains_and_says_why(tmp_path: Path, how: str) -> None:
    probe = {
        "warning": routed(severity=Severity.WARNING),
        "unrouted": routed(channels={}),
    }.get(how, routed())
    with receiving() as far:
        async with an_acting_world(tmp_path, an_action(url=far.url), probes=[probe]) as one:
            await one.deploy()
            if how in ("maintenance", "silence"):
                await announced(one, how)
            if how == "acknowledged":
                await one.end()
            await one.world.fails("signin")
            if how == "acknowledged":
                await one.world.writes("UPDATE incident SET acknowledged_at = 1")
            expected = {
                "maintenance": "maintenance",
                "silence": "silenced",
                "acknowledged": "acknowledged",
                "warning": "not_critical",
                "unrouted": "nobody_to_tell",
            }
            assert await one.reasons() == [expected[how]]
            assert await one.reasons() == [expected[how]], "one row for a reason, not one a look"
    assert far.requests == []


async def test_what_was_begun_when_trueup_ended_is_told_as_unknown_and_never_repeated(
    tmp_path: Path,
) -> None:
    with receiving(Trouble.HANG) as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.deploy()
            await one.breaks()
            for _ in range(500):
                if far.requests:
                    break
                await asyncio.sleep(0.01)
            assert one.serving is not None
            one.actions._tasks.clear()  # as after a kill: the row is all that is known
            await one.looked()
            [row] = await one.rows("decision = 'act'")
            assert row["state"] == "unknown"
            [acted] = await one.bodies("acted")
            assert "Whether it was done is not known; look there" in acted["deeds"][0]["said"]
            far.released.set()
    assert len(far.requests) == 1


async def test_a_store_that_takes_nothing_for_a_while_gets_the_end_later(tmp_path: Path) -> None:
    with receiving(Trouble.LATE) as far:
        async with an_acting_world(tmp_path, an_action(url=far.url)) as one:
            await one.deploy()
            await one.breaks()
            await one.settled("state = 'started'")
            real, refused = one.world.writer.do, []

            async def away(_: object) -> None:
                refused.append(1)
                raise StoreTrouble("away")

            one.actions._writer = type("Away", (), {"do": staticmethod(away)})()
            far.go.set()
            for _ in range(500):
                if refused:
                    break
                await asyncio.sleep(0.01)
            one.actions._writer = one.world.writer
            assert one.actions._writer.do == real
            [row] = await one.settled()
    assert row["state"] == "done"
    assert len(far.requests) == 1


async def test_secrets_leave_neither_answer_nor_output(tmp_path: Path) -> None:
    action = an_action(command=("/bin/sh", "-c", "echo token s3cret; exit 3"))
    async with an_acting_world(tmp_path, action) as one:
        await one.deploy()
        await one.breaks()
        [row] = await one.settled()
    assert row["answer"] == "the program ended with status 3: token ***"
    assert "s3cret" not in json.dumps(row)
