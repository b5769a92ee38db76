"""What is noted while a journey is under way: at next to no cost, for most journeys pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from probes.browser import api
from probes.browser.errand import Errand, scrubber_of
from probes.browser.visit import Visit
from probes.browser.worker.judging import Finding
from probes.browser.worker.limits import in_time
from probes.browser.worker.picturing import picture
from probes.browser.worker.tracing import Trace
from probes.browser.worker.vitals import BEFORE_LEAVING, READ, SIGN, Opened, views
from probes.result import Artefact, Outcome, Reason, View
from probes.scrub import Scrubber

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Frame, Page

PAGES: Final = 10
"""How many pages one run may have open at once."""
_OPENED: Final = 200
_BEGIN: Final = timedelta(seconds=3)
_PICTURE: Final = timedelta(seconds=5)
_VAGUE: Final = (Reason.TIMEOUT, Reason.STEP_TIMEOUT, Reason.STEP_FAILED)


class Watching:
    """Over one page, and those that it opens."""

    def __init__(self, page: Page, errand: Errand, visit: Visit) -> None:
        self._first = page
        self._context = page.context
        self._visit = visit
        self._scrub = scrubber_of(errand)
        self._trace = Trace(page.context) if errand.keeps_trace else None
        self._session: asyncio.Future[CDPSession] | None = None
        self._opened: list[Opened] = []
        self._closing: set[asyncio.Future[None]] = set()
        self._closed = 0
        self._crashed = False
        visit.camera = self._picture

    async def begin(self) -> None:
        """Raises nothing: a browser that does not obey will show in the journey."""
        self._listen(self._first)
        self._context.on("page", self._welcome)
        works: list[Awaitable[Any]] = [
            self._context.add_init_script(BEFORE_LEAVING),
            self.session_of(self._first),
        ]
        if self._trace is not None:
            works.append(self._trace.start())
        await in_time(_BEGIN, *works)

    @property
    def page(self) -> Page:
        """The one to look at: the journey's own, or the newest when that is closed."""
        page = self._visit.page
        return page if not page.is_closed() or not self.pages else self.pages[-1]

    @property
    def pages(self) -> list[Page]:
        return self._context.pages[:PAGES]

    @property
    def step(self) -> str:
        """The one under way, or the last one; empty before the first."""
        steps = self._visit.steps()
        return steps[-1].name if steps else ""

    async def session_of(self, page: Page) -> CDPSession:
        """The first page's was opened in good time: one that computes for ever opens none."""
        if page is not self._first:
            return await self._context.new_cdp_session(page)
        if self._session is None:
            self._session = asyncio.ensure_future(self._context.new_cdp_session(page))
        return await asyncio.shield(self._session)

    async def views(self, limit: timedelta) -> tuple[View, ...]:
        """Of every page that the journey saw, also of those it left. Raises nothing."""
        self._say_what_was_closed()
        pages = self.pages
        reading = [page.evaluate(READ) for page in pages]
        left = [_told_when_left(page) for page in pages] if len(self._opened) > 1 else []
        told = await in_time(limit, *left, *reading)
        flat = [text for each in told[: len(left)] for text in each or ()]
        flat += [text for text in told[len(left) :] if isinstance(text, str)]
        return views(flat, self._opened)

    def judged(self, finding: Finding) -> Finding:
        """*finding*, or that a page crashed, where that is why."""
        if finding.outcome is not Outcome.FAIL or not self._crashed:
            return finding
        if finding.reason not in (*_VAGUE, Reason.PAGE_CRASHED):
            return finding
        at = f', in step "{self.step}"' if self.step else ""
        return replace(finding, reason=Reason.PAGE_CRASHED, summary=f"the page crashed{at}")

    async def trace_kept(self, scrub: Scrubber) -> Artefact | None:
        """None, too, where none is wanted. Raises what Playwright raises."""
        return await self._trace.kept(scrub) if self._trace is not None else None

    def _listen(self, page: Page) -> None:
        page.on("framenavigated", self._note)
        if page is self._first:
            page.on("crash", self._crash)

    def _welcome(self, page: Page) -> None:
        if len(self._context.pages) <= PAGES:
            self._listen(page)
            return
        self._closed += 1
        closing = asyncio.ensure_future(_close(page))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def _note(self, frame: Frame) -> None:
        if frame.parent_frame is None and len(self._opened) < _OPENED and _is_web(frame.url):
            self._opened.append(Opened(frame.url, self.step))

    def _crash(self, _: Page) -> None:
        self._crashed = True

    def _say_what_was_closed(self) -> None:
        if self._closed:
            said = (
                f"more than {PAGES} pages were opened at once; {self._closed} of them were closed"
            )
            self._visit.warn(said)
            self._closed = 0

    async def _picture(self, name: str) -> Artefact | None:
        """Within 5 s, and less when the run ends before."""
        page = self.page
        limit = min(_PICTURE, self._visit.left())
        try:
            session = await self.session_of(page)
            return await picture(page, session, self._scrub, name, limit)
        except (api.Error, TimeoutError):
            return None


async def _close(page: Page) -> None:
    with suppress(api.Error):
        await page.close()


async def _told_when_left(page: Page) -> list[str]:
    messages = await page.console_messages(filter="all")
    return [text.removeprefix(SIGN) for text in (m.text for m in messages) if text.startswith(SIGN)]


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))
