"""What the schedule does when there is no room, no time, or another time than it thought."""

from __future__ import annotations

import time
from datetime import timedelta

from monitor.clock import SystemClock
from monitor.schedule import Schedule
from tests.support.configs import a_probe
from tests.support.scheduling import PATIENCE, QUICK, SLOW, Acts, SteppedClock, scheduled
from tests.support.waiting import until_async


async def test_what_there_is_no_room_for_is_counted_and_not_begun() -> None:
    acts = Acts()
    schedule = Schedule(SystemClock(), acts, most=2)
    schedule.configure([a_probe(f"probe-{n}", every=QUICK) for n in range(5)], {})
    schedule.start()
    await until_async(lambda: schedule.punctuality.crowded >= 3, "three have no room")
    assert (len(acts.slots), schedule.running) == (2, 2)
    acts.hold.set()
    await until_async(lambda: len({name for name, _ in acts.slots}) == 5, "then they have")
    await schedule.drain(PATIENCE)


async def test_slots_that_went_by_while_we_stood_still_are_counted() -> None:
    async with scheduled(a_probe("one", every=QUICK)) as (schedule, acts):
        await until_async(lambda: acts.slots, "the first run")
        time.sleep(5 * QUICK.total_seconds())  # noqa: ASYNC251 - the loop is meant to stand still
        await until_async(lambda: schedule.punctuality.missed >= 3, "they are counted")
        slots = [slot for _, slot in acts.slots]
        assert len(slots) + schedule.punctuality.missed >= (slots[-1] - slots[0]) // QUICK


async def test_the_first_slot_after_the_start_is_nobodys_loss() -> None:
    probes = [a_probe(f"probe-{n}", every=timedelta(seconds=1)) for n in range(200)]
    async with scheduled(*probes) as (_, acts):
        began = SystemClock().now()
        await until_async(lambda: len({name for name, _ in acts.slots}) == 200, "all have begun")
    firsts = dict(reversed(acts.slots))
    late = {name for name, slot in firsts.items() if slot - began > timedelta(seconds=1)}
    assert not late


async def test_a_clock_set_ahead_is_no_hour_of_slots_late_or_missed() -> None:
    clock, acts = SteppedClock(), Acts()
    acts.hold.set()
    schedule = Schedule(clock, acts)
    schedule.configure([a_probe(f"probe-{n}", every=timedelta(seconds=1)) for n in range(50)], {})
    schedule.start()
    await until_async(lambda: len(acts.slots) >= 20, "some have run")
    clock.offset = timedelta(hours=1)
    seen = len(acts.slots)
    await until_async(lambda: len(acts.slots) >= seen + 60, "they go on")
    await schedule.drain(PATIENCE)
    # A busy machine may miss one of them; the hour that never was had 3600 for each.
    assert schedule.punctuality.missed < 50
    assert schedule.punctuality.late < 10


async def test_who_had_no_room_is_next_and_the_wait_shows_as_lateness() -> None:
    acts = Acts()
    schedule = Schedule(SystemClock(), acts, most=1)
    schedule.configure([a_probe("first", every=QUICK)], {})
    schedule.start()
    await until_async(lambda: acts.slots, "the only room is taken")
    schedule.configure([a_probe("first", every=QUICK), a_probe("starved", every=QUICK)], {})
    await until_async(lambda: schedule.late > QUICK, "the other one waits")
    assert schedule.stuck < QUICK
    acts.hold.set()
    await until_async(lambda: "starved" in acts.ended, "then it has its turn")
    await until_async(lambda: schedule.late == timedelta(), "and nobody is late")
    await schedule.drain(PATIENCE)


async def test_runs_between_slots_have_no_more_room_than_others() -> None:
    acts = Acts()
    schedule = Schedule(SystemClock(), acts, most=2)
    schedule.configure([a_probe(f"probe-{n}", every=SLOW) for n in range(5)], {})
    schedule.start()
    for number in range(5):
        schedule.again(f"probe-{number}", timedelta())
    await until_async(lambda: schedule.punctuality.crowded == 3, "three have no room")
    assert schedule.running == 2
    acts.hold.set()
    await schedule.drain(PATIENCE)


async def test_slots_behind_a_long_run_between_two_slots_are_missed() -> None:
    async with scheduled(a_probe("long", every=timedelta(seconds=1))) as (schedule, acts):
        await until_async(lambda: len(acts.ended) == 1, "its first slot")
        acts.hold.clear()
        schedule.again("long", timedelta(milliseconds=100))
        await until_async(lambda: schedule.punctuality.missed == 1, "one is made up for, one not")
        acts.hold.set()
