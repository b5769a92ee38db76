"""What the target gives away of itself when its first page comes: at next to no cost, and nothing
that a journey waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from probes.browser import api
from probes.browser.errand import Errand, scrubber_of
from probes.browser.worker.carrying_origins import origin_of
from probes.browser.worker.judging import Finding
from probes.browser.worker.limits import in_time
from probes.result import Outcome, Reason

if TYPE_CHECKING:
    from playwright.async_api import Page, Response

_FIELDS: Final = 60
_LONGEST_NAME: Final = 60
_LONGEST: Final = 300
_UNTOLD: Final = ("set-cookie", "location", "link", "content-security-policy", "report-to")
_READINGS: Final = 20
_AT_ONCE: Final = timedelta()
# What says it may stand behind any number of styles; read as the answer to an HTTP probe is.
_SHOWN: Final = """() => [location.origin, [...document.querySelectorAll("html, body, meta[name]")]
  .slice(0, 100).map(one => one.cloneNode(false).outerHTML).join("")
  + document.documentElement.outerHTML]
  .map(text => text.slice(0, 16384))"""


class Meeting:
    """With the target of one run. To be made before the journey begins: it may import much."""

    def __init__(self, errand: Errand) -> None:
        self.fields: list[tuple[str, str]] = []
        """Headers of the first page of the target, bounded and without secrets."""
        self._wanted = errand.options.expect_environment
        self._reader = import_module("probes.expect.environment") if self._wanted else None
        self._scrub = scrubber_of(errand)
        self._origins = _origins(errand.url)
        self._named = ""
        self._readings: set[asyncio.Future[None]] = set()
        self._was_read = False

    def listen(self, page: Page) -> None:
        """To what it is answered. Only until enough is known: the driver says nothing unasked."""
        if self._origins:
            page.on("response", self._answered)
            if self._reader is not None:
                page.on("domcontentloaded", self._loaded)

    async def judged(self, finding: Finding, pages: Iterable[Page], limit: timedelta) -> Finding:
        """*finding*, or that another environment answers than the expected one."""
        if self._reader is None:
            return finding
        is_ours = finding.outcome is Outcome.ERROR
        await self._look_again(() if is_ours else pages, limit)
        if is_ours or (self._named and self._reader.same(self._named, self._wanted)):
            return finding
        failed = finding.outcome is Outcome.FAIL
        if self._named:
            said = f"{self._named} answers, expected {self._wanted}"
            return _wrong(f"{said}; and then: {finding.summary}" if failed else said)
        return finding if failed else self._untold()

    def _untold(self) -> Finding:
        if self._readings and not self._was_read:
            said = "the page could not be asked which environment it is of"
            return Finding(Outcome.ERROR, Reason.STALLED, said)
        said = f"the page does not say which environment it is of, expected {self._wanted}"
        return _wrong(said)

    def _answered(self, response: Response) -> None:
        try:
            if not self._is_page(response):
                return
            given = [*_one_by_one(response.headers)]
            if not self.fields and 200 <= response.status < 300:
                self.fields = [*self._bounded(given)]
        except api.Error:  # of a frame that is gone
            return
        if self._reader is not None and not self._named:
            fields = [(name.encode(), value.encode()) for name, value in given]
            self._named = self._reader.in_headers(fields, self._reader.HEADERS)
        if self.fields and (self._named or self._reader is None):
            response.frame.page.remove_listener("response", self._answered)

    def _is_page(self, response: Response) -> bool:
        request = response.request
        if request.resource_type != "document" or origin_of(response.url) not in self._origins:
            return False
        return response.frame.parent_frame is None and not response.from_service_worker

    def _bounded(self, headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
        told = ((n, v) for n, v in headers if n not in _UNTOLD and len(n) <= _LONGEST_NAME)
        for name, value in islice(told, _FIELDS):
            yield name, self._scrub.line(value)[:_LONGEST]

    def _loaded(self, page: Page) -> None:
        if not self._named and len(self._readings) < _READINGS:
            self._readings.add(asyncio.ensure_future(self._read(page)))

    async def _look_again(self, pages: Iterable[Page], limit: timedelta) -> None:
        """At what is open now, too; no reading is left under way. Raises nothing."""
        known = bool(self._named)
        for page in () if known else pages:
            self._readings.add(asyncio.ensure_future(self._read(page)))
        await in_time(_AT_ONCE if known else limit, *self._readings)

    async def _read(self, page: Page) -> None:
        with suppress(api.Error):
            told = await page.evaluate(_SHOWN)
            self._was_read = True
            if self._reader is not None and _is_pair(told) and told[0] in self._origins:
                said = self._reader.in_text(f"<!doctype html>{told[1]}")
                self._named = self._named or said


def _wrong(summary: str) -> Finding:
    return Finding(Outcome.FAIL, Reason.WRONG_ENVIRONMENT, summary)


def _origins(url: str) -> frozenset[str]:
    """Of the target itself, also where it leads on to its own https."""
    if not url:
        return frozenset()
    return frozenset((origin_of(url), origin_of(url.replace("http://", "https://", 1))))


def _one_by_one(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """As they were sent: of several with one name, the browser makes one of several lines."""
    for name, value in headers.items():
        for each in value.split("\n"):
            yield name, each


def _is_pair(told: Any) -> bool:
    return isinstance(told, list) and len(told) == 2 and all(isinstance(t, str) for t in told)
