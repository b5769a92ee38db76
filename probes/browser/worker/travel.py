"""One run: a journey in a fresh context, with a deadline that does not depend on the browser."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.browser.errand import Errand, Journey
from probes.browser.troubles import JourneyBroken
from probes.browser.visit import Visit
from probes.browser.worker.downloads import bound_downloads
from probes.browser.worker.engine import Engine, within
from probes.browser.worker.evidence import Evidence, evidence
from probes.browser.worker.judging import Finding, judge
from probes.result import Outcome, Reason, Result, Step
from probes.scrub import Scrubber
from probes.settings import write_duration

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

_STEP: Final = timedelta(seconds=15)
_NAVIGATION: Final = timedelta(seconds=30)
_LETTING_GO: Final = 1.0  # seconds for a journey to end after it was told to
_log = logging.getLogger(__name__)


async def travel(
    errand: Errand,
    engine: Engine,
    context: BrowserContext,
    monotonic: Callable[[], float],
) -> Result:
    """Makes one run. Raises what Playwright raises when not even an empty page is to be had."""
    page = await _new_page(context, engine, errand.timeout)
    visit = Visit(page, errand, monotonic)
    began = monotonic()
    task = asyncio.ensure_future(_guarded(errand.journey, visit))
    try:
        await asyncio.wait({task}, timeout=errand.timeout.total_seconds())
        took = timedelta(seconds=monotonic() - began)
        finding, steps = _finding(task, visit, errand), visit.steps()
    finally:
        await _let_go(task)
    finding = await _unless_the_browser_died(finding, engine)
    scrub = Scrubber(errand.secrets.values())
    seen = await evidence(page, scrub) if finding.outcome is Outcome.FAIL else Evidence()
    return Result(
        outcome=finding.outcome,
        took=took,
        reason=finding.reason,
        summary=scrub.line(finding.summary),
        steps=_told(steps, finding, scrub),
        artefacts=seen.artefacts,
        excerpt=seen.excerpt,
    )


async def _new_page(context: BrowserContext, engine: Engine, timeout: timedelta) -> Page:
    context.set_default_timeout(min(_STEP, timeout).total_seconds() * 1000)
    context.set_default_navigation_timeout(min(_NAVIGATION, timeout).total_seconds() * 1000)
    bound_downloads(context, engine.downloads)
    return await within(_STEP, context.new_page())


async def _guarded(journey: Journey, visit: Visit) -> None:
    try:
        await journey(visit)
    except SystemExit:  # would end the whole process
        raise JourneyBroken("the journey called exit()") from None


def _finding(task: asyncio.Task[None], visit: Visit, errand: Errand) -> Finding:
    if not task.done():
        return Finding(Outcome.FAIL, Reason.TIMEOUT, _too_late(visit, errand))
    if task.cancelled():
        return judge(asyncio.CancelledError())
    if (error := task.exception()) is not None:
        return judge(error)
    if visit.degraded is not None:
        return Finding(Outcome.SLOW, visit.degraded.reason, visit.degraded.sentence)
    return Finding(Outcome.PASS)


def _too_late(visit: Visit, errand: Errand) -> str:
    steps = visit.steps()
    at = f', in step "{steps[-1].name}"' if steps and steps[-1].outcome is Outcome.FAIL else ""
    return f"not done within {write_duration(errand.timeout)}{at}"


async def _let_go(task: asyncio.Task[None]) -> None:
    """Stops the journey; one that does not let itself be stopped is left behind."""
    if task.done():
        return
    task.cancel()
    if not (await asyncio.wait({task}, timeout=_LETTING_GO))[0]:
        _log.warning("a journey goes on after its deadline; its page is closed, it is left behind")
    task.add_done_callback(_forget)


def _forget(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()


async def _unless_the_browser_died(finding: Finding, engine: Engine) -> Finding:
    """A failing of the target is believed only from a browser that is alive."""
    if finding.outcome is not Outcome.FAIL or await engine.answers():
        return finding
    return Finding(Outcome.ERROR, Reason.BROWSER_CRASHED, "the browser died or hangs")


def _told(steps: tuple[Step, ...], finding: Finding, scrub: Scrubber) -> tuple[Step, ...]:
    """The steps as they are shown: no secret in a name, and no FAIL where the trouble is ours."""
    told = tuple(replace(step, name=scrub.line(step.name)) for step in steps)
    if finding.outcome is Outcome.ERROR and told and told[-1].outcome is Outcome.FAIL:
        return (*told[:-1], replace(told[-1], outcome=Outcome.ERROR))
    return told
