"""Time goes by while something is broken: who hears of it, when, and why not."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.clock import to_us
from monitor.routing import Hours, Severity, Stage, everyone
from monitor.windows import Window
from tests.support.attending import MINUTE, SECOND, a_world, routed, several
from tests.support.clock import NIGHT
from tests.support.configs import a_probe


async def test_one_outage_alone_is_told_at_once(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed(), *several(3)) as world:
        await world.fails("signin")
        assert await world.told() == ["oncall opened signin"]
        await world.mends("signin")
        assert await world.told() == ["oncall resolved signin"]
        assert await world.why() == ["failed_in_a_row", "good_in_a_row"]


async def test_it_is_reminded_of_after_4_hours_then_8_then_16_then_every_day(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, routed()) as world:
        await world.fails("signin")
        assert len(await world.told()) == 1
        hours = [h for h in range(1, 80) if await world.waits(timedelta(hours=1))]
        assert hours == [4, 12, 28, 52, 76]


async def test_nobody_answers_so_others_are_called_again_and_again(tmp_path: Path) -> None:
    stages = (
        Stage(10 * MINUTE, ("phone",), 10 * MINUTE),
        Stage(30 * MINUTE, ("boss",), 20 * MINUTE),
    )
    async with a_world(tmp_path, routed(escalation=stages)) as world:
        await world.fails("signin")
        assert await world.waits(9 * MINUTE) == ["oncall opened signin"]
        assert await world.waits(2 * MINUTE) == ["phone escalated signin"]
        assert await world.waits(20 * MINUTE) == ["boss escalated signin"]
        assert await world.waits(21 * MINUTE) == ["boss escalated signin"]
        await world.mends("signin")
        assert await world.told() == [
            f"{who} resolved signin" for who in ("oncall", "phone", "boss")
        ]


async def test_an_acknowledgement_stops_both_until_it_runs_out(tmp_path: Path) -> None:
    stages = (Stage(10 * MINUTE, ("phone",), 10 * MINUTE),)
    async with a_world(tmp_path, routed(escalation=stages)) as world:
        await world.fails("signin")
        until = world.clock.now() + timedelta(hours=6)
        await world.writes(
            "UPDATE incident SET acknowledged_at = ?, acknowledged_until = ?",
            to_us(world.clock.now()),
            to_us(until),
        )
        assert await world.waits(timedelta(hours=5)) == ["oncall opened signin"]
        told = await world.waits(timedelta(hours=1, minutes=3))
        assert told == ["oncall reminded signin"]
        assert (await world.why())[-1] == "no_longer_acknowledged"
        assert await world.waits(11 * MINUTE) == ["phone escalated signin"]


# --- when it can wait


async def test_in_quiet_hours_a_warning_waits_for_the_morning_and_an_outage_does_not(
    tmp_path: Path,
) -> None:
    night = Hours("night", starts=time(22), ends=time(7), zone=ZoneInfo("UTC"))
    warning = routed("disk", severity=Severity.WARNING, quiet=night)
    async with a_world(tmp_path, warning, routed("signin", quiet=night)) as world:
        await world.fails("disk")
        assert await world.waits(timedelta(hours=4)) == []
        await world.fails("signin")
        assert await world.told() == ["oncall opened signin"]
        assert await world.waits(timedelta(hours=2)) == ["oncall opened disk"]
        assert world.clock.now() > datetime(2026, 3, 14, 7, tzinfo=NIGHT.tzinfo)


async def test_what_mends_itself_in_the_quiet_hours_is_written_down_and_told_to_nobody(
    tmp_path: Path,
) -> None:
    night = Hours("night", starts=time(22), ends=time(7))
    async with a_world(tmp_path, routed("disk", severity=Severity.WARNING, quiet=night)) as world:
        await world.fails("disk")
        await world.mends("disk")
        assert await world.waits(timedelta(hours=8)) == []
        [incident] = await world.rows("SELECT resolved_at, withheld FROM incident")
        assert incident["resolved_at"]
        assert incident["withheld"] == "quiet_hours"


async def test_in_office_hours_the_team_hears_of_it_instead(tmp_path: Path) -> None:
    office = Hours("office", frozenset(range(5)), time(9), time(18))
    async with a_world(tmp_path, routed(during=((office, ("team",)),))) as world:
        world.clock.wind(timedelta(days=2, hours=8))  # Monday, ten o'clock
        await world.fails("signin")
        assert await world.told() == ["team opened signin"]


async def test_during_maintenance_nobody_is_told_and_after_it_whoever_is_still_down(
    tmp_path: Path,
) -> None:
    span = (NIGHT, NIGHT + timedelta(hours=1))
    work = Window("upgrade", "Upgrade", spans=lambda _: span)
    async with a_world(tmp_path, routed("a"), routed("b"), windows=(work,)) as world:
        await world.fails("a", "b")
        await world.mends("a")
        assert await world.waits(59 * MINUTE) == []
        assert await world.waits(3 * MINUTE) == ["oncall opened b"]
        assert (await world.why())[:2] == ["maintenance", "maintenance"]


async def test_a_silence_tells_nobody_but_an_outage_that_was_told_is_still_resolved(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, routed("a"), routed("b")) as world:
        await world.fails("a")
        assert await world.told() == ["oncall opened a"]
        await world.silences(timedelta(hours=9))
        await world.fails("b")
        assert await world.waits(timedelta(hours=8)) == []
        await world.mends("a")
        assert await world.told() == ["oncall resolved a"]
        assert await world.waits(timedelta(hours=2)) == ["oncall opened b"]


async def test_nobody_is_configured_so_it_is_only_written_down(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed(channels={})) as world:
        await world.fails("signin")
        assert await world.waits(timedelta(hours=1)) == []
        assert await world.why() == ["nobody_to_tell"]


async def test_what_was_only_slow_goes_to_the_chat_and_an_outage_to_whoever_is_on_call(
    tmp_path: Path,
) -> None:
    channels = {Severity.CRITICAL: ("oncall",), Severity.WARNING: ("chat",)}
    probe = routed(channels=channels)
    policy = type(probe.policy)(slow_counts=True)
    async with a_world(tmp_path, a_probe("signin", policy=policy, routing=probe.routing)) as world:
        await world.runs(signin="s")
        await world.runs(signin="s")
        assert await world.told() == ["chat opened signin"]
        await world.runs(signin="d")
        assert await world.told() == ["chat worsened signin", "oncall worsened signin"]
        await world.mends("signin")
        assert await world.told() == ["chat resolved signin", "oncall resolved signin"]


# --- what must never be swallowed, and what must not wake anybody


async def test_a_clock_that_was_set_back_while_three_gathered_delays_their_page_by_seconds(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, *several(4)) as world:
        await world.fails("p0", "p1", "p2")
        world.clock.step(-timedelta(hours=1))
        assert await world.waits(20 * SECOND) == ["oncall opened trueup/summary"]
        world.clock.wind(10 * MINUTE)
        await world.fails("p3")
        assert await world.told() == ["oncall opened p3"]


async def test_a_clock_that_is_set_makes_no_reminder_and_no_escalation_due(tmp_path: Path) -> None:
    stages = (Stage(10 * MINUTE, ("boss",), 10 * MINUTE),)
    async with a_world(tmp_path, routed(escalation=stages)) as world:
        await world.fails("signin")
        assert await world.waits(5 * MINUTE) == ["oncall opened signin"]
        for step in (timedelta(days=1), -timedelta(days=2)):
            world.clock.step(step)
            await world.looks(step)
            assert await world.told() == []
        assert await world.waits(3 * MINUTE) == []
        assert await world.waits(4 * MINUTE) == ["boss escalated signin"]


async def test_an_incident_whose_notice_cannot_be_read_is_no_other_ones_trouble(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path, routed("old"), routed("new")) as world:
        await world.fails("old")
        await world.writes("UPDATE incident SET notice = ''")
        world.clock.wind(10 * MINUTE)
        await world.fails("new")
        assert await world.told() == ["oncall opened old", "oncall opened new"]
        assert len(await world.waits(timedelta(hours=5))) == 2
        await world.mends("old")
        assert await world.told() == ["oncall resolved old"]


async def test_what_can_wait_is_not_reminded_of_in_the_quiet_hours_either(tmp_path: Path) -> None:
    night = Hours("night", starts=time(3), ends=time(9))
    probe = routed("disk", severity=Severity.WARNING, quiet=night, remind=timedelta(hours=2))
    async with a_world(tmp_path, probe) as world:
        await world.fails("disk")
        assert await world.waits(timedelta(hours=6)) == ["oncall opened disk"]
        assert await world.waits(timedelta(hours=2)) == ["oncall reminded disk"]


async def test_news_of_a_silenced_incident_waits_for_the_end_of_the_silence(
    tmp_path: Path,
) -> None:
    probe = routed(channels=everyone("oncall"))
    policy = type(probe.policy)(slow_counts=True)
    async with a_world(tmp_path, a_probe("signin", policy=policy, routing=probe.routing)) as world:
        await world.runs(signin="s")
        await world.runs(signin="s")
        assert await world.told() == ["oncall opened signin"]
        await world.silences(timedelta(hours=1))
        await world.runs(signin="d")
        assert await world.waits(55 * MINUTE) == []
        assert await world.waits(10 * MINUTE) == ["oncall worsened signin"]


async def test_ten_that_a_silence_sets_free_at_once_are_one_page(tmp_path: Path) -> None:
    names = [probe.id for probe in several(10)]
    async with a_world(tmp_path, *several(10)) as world:
        await world.silences(timedelta(hours=1))
        await world.fails(*names)
        assert await world.waits(59 * MINUTE) == []
        assert await world.waits(5 * MINUTE) == ["oncall opened trueup/summary"]


async def test_a_refused_opening_is_told_again_until_somebody_takes_it(tmp_path: Path) -> None:
    async with a_world(tmp_path, routed()) as world:
        await world.fails("signin")
        assert await world.told() == ["oncall opened signin"]
        await world.writes("UPDATE outbox SET gave_up_at = 1, attempts = 1, why = 'answered 401'")
        assert await world.waits(20 * MINUTE) == ["oncall opened signin"]
        assert await world.waits(20 * MINUTE) == []
