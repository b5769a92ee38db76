"""Whatever a page, a journey or a browser does: the run ends in time with the right outcome, and
the next one is made. Two at a time, as the daemon makes them.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
import pytest_asyncio

from probes.browser import Browsers, Errand, Journey, workers
from probes.result import Outcome, Reason, Result
from tests.support import traps
from tests.support.serve import serving
from tests.support.waiting import until_async

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEADLINE = timedelta(seconds=2)
PATIENCE = timedelta(seconds=20)
"""The deadline of what comes to its end by itself."""
AFTERWARDS = timedelta(seconds=5)
BUSY = timedelta(seconds=3)
"""So much later may a machine under load come to notice it."""
_PASS = (Outcome.PASS, None)
_LATE = (Outcome.FAIL, Reason.TIMEOUT)
_BROKEN = (Outcome.ERROR, Reason.JOURNEY_BROKEN)

FAULTS: dict[str, tuple[Journey, str, tuple[Outcome, Reason | None]]] = {
    "a page that asks a hundred questions": (traps.sees_it_over, "alerts", _PASS),
    "a page that asks for ever": (traps.sees_it_over, "storm", _LATE),
    "ten thousand lines in the console": (traps.sees_it_over, "chatter", _PASS),
    "fifty pop-ups": (traps.opens_many, "popups", _PASS),
    "a page that computes for ever": (traps.waits_in_vain, "loop", _LATE),
    "a WebSocket that never closes": (traps.sees_it_over, "socket", _PASS),
    "a service worker that never rests": (traps.sees_it_over, "worker", _PASS),
    "a page that does not let itself be left": (traps.touches, "leaving", _PASS),
    "a gigabyte": (traps.downloads_all, "large", (Outcome.FAIL, Reason.STEP_FAILED)),
    "a journey that sleeps": (traps.sleeps, "still", _BROKEN),
    "a journey that spins": (traps.spins, "still", _BROKEN),
    "a journey that lets no thread run": (traps.holds_the_interpreter, "still", _BROKEN),
    "a journey that talks without end": (traps.talks_without_end, "still", _BROKEN),
    "a journey that cannot wait its turn": (traps.cannot_wait_its_turn, "still", _BROKEN),
    "a journey that goes on": (traps.swallows, "still", _LATE),
    "a journey that exits": (traps.exits, "still", _BROKEN),
    "a journey that ends its process": (traps.ends_its_process, "still", _BROKEN),
    "a journey that forks": (traps.forks, "still", _PASS),
    "a journey whose fork stays": (traps.forks_one_that_stays, "still", _PASS),
    "a journey of several tasks": (
        traps.raises_by_a_task,
        "still",
        (Outcome.FAIL, Reason.STEP_TIMEOUT),
    ),
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with traps.holding_sockets() as port, serving(traps.trap_site(port)) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browsers() -> AsyncIterator[Browsers]:
    lent = Browsers(slots=2)
    yield lent
    await lent.close()


async def travel(
    browsers: Browsers, journey: Journey, url: str = "", within: timedelta = DEADLINE
) -> tuple[Result, timedelta]:
    """The result, and how long it took in all."""
    began = time.monotonic()
    result = await browsers.run(Errand(journey=journey, url=url, timeout=within))
    return result, timedelta(seconds=time.monotonic() - began)


@pytest.mark.parametrize("fault", FAULTS)
async def test_it_ends_in_time_and_the_next_journey_runs(
    browsers: Browsers, site: str, fault: str
) -> None:
    journey, page, expected = FAULTS[fault]
    await travel(browsers, traps.quick, within=PATIENCE)  # lest a browser be started meanwhile
    within = DEADLINE if expected in (_LATE, _BROKEN) else PATIENCE
    result, took = await travel(browsers, journey, f"{site}/{page}", within)
    assert (result.outcome, result.reason) == expected, result
    assert took < within + AFTERWARDS + BUSY
    assert result.took < within + AFTERWARDS
    after, _ = await travel(browsers, traps.quick, within=PATIENCE)
    assert after.outcome is Outcome.PASS, after


async def test_what_holds_everything_up_is_named_with_its_line(
    browsers: Browsers,
) -> None:
    result, _ = await travel(browsers, traps.sleeps)
    assert "traps.py:" in result.summary
    assert 'in step "sleep"' in result.summary
    assert [(step.name, step.outcome) for step in result.steps] == [("sleep", Outcome.ERROR)]


@pytest.mark.parametrize(
    ("journey", "page", "expected"),
    [
        (traps.waits_in_vain, "bomb", (Outcome.FAIL, Reason.PAGE_CRASHED)),
        (traps.takes_all_memory, "still", (Outcome.ERROR, Reason.BROWSER_CRASHED)),
    ],
)
async def test_what_takes_all_memory_is_ended_before_the_machine_is(
    site: str,
    monkeypatch: pytest.MonkeyPatch,
    journey: Journey,
    page: str,
    expected: tuple[Outcome, Reason],
) -> None:
    monkeypatch.setattr(workers, "MEMORY_MAX", 700 * 1024 * 1024)
    browsers = Browsers(slots=1)
    try:
        errand = Errand(journey=journey, url=f"{site}/{page}", timeout=timedelta(seconds=20))
        result = await browsers.run(errand)
        assert (result.outcome, result.reason) == expected, result
        assert "memory" in result.summary
        assert (await travel(browsers, traps.quick, within=PATIENCE))[0].outcome is Outcome.PASS
    finally:
        await browsers.close()


def travelling(browsers: Browsers) -> workers.Worker | None:
    return next((w for w in browsers._workers if w._record and w._record.under_way), None)


async def test_a_worker_that_is_killed_or_halted_is_no_evidence(browsers: Browsers) -> None:
    for sent in (signal.SIGKILL, signal.SIGSTOP):
        running = asyncio.create_task(travel(browsers, traps.swallows))
        victim = await until_async(lambda: travelling(browsers), "it is under way")
        assert victim
        os.kill(victim._process.pid, sent)
        result, took = await running
        assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.BROWSER_CRASHED), result
        assert took < DEADLINE + AFTERWARDS + BUSY
        assert (await travel(browsers, traps.quick, within=PATIENCE))[0].outcome is Outcome.PASS
