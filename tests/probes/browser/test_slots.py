"""Places in the browser come free again, whatever a journey does, and waiting for one is free."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from probes.browser import Browsers, Visit
from probes.result import Outcome, Reason
from tests.probes.browser.runs import travel
from tests.support.waiting import until_async


async def stubborn(visit: Visit) -> None:
    async with visit.step("stay"):
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue


async def good(visit: Visit) -> None:
    await visit.page.goto(f"{visit.url}/cookie")


async def waits(visit: Visit) -> None:
    await visit.page.goto(f"{visit.url}/hang")


async def takes_a_while(visit: Visit) -> None:
    await visit.page.wait_for_timeout(300)


async def test_a_journey_that_does_not_let_itself_be_stopped_goes_with_its_process(
    odd: str,
) -> None:
    browsers = Browsers(slots=1)
    try:
        result = await travel(browsers, stubborn, within=0.2)
        assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.TIMEOUT), result
        assert (await travel(browsers, good, odd)).outcome is Outcome.PASS
    finally:
        await browsers.close()


async def test_an_interrupted_run_gives_its_slot_back(odd: str) -> None:
    browsers = Browsers(slots=1)
    try:
        running = asyncio.create_task(travel(browsers, waits, odd))
        await until_async(lambda: browsers._workers, "it has a worker")
        running.cancel()
        await asyncio.wait({running}, timeout=20)
        assert running.cancelled()
        assert (await travel(browsers, good, odd)).outcome is Outcome.PASS
    finally:
        await browsers.close()


async def test_waiting_for_a_slot_is_not_the_targets_time() -> None:
    browsers = Browsers(slots=1)
    began = time.monotonic()
    try:
        runs = (travel(browsers, takes_a_while) for _ in range(4))
        results = await asyncio.gather(*runs)
    finally:
        await browsers.close()
    assert [result.outcome for result in results] == [Outcome.PASS] * 4
    passed = timedelta(seconds=time.monotonic() - began)
    assert sum((result.took for result in results), timedelta()) < passed, "one after the other"
