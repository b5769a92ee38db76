"""What the requests of a run carry beyond the browser's own, and which of them are not made.

Chromium is asked to pause them, for all of the browser at once: that way a pop-up's first request,
what workers ask for and what a redirect leads to are seen as well, while preflights, the cache and
a journey's own routes stay what they are, which Playwright's routing would change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from probes.browser import api
from probes.browser.breaking import Breaking
from probes.browser.errand import Errand
from probes.browser.wildcards import matches
from probes.browser.worker.blocking import blocking_patterns
from probes.browser.worker.carrying_origins import origin_of, origins_of

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

    from probes.browser.worker.injecting import Injecting

_TRACED: Final = ("Document", "XHR", "Fetch")
_COOKIE: Final = "cookie"


@dataclass(frozen=True, slots=True)
class Load:
    """For one run: `headers` for whatever is asked of `origins`, `traceparent` for the documents
    and what scripts ask for there; nothing like `block` is asked for, but documents of `origins`.
    """

    origins: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    traceparent: str = ""
    block: tuple[str, ...] = ()

    @classmethod
    def of(cls, errand: Errand) -> Load:
        options = errand.options
        return cls(
            frozenset(origin for host in errand.hosts for origin in origins_of(host) if origin),
            {name: value.get_secret_value() for name, value in options.headers.items()},
            errand.traceparent,
            options.block,
        )

    def patterns(self) -> list[dict[str, Any]]:
        """Of the requests to be paused: none where nothing is to be done."""
        return [*self._carrying(), *blocking_patterns(self.block)]

    def forbids(self, kind: str, address: str) -> bool:
        """Whether a request of that *kind*, a resource type of Chromium's, is not to be made."""
        if kind == "Document" and origin_of(address) in self.origins:
            return False
        return any(matches(pattern, address) for pattern in self.block)

    def added(self, kind: str, address: str, headers: Mapping[str, str]) -> dict[str, str] | None:
        """All headers of such a request that had *headers*, or None where they stay the same.

        A page that traces by itself goes on doing so.
        """
        if origin_of(address) not in self.origins:
            return None
        own = {name.lower() for name in self.headers}
        kept = {name: value for name, value in headers.items() if name.lower() not in own}
        if self.traceparent and kind in _TRACED:
            kept = {"traceparent": self.traceparent} | kept
        return kept | dict(self.headers)

    def _carrying(self) -> Iterator[dict[str, Any]]:
        for origin in sorted(self.origins):
            every = {"urlPattern": f"{origin}/*"}
            if self.headers:
                yield every
            elif self.traceparent:
                yield from (every | {"resourceType": kind} for kind in _TRACED)


class Carrier:
    """Of one browser, in which one run is made after the other."""

    def __init__(self, session: CDPSession) -> None:
        """*session* is with the browser itself."""
        self._session = session
        self._load = Load()
        self._injecting: Injecting | None = None
        self._patterns: list[dict[str, Any]] = []
        self._answers: set[asyncio.Task[None]] = set()
        session.on("Fetch.requestPaused", self._paused)

    async def take(self, load: Load, breaking: Breaking | None = None) -> None:
        """From the next page on. Raises what Playwright raises."""
        before, self._load, self._patterns = self._patterns, load, load.patterns()
        self._injecting = None
        if breaking is not None:
            from probes.browser.worker.injecting import Injecting  # noqa: PLC0415 - rarely needed

            self._injecting = Injecting(self._session, breaking)
            self._patterns += self._injecting.patterns()
        if self._patterns and self._patterns != before:
            await self._session.send("Fetch.enable", {"patterns": self._patterns})
        elif before and not self._patterns:
            await self._session.send("Fetch.disable")

    async def watch(self, page: Page) -> None:
        """The first of a run, before it asks for anything. Raises what Playwright raises."""
        if self._injecting is not None:
            await self._injecting.watch(page)

    async def rest(self) -> None:
        """After a run: nothing of it is waited for any longer."""
        self._load, self._injecting = Load(), None
        answers = tuple(self._answers)
        for answer in answers:
            answer.cancel()
        await asyncio.gather(*answers, return_exceptions=True)

    def _paused(self, event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._answer(event))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, event: dict[str, Any]) -> None:
        """Lets the request go on, or not; who asked may be gone by now."""
        if self._forbids(event) or not await self._is_settled(event):
            await self._go_on(event)

    def _forbids(self, event: dict[str, Any]) -> bool:
        return self._load.forbids(event["resourceType"], event["request"]["url"])

    async def _is_settled(self, event: dict[str, Any]) -> bool:
        """By the fault of this run, if there is one."""
        with suppress(api.Error):
            return self._injecting is not None and await self._injecting.settles(event)
        return True

    async def _go_on(self, event: dict[str, Any]) -> None:
        verb, told = "continueRequest", {"requestId": event["requestId"]}
        if self._forbids(event):
            verb, told["errorReason"] = "failRequest", "BlockedByClient"
        elif (headers := self._added(event)) is not None:
            told["headers"] = _as_list(headers)
        with suppress(api.Error):
            await self._session.send(f"Fetch.{verb}", told)
            if self._injecting is not None and not is_answered(event):
                self._injecting.gone_on(event["requestId"])

    def _added(self, event: dict[str, Any]) -> dict[str, str] | None:
        if is_answered(event):
            return None
        request = event["request"]
        return self._load.added(event["resourceType"], request["url"], request["headers"])


def is_answered(event: dict[str, Any]) -> bool:
    """Whether an answer has come for what is paused, or word that none will."""
    return "responseStatusCode" in event or "responseErrorReason" in event


def _as_list(headers: Mapping[str, str]) -> list[dict[str, str]]:
    """Without cookies, which the browser knows better by the time it sends them."""
    return [
        {"name": name, "value": value} for name, value in headers.items() if name.lower() != _COOKIE
    ]
