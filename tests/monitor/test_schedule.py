"""When runs start. The scheduler is the real one, on real time with short intervals."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from monitor import schedule as schedule_module
from monitor.cells import CELL
from monitor.clock import SystemClock
from monitor.schedule import Schedule
from monitor.slots import slot_at
from tests.support.clock import HandClock
from tests.support.configs import a_probe
from tests.support.scheduling import (
    PATIENCE,
    QUICK,
    SLOW,
    Acts,
    SteppedClock,
    far_from_its_slot,
    scheduled,
)
from tests.support.waiting import until_async


async def test_each_run_starts_in_its_slot_and_no_slot_twice() -> None:
    async with scheduled(a_probe("one", every=QUICK)) as (_, acts):
        await until_async(lambda: len(acts.slots) >= 4, "four runs")
    slots = [slot for _, slot in acts.slots]
    assert slots == sorted(set(slots))
    assert all(slot == slot_at("one", QUICK, slot) for slot in slots)


async def test_a_probe_never_runs_twice_at_once_and_a_missed_slot_is_counted() -> None:
    async with scheduled(a_probe("slow", every=QUICK)) as (schedule, acts):
        acts.hold.clear()
        await until_async(lambda: schedule.punctuality.missed >= 2, "two slots missed")
        assert acts.most_at_once == 1
        acts.hold.set()
        await until_async(lambda: len(acts.ended) >= 2, "it goes on afterwards")


async def test_a_hanging_probe_delays_no_other() -> None:
    probes = (a_probe("hangs", every=QUICK), a_probe("lives", every=QUICK))
    async with scheduled(*probes) as (_, acts):
        acts.hold.clear()
        await until_async(lambda: len({name for name, _ in acts.slots}) == 2, "both have begun")


async def test_what_was_begun_is_finished_before_the_end() -> None:
    async with scheduled(a_probe("one", every=QUICK)) as (schedule, acts):
        acts.hold.clear()
        await until_async(lambda: acts.slots, "a run has begun")
        draining = asyncio.create_task(schedule.drain(PATIENCE))
        acts.hold.set()
        await draining
        assert len(acts.ended) == len(acts.slots)
        before = len(acts.slots)
        await asyncio.sleep(3 * QUICK.total_seconds())  # the absence of runs takes time to see
        assert len(acts.slots) == before


async def test_what_does_not_end_is_cut_off() -> None:
    async with scheduled(a_probe("one", every=QUICK)) as (schedule, acts):
        acts.hold.clear()
        await until_async(lambda: acts.slots, "a run has begun")
        await schedule.drain(timedelta(milliseconds=100))
        assert acts.ended == []


async def test_a_reload_takes_probes_in_and_out() -> None:
    async with scheduled(a_probe("one", every=QUICK)) as (schedule, acts):
        await until_async(lambda: acts.slots, "the first runs")
        schedule.configure([a_probe("two", every=QUICK)], {})
        await until_async(lambda: acts.slots[-1][0] == "two", "the second runs")
        count = len([name for name, _ in acts.slots if name == "one"])
        seen = len(acts.slots)
        await until_async(lambda: len(acts.slots) >= seen + 3, "the second goes on")
        assert len([name for name, _ in acts.slots if name == "one"]) == count


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=1)])
async def test_a_clock_that_is_stepped_stops_nothing(
    step: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule_module, "CLOCK_LOOK", timedelta(milliseconds=50))
    clock, acts = SteppedClock(), Acts()
    acts.hold.set()
    schedule = Schedule(clock, acts)
    schedule.configure([a_probe("one", every=QUICK)], {})
    schedule.start()
    await until_async(lambda: acts.slots, "a run before the step")
    clock.offset = step
    seen = len(acts.slots)
    await until_async(lambda: len(acts.slots) >= seen + 2, "runs after the step")
    await schedule.drain(PATIENCE)
    slots = [slot for _, slot in acts.slots]
    assert slots == sorted(set(slots)), "and no run is taken for an earlier one"


async def test_after_a_restart_no_slot_is_given_that_was_recorded() -> None:
    acts = Acts()
    acts.hold.set()
    schedule = Schedule(SystemClock(), acts)
    recorded = SystemClock().now() + timedelta(days=1)
    schedule.configure([a_probe("one", every=QUICK)], {"one": recorded})
    schedule.start()
    await until_async(lambda: len(acts.slots) >= 2, "two runs")
    await schedule.drain(PATIENCE)
    assert all(recorded < slot < recorded + QUICK for _, slot in acts.slots)


async def test_a_schedule_that_keeps_up_is_not_late_and_one_that_stands_still_is() -> None:
    clock, acts = HandClock(), Acts()
    acts.hold.set()
    schedule = Schedule(clock, acts)
    schedule.configure([a_probe("one", every=timedelta(hours=1))], {})
    clock.wind(timedelta(minutes=59))
    assert schedule.late == timedelta()
    clock.wind(timedelta(minutes=2))
    assert schedule.late == timedelta(minutes=1)
    clock.step(timedelta(days=1))
    assert schedule.late == timedelta(minutes=1), "a clock that is set makes nobody late"
    schedule.configure([], {})
    assert schedule.late == timedelta()


async def test_every_nudge_brings_the_schedule_back_on_time() -> None:
    async with scheduled(a_probe("one", every=QUICK)) as (schedule, acts):
        await until_async(lambda: len(acts.slots) >= 3, "three runs")
        assert schedule.late < PATIENCE


async def test_while_nothing_is_decided_a_probe_runs_between_its_slots_too() -> None:
    unsure = far_from_its_slot()
    async with scheduled(a_probe(unsure, every=SLOW)) as (schedule, acts):
        schedule.again(unsure, timedelta(milliseconds=20))
        schedule.again(unsure, timedelta(milliseconds=20))
        await until_async(lambda: len(acts.ended) == 1, "one run more, not two")
        [(_, slot)] = acts.slots
        assert slot != slot_at(unsure, SLOW, slot)


async def test_what_was_asked_just_now_is_known_to_have_been() -> None:
    need = far_from_its_slot()
    async with scheduled(a_probe(need, every=SLOW)) as (schedule, acts):
        assert not schedule.asked_within(need, PATIENCE)
        schedule.again(need, timedelta())
        await until_async(lambda: len(acts.ended) == 1, "it was asked")
        assert schedule.asked_within(need, PATIENCE)


async def test_a_run_between_two_slots_takes_nothing_from_the_slot_it_overlaps() -> None:
    async with scheduled(a_probe("late", every=timedelta(seconds=1))) as (schedule, acts):
        await until_async(lambda: len(acts.ended) == 1, "its first slot")
        acts.hold.clear()
        schedule.again("late", timedelta(milliseconds=200))
        await until_async(lambda: len(acts.slots) == 2, "the run between has begun")
        await until_async(lambda: "late" in schedule._after_it, "the next slot came meanwhile")
        acts.hold.set()
        await until_async(lambda: len(acts.slots) >= 3, "and is made up for")
        assert schedule.punctuality.missed == 0


async def test_probes_of_one_interval_share_what_planning_costs() -> None:
    probes = [a_probe(f"probe-{n}", every=timedelta(minutes=1)) for n in range(5_000)]
    async with scheduled(*probes) as (schedule, _):
        jobs = schedule._scheduler.get_jobs()
    assert len(jobs) <= timedelta(minutes=1) // CELL


async def test_every_probe_of_a_cell_begins_in_its_own_slot() -> None:
    probes = [a_probe(f"probe-{n}", every=QUICK) for n in range(100)]
    async with scheduled(*probes) as (schedule, acts):
        await until_async(lambda: len({name for name, _ in acts.slots}) == 100, "all have begun")
        assert all(slot == slot_at(name, QUICK, slot) for name, slot in acts.slots)
        assert sum(schedule.punctuality.lags) == len(acts.slots)


async def test_a_probe_that_a_reload_changes_loses_no_slot() -> None:
    async with scheduled(a_probe("one", every=QUICK)) as (schedule, acts):
        for _ in range(40):  # some of them come between the nudge and the start
            schedule.configure([a_probe("one", every=QUICK)], {})
            await asyncio.sleep(0.02)
    slots = [slot for _, slot in acts.slots]
    assert slots
    lost = (slots[-1] - slots[0]) // QUICK + 1 - len(slots)
    assert lost <= schedule.punctuality.missed, "but for those while this machine stood still"
