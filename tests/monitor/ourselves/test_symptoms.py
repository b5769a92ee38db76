"""What the operator of trueup hears of trueup's own trouble."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from monitor.ourselves.symptoms import SelfWatch
from monitor.runner import Run
from monitor.store import StoreTrouble
from probes import Outcome, Reason, Result, Step
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_probe

MOMENT = timedelta(milliseconds=10)
PASS = Result(outcome=Outcome.PASS, took=MOMENT)
TRAVELLED = Result(
    outcome=Outcome.FAIL,
    reason=Reason.SIGN_IN_REFUSED,
    took=MOMENT,
    steps=(Step("sign in", MOMENT, Outcome.FAIL),),
)


def error(reason: Reason, summary: str = "") -> Result:
    return Result(outcome=Outcome.ERROR, reason=reason, took=MOMENT, summary=summary)


def a_run(probe: str, result: Result) -> Run:
    return Run(probe=a_probe(probe), slot=NIGHT, started_at=NIGHT, lasted=MOMENT, result=result)


@dataclass
class World:
    """An operator who writes down what is said, and everything that a watch looks at."""

    clock: HandClock = field(default_factory=HandClock)
    gone: bool | None = False
    late: timedelta = timedelta()
    known: tuple[str, ...] = ()
    told: list[str] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    deaf: bool = False

    def __post_init__(self) -> None:
        self.watch = SelfWatch(
            self, self.clock.monotonic, lambda: self.gone, lambda: self.late, self.known
        )

    async def begins(self, name: str, says: str) -> None:
        if self.deaf:
            raise StoreTrouble("disk full")
        self.told.append(f"{name} begins")
        self.says[name] = says

    async def ends(self, name: str) -> None:
        self.told.append(f"{name} ends")

    async def sees(self, probe: str, *results: Result) -> None:
        for result in results:
            self.watch.saw(a_run(probe, result))
            await self.watch.look()

    async def passes(self, span: timedelta) -> None:
        await self.watch.look()
        self.clock.wind(span)
        await self.watch.look()


async def test_a_service_that_fails_is_no_trouble_of_ours() -> None:
    world = World()
    for _ in range(5):
        await world.sees("signin", TRAVELLED)
        await world.sees("web", Result(outcome=Outcome.FAIL, reason=Reason.STATUS, took=MOMENT))
    assert world.told == []


async def test_no_browser_three_times_over_all_journeys_is_told_once() -> None:
    world, none = World(), error(Reason.BROWSER_UNAVAILABLE, "chromium exited with 133")
    await world.sees("signin", none)
    await world.sees("web", PASS)
    await world.sees("upload", none)
    assert world.told == []
    await world.sees("signin", none, none, none)
    assert world.told == ["browser begins"]
    assert "our browser could not be started: chromium exited with 133" in world.says["browser"]
    assert "not known to be up or down" in world.says["browser"]
    assert world.says["browser"].endswith("to see it: trueup once signin")
    await world.sees("web", PASS)
    assert world.told == ["browser begins"]
    await world.sees("upload", PASS)
    assert world.told == ["browser begins", "browser ends"]


async def test_without_a_journey_left_nobody_misses_the_browser() -> None:
    world = World()
    await world.sees("signin", *[error(Reason.BROWSER_CRASHED)] * 3)
    world.watch.configure({"web"})
    await world.watch.look()
    assert world.told == ["browser begins", "browser ends"]


async def test_a_browser_that_another_journey_gets_is_there() -> None:
    world, crash = World(), error(Reason.BROWSER_CRASHED)
    for _ in range(3):
        await world.sees("signin", crash)
        await world.sees("upload", TRAVELLED)
    assert world.told == []


async def test_a_probe_that_breaks_by_itself_is_told_by_its_name() -> None:
    world = World()
    broken = error(Reason.JOURNEY_BROKEN, "checkout.py:7: NameError")
    await world.sees("checkout", broken, broken, PASS, broken, broken)
    assert world.told == []
    await world.sees("checkout", error(Reason.NETWORK_GONE), broken, broken)
    assert world.told == ["probe-checkout begins"]
    assert "says nothing about the service" in world.says["probe-checkout"]
    assert "trueup once checkout" in world.says["probe-checkout"]
    await world.sees("checkout", error(Reason.BROWSER_CRASHED), TRAVELLED)
    assert world.told == ["probe-checkout begins", "probe-checkout ends"]


async def test_a_broken_probe_that_is_taken_out_ends_its_trouble() -> None:
    world = World()
    await world.sees("checkout", *[error(Reason.CRASHED)] * 3)
    world.watch.configure({"web"})
    await world.watch.look()
    assert world.told == ["probe-checkout begins", "probe-checkout ends"]


async def test_blind_is_told_once_and_ends_with_the_first_anchor_that_answers() -> None:
    world = World(gone=True)
    await world.sees("web", PASS)
    assert world.told == []
    await world.sees("web", *[error(Reason.NETWORK_GONE)] * 4)
    await world.passes(timedelta(hours=1))
    assert world.told == ["network begins"]
    assert "counts as unknown and not as down" in world.says["network"]
    world.gone = False
    await world.passes(timedelta(hours=1))
    assert world.told == ["network begins", "network ends"]


async def test_a_blink_of_the_network_that_is_over_is_not_told() -> None:
    world = World(gone=False)
    await world.sees("web", error(Reason.NETWORK_GONE))
    world.gone = True
    await world.watch.look()
    assert world.told == []


async def test_anchors_that_never_answer_are_told_before_they_are_needed() -> None:
    world = World(gone=True)
    await world.passes(timedelta(seconds=59))
    assert world.told == []
    await world.passes(timedelta(seconds=2))
    assert world.told == ["network begins"]


async def test_runs_that_begin_late_for_a_minute_are_told() -> None:
    world = World(late=timedelta(seconds=6))
    await world.passes(timedelta(seconds=30))
    world.late = timedelta(seconds=1)
    await world.passes(timedelta(seconds=30))
    world.late = timedelta(seconds=20)
    await world.passes(timedelta(seconds=59))
    assert world.told == []
    await world.passes(timedelta(seconds=1))
    assert world.told == ["schedule begins"]
    assert world.says["schedule"].startswith("Runs begin 20 seconds late")
    world.late = timedelta()
    await world.watch.look()
    assert world.told == ["schedule begins", "schedule ends"]


async def test_after_a_restart_old_trouble_ends_only_where_it_is_seen_to_be_over() -> None:
    world = World(gone=None, known=("network", "browser", "probe-checkout", "storage"))
    await world.passes(timedelta(minutes=5))
    assert world.told == []
    await world.sees("checkout", TRAVELLED)
    world.gone = False
    await world.watch.look()
    assert world.told == ["browser ends", "probe-checkout ends", "network ends"]


async def test_what_could_not_be_written_down_is_told_at_the_next_look() -> None:
    world = World(deaf=True, gone=True)
    world.watch.saw(a_run("web", error(Reason.NETWORK_GONE)))
    with pytest.raises(StoreTrouble):
        await world.watch.look()
    world.deaf = False
    await world.watch.look()
    assert world.told == ["network begins"]
