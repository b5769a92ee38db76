"""Our own trouble is told even when it is over: nobody else would ever say that we were blind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.channels import Retry
from monitor.clock import Clock
from monitor.context import Context
from monitor.notices import EventKind
from monitor.operator import Operator
from tests.support.clock import HandClock
from tests.support.configs import a_config
from tests.support.telling import Far, World, a_world
from tests.support.waiting import until_async

MOMENT = timedelta(minutes=2)


def operator_of(world: World, clock: Clock) -> Operator:
    context = Context(a_config(operators=("far",)), {}, "instance")
    return Operator(
        world.writer, clock, lambda: context, world.dispatch.wake, world.dispatch.tell_directly
    )


async def test_whoever_could_not_be_told_that_we_are_blind_hears_it_when_we_see_again(
    tmp_path: Path,
) -> None:
    clock, far = HandClock(), Far([Retry("the network is gone")])
    async with a_world(tmp_path, clock, far=far) as world:
        operator = operator_of(world, clock)
        await operator.begins("network", "No anchor answers.")
        await until_async(lambda: len(far.heard) == 1, "the first attempt fails")
        await operator.ends("network")
        clock.wind(MOMENT)
        world.dispatch.wake()
        await world.settled()
    events = [event for _, event in far.confirmed]
    assert events == [EventKind.OPENED.value, EventKind.RESOLVED.value]
    assert not any(notice.untold for notice in far.notices)


async def test_nothing_opens_again_after_its_end_was_confirmed(tmp_path: Path) -> None:
    clock, far = HandClock(), Far()
    async with a_world(tmp_path, clock, far=far) as world:
        operator = operator_of(world, clock)
        await operator.begins("browser", "It does not start.")
        await operator.ends("browser")
        await world.settled()
        forget = "UPDATE outbox SET delivered_at = NULL WHERE id = 1"
        await world.writer.do(lambda db: db.execute(forget))
        clock.wind(MOMENT)
        world.dispatch.wake()
        await world.dispatch.stop(MOMENT)
    assert [event for _, event in far.confirmed] == ["opened", "resolved"]
