"""How a journey comes to its end: by itself, at the deadline, or where it may not go on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

from probes.browser.breaking import Breaking
from probes.browser.errand import Errand
from probes.browser.troubles import JourneyBroken
from probes.browser.visit import Visit
from probes.browser.worker.judging import Finding, judge
from probes.result import Outcome, Reason
from probes.settings import write_duration

_LETTING_GO: Final = 0.5  # seconds for a journey to end after it was told to
_HELD_BACK: Final = "it would have changed something, and was ended there"


async def guarded(errand: Errand, visit: Visit) -> None:
    """Travels it. Raises whatever it raises, of which nothing ends the process."""
    try:
        await errand.journey(visit)
    except SystemExit:  # would end the whole process
        raise JourneyBroken("the journey called exit()") from None


async def end_of(task: asyncio.Task[None], breaking: Breaking | None, limit: timedelta) -> None:
    """Waits for it, or for the first write that was held back: what comes after that is no evidence
    of anything.
    """
    ends: set[asyncio.Future[Any]] = {task}
    if breaking is not None:
        ends.add(asyncio.ensure_future(breaking.has_held_back.wait()))
    timeout = limit.total_seconds()
    await asyncio.wait(ends, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    for each in ends - {task}:
        each.cancel()


def found(task: asyncio.Task[None], visit: Visit, timeout: timedelta) -> Finding:
    """What is to be said of it, ended or not."""
    if not task.done() and visit.breaking is not None and visit.breaking.held_back:
        return Finding(Outcome.FAIL, Reason.STEP_FAILED, _HELD_BACK)
    if not task.done():
        return Finding(Outcome.FAIL, Reason.TIMEOUT, _too_late(visit, timeout))
    if task.cancelled():
        return judge(asyncio.CancelledError())
    if (error := task.exception()) is not None:
        return judge(error)
    if visit.degraded is not None:
        return Finding(Outcome.SLOW, visit.degraded.reason, visit.degraded.sentence)
    return Finding(Outcome.PASS)


def _too_late(visit: Visit, timeout: timedelta) -> str:
    steps = visit.steps()
    at = f', in step "{steps[-1].name}"' if steps and steps[-1].outcome is Outcome.FAIL else ""
    return f"not done within {write_duration(timeout)}{at}"


async def stopped(task: asyncio.Task[None]) -> bool:
    """Stops the journey; whether it let itself be stopped."""
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_LETTING_GO)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task.done()
