"""One run: a journey in a fresh context, with a deadline that does not depend on the browser."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from probes.browser import api
from probes.browser.breaking import Breaking
from probes.browser.errand import Errand, scrubber_of
from probes.browser.troubles import BrowserTrouble
from probes.browser.visit import Visit
from probes.browser.worker.ending import end_of, found, guarded, stopped
from probes.browser.worker.engine import Engine, within
from probes.browser.worker.evidence import Evidence, evidence
from probes.browser.worker.judging import Finding, as_evidence
from probes.browser.worker.meeting import Meeting
from probes.browser.worker.opening import let_go, open_page
from probes.browser.worker.watching import Watching
from probes.result import Artefact, Outcome, Reason, Step, View

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

_STEP: Final = timedelta(seconds=15)
_NAVIGATION: Final = timedelta(seconds=30)
_OPENING: Final = timedelta(seconds=10)
_VIEWS: Final = timedelta(milliseconds=300)
_EVIDENCE: Final = timedelta(seconds=5)
_AFTERWARDS: Final = 3.3  # seconds after the deadline for everything that follows
_CLOSE: Final = timedelta(seconds=5)
_AGAIN: Final = timedelta(seconds=3)  # with less left, a second try is not worth beginning
_LOOK: Final = timedelta(seconds=1)
_ASKS_TO_SIGN_IN: Final = """() => !!document.querySelector("input[type=password]")
  || [401, 403].includes(performance.getEntriesByType("navigation")[0]?.responseStatus)"""
_HARMLESS: Final = ("GET", "HEAD", "OPTIONS")
_REMEMBERED: Final = 100  # requests of a page that the driver keeps
_US: Final = timedelta(microseconds=1)
_numbers = itertools.count(1)


@dataclass(slots=True)
class _Trip:
    """A journey under way, or come to its end."""

    errand: Errand
    page: Page
    visit: Visit
    watching: Watching
    meeting: Meeting
    finding: Finding
    obeyed: bool = True
    """Whether the journey ended when it was told to."""


class Travel:
    """Makes one run with *engine* and tells what happens."""

    def __init__(
        self,
        errand: Errand,
        engine: Engine,
        tell: Callable[[Mapping[str, Any]], None],
        monotonic: Callable[[], float],
    ) -> None:
        self._errand = errand
        self._engine = engine
        self._tell = tell
        self._monotonic = monotonic
        self._scrub = scrubber_of(errand)
        self._breaking = Breaking.of(errand)
        self._ends = 0.0

    async def whole(self) -> bool:
        """All of it; whether the browser is as good as before.

        Raises BrowserTrouble when not even an empty page is to be had.
        """
        page = await self._open(self._errand)
        self._ends = self._monotonic() + self._errand.timeout.total_seconds()
        self._tell({"say": "begun"})
        began = self._monotonic()
        trip = await self._go(self._errand, page)
        if self._errand.remembered and await self._has_been_signed_out(trip):
            await self._close(page)
            self._tell({"say": "again"})
            fresh = replace(self._errand, remembered="", timeout=self._left())
            page = await self._open(fresh)
            trip = await self._go(fresh, page)
            trip.visit.warn("the session that was remembered had ended; it was signed in afresh")
        lives = await self._conclude(trip, self._monotonic() - began)
        if self._breaking is not None and lives:
            await let_go(self._engine.browser)
        return lives and await self._close(page) and trip.obeyed

    async def _has_been_signed_out(self, trip: _Trip) -> bool:
        """Whether the target has ended the session that was remembered, so that a failing tells
        nothing yet. A journey that sent anything is not made twice.
        """
        failed = trip.finding.outcome is Outcome.FAIL and trip.obeyed
        if not failed or self._left() < _AGAIN:
            return False
        with suppress(api.Error, TimeoutError):
            shown = await within(_LOOK, trip.page.evaluate(_ASKS_TO_SIGN_IN))
            entrance = self._errand.entrance
            is_out = shown is True or bool(entrance and trip.page.url.startswith(entrance))
            return is_out and not await within(_LOOK, _has_written(trip.page.context))
        return False

    async def _open(self, errand: Errand) -> Page:
        engine = self._engine
        try:
            page = await within(_OPENING, open_page(engine, errand, self._breaking))
        except (api.Error, TimeoutError):
            raise _died() from None
        timeout = errand.timeout
        page.context.set_default_timeout(min(_STEP, timeout).total_seconds() * 1000)
        page.context.set_default_navigation_timeout(
            min(_NAVIGATION, timeout).total_seconds() * 1000
        )
        return page

    async def _go(self, errand: Errand, page: Page) -> _Trip:
        visit = Visit(page, errand, self._monotonic, self._step)
        visit.breaking = self._breaking
        watching = Watching(page, errand, visit)
        meeting = Meeting(errand)
        meeting.listen(page)
        await watching.begin()
        task = asyncio.ensure_future(guarded(errand, visit))
        await end_of(task, self._breaking, self._left())
        finding = watching.judged(found(task, visit, self._errand.timeout))
        return _Trip(errand, page, visit, watching, meeting, finding, await stopped(task))

    async def _conclude(self, trip: _Trip, took_s: float) -> bool:
        """Says what was found and seen; whether the browser lives."""
        finding, lives = await self._of_its_environment(trip), True
        if finding.outcome is Outcome.FAIL and not await self._engine.answers(trip.page):
            lives = False
            finding = Finding(Outcome.ERROR, Reason.BROWSER_CRASHED, str(_died()))
        finding = as_evidence(finding, self._breaking)
        self._tell(
            {
                "say": "found",
                "outcome": finding.outcome,
                "reason": finding.reason,
                "summary": self._scrub.line(finding.summary),
                "took_us": round(took_s * 1e6),
                "at": self._monotonic(),
                **self._met(trip),
            }
        )
        self._tell_answers()
        wanted = lives and self._breaking is None  # of a fault of ours, no evidence is of any use
        try:
            self._tell(await self._seen(trip, finding) if wanted else {"say": "seen"})
        except Exception as error:  # noqa: BLE001 - nothing beside the point costs what was found
            said = f"what was seen could not be kept: {type(error).__name__}"
            self._tell({"say": "seen", "warnings": [said]})
        return lives

    async def _of_its_environment(self, trip: _Trip) -> Finding:
        failed = trip.finding.outcome is Outcome.FAIL
        limit = _VIEWS if failed else self._for_evidence() / 2
        return await trip.meeting.judged(trip.finding, trip.watching.pages, limit)

    def _met(self, trip: _Trip) -> Mapping[str, Any]:
        breaking = self._breaking
        if breaking is None:
            return {"fields": trip.meeting.fields} if trip.meeting.fields else {}
        added_us = round(breaking.added_s * 1e6)
        return {
            "touched": breaking.touched,
            "held_back": breaking.held_back,
            "added_us": added_us,
        }

    def _tell_answers(self) -> None:
        """One by one, where they were to be kept."""
        if self._breaking is None or not self._breaking.answers:
            return
        from probes.injection.yesterday import told  # noqa: PLC0415 - ordinary runs never need it

        for kept in self._breaking.answers:
            self._tell({"say": "answered", **told(kept)})

    async def _seen(self, trip: _Trip, finding: Finding) -> Mapping[str, Any]:
        views = await trip.watching.views(_VIEWS)
        seen = Evidence()
        if finding.outcome is Outcome.FAIL:
            seen = await evidence(trip.page, trip.watching, self._scrub, self._for_evidence())
        artefacts = (*seen.artefacts, *trip.visit.pictures)
        return {
            "say": "seen",
            "excerpt": seen.excerpt,
            "artefacts": await asyncio.to_thread(self._put_down, artefacts),
            "views": [_view(view) for view in views],
            "warnings": [self._scrub.line(warning) for warning in trip.visit.warnings],
            "kept": trip.visit.kept,
        }

    def _step(self, step: str | Step) -> None:
        if isinstance(step, str):
            self._tell({"say": "step", "name": self._scrub.line(step)})
            return
        self._tell(
            {
                "say": "stepped",
                "name": self._scrub.line(step.name),
                "took_us": step.took // _US,
                "outcome": step.outcome,
            }
        )

    def _left(self) -> timedelta:
        return timedelta(seconds=max(0.0, self._ends - self._monotonic()))

    def _for_evidence(self) -> timedelta:
        left = self._ends + _AFTERWARDS - self._monotonic()
        return min(_EVIDENCE, timedelta(seconds=max(0.3, left)))

    def _put_down(self, artefacts: Sequence[Artefact]) -> list[tuple[str, str, str]]:
        """Where the daemon finds them: name, media type, file."""
        folder = self._engine.folder / "out"
        folder.mkdir(exist_ok=True)
        entries = []
        for artefact in artefacts:
            file = f"{next(_numbers)}-{Path(artefact.name).name}"
            (folder / file).write_bytes(artefact.content)
            entries.append((artefact.name, artefact.media_type, file))
        return entries

    async def _close(self, page: Page) -> bool:
        try:
            await within(_CLOSE, page.context.close())
        except (api.Error, TimeoutError):
            return False
        if self._errand.keeps_trace:  # the driver leaves what a trace was made of
            await asyncio.to_thread(shutil.rmtree, self._engine.traces, ignore_errors=True)
        return True


async def travel(
    errand: Errand,
    engine: Engine,
    tell: Callable[[Mapping[str, Any]], None],
    monotonic: Callable[[], float],
) -> bool:
    """Makes one run; see `Travel.whole`."""
    return await Travel(errand, engine, tell, monotonic).whole()


async def _has_written(context: BrowserContext) -> bool:
    """Whether it may have changed something for anybody, as far as is known."""
    for page in context.pages:
        sent = await page.requests()
        if len(sent) >= _REMEMBERED or any(one.method not in _HARMLESS for one in sent):
            return True
    return False


def _view(view: View) -> dict[str, Any]:
    times = {"ttfb_us": view.ttfb, "fcp_us": view.fcp, "lcp_us": view.lcp}
    told = {name: took // _US for name, took in times.items() if took is not None}
    return {"address": view.address, "step": view.step, "cls": view.cls, **told}


def _died() -> BrowserTrouble:
    return BrowserTrouble(Reason.BROWSER_CRASHED, "the browser died or hangs")
