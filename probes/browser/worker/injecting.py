"""A fault between the browser and its target, for one run.

Chromium pauses each request of the target twice: before it is made, and when its answer has come.
"""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from probes.browser import api
from probes.browser.breaking import Breaking
from probes.browser.worker.besides import stand_in_the_way
from probes.browser.worker.carrying import is_answered
from probes.browser.worker.cookies import SetCookies
from probes.injection import Asked, Broken, Given

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

_RESOURCES: Final = {
    "Document": "document",
    "Script": "script",
    "Stylesheet": "style",
    "XHR": "fetch",
    "Fetch": "fetch",
}
_ERRORS: Final = {Broken.REFUSED: "ConnectionRefused", Broken.TIMEOUT: "TimedOut"}
_HELD_BACK: Final = "BlockedByClient"
_OURS_TO_WRITE: Final = frozenset(("content-encoding", "content-length", "transfer-encoding"))
_ENDLESS: Final = (
    *("text/event-stream", "multipart/x-mixed-replace"),
    *("application/x-ndjson", "application/stream+json", "application/json-seq"),
)
_PLAYED: Final = "Media"
_LARGEST: Final = 32 * 1024 * 1024
"""Bytes of an answer by its own word; a larger one is left alone."""
_SLOWER: Final = 0.05  # seconds at least: of next to nothing, five times is nothing
_UNDER_WAY: Final = 1000
_REFUSED_BY_CHROMIUM: Final = re.compile(
    r"Invalid (?:parameters|header|http status)", re.IGNORECASE
)
_NOTHING: Final = timedelta()


class Injecting:
    """*session* is with the browser itself."""

    def __init__(self, session: CDPSession, breaking: Breaking) -> None:
        self._session = session
        self._breaking = breaking
        self._cookies = SetCookies()
        self._began: dict[str, float] = {}

    async def watch(self, page: Page) -> None:
        """Before its first request. Raises what Playwright raises."""
        await stand_in_the_way(page.context, self._breaking)
        if self._breaking.alters:
            await self._cookies.watch(page)

    def patterns(self) -> Iterator[dict[str, Any]]:
        """Of the requests that are to be paused."""
        for stage in ("Request", "Response") if self._breaking.alters else ("Request",):
            for origin in sorted(self._breaking.origins):
                yield {"urlPattern": f"{origin}/*", "requestStage": stage}
            for kind in ("Script", "Stylesheet") if self._breaking.meets_assets else ():
                yield {"urlPattern": "*", "resourceType": kind, "requestStage": stage}

    async def settles(self, event: dict[str, Any]) -> bool:
        """Whether that is all for a request that was paused; else it goes on as it would have.

        Raises what Playwright raises.
        """
        asked = _asked(event)
        if not self._breaking.meets(asked):
            return False
        try:
            if is_answered(event):
                return await self._after(event, asked)
            return await self._before(event, asked)
        except api.Error as error:  # mostly it is gone
            if not _REFUSED_BY_CHROMIUM.search(str(error)):
                raise
            self._breaking.went_wrong(error)
            return False

    async def _before(self, event: dict[str, Any], asked: Asked) -> bool:
        instead = self._breaking.before(asked)
        if isinstance(instead, Given):
            await self._fulfil(event, instead)
        elif instead is not None:
            await self._fail(event, _ERRORS[instead])
        elif self._breaking.holds_back(asked):
            await self._fail(event, _HELD_BACK)
        else:
            return False
        return True

    async def _after(self, event: dict[str, Any], asked: Asked) -> bool:
        arrived = self._now()
        given = await self._given(event, self._began.pop(event["requestId"], arrived))
        answer = given if given is None else self._breaking.after(asked, given)
        if given is None or answer is None or answer is given:
            return False
        await self._cookies.forget(asked.url, given, answer)
        if answer.took > given.took:
            slower = (answer.took - given.took).total_seconds()
            self._breaking.holds_up(arrived, arrived + slower)
            await asyncio.sleep(arrived + max(_SLOWER, slower) - self._now())
        if _as_sent(answer) == _as_sent(given):
            return False
        await self._fulfil(event, answer)
        return True

    async def _given(self, event: dict[str, Any], began: float) -> Given | None:
        """None for what has no end, is too large, or is no answer at all."""
        headers = _small(event.get("responseHeaders") or ())
        told = dict(headers)
        kind = told.get("content-type", "").lower()
        if "responseErrorReason" in event or kind.startswith(_ENDLESS):
            return None
        if event["resourceType"] == _PLAYED:
            return None
        if _number(told.get("content-length", "")) > _LARGEST:
            return None
        took = timedelta(seconds=self._now() - began)  # before we take our own time
        status = int(event["responseStatusCode"])
        body = b"" if _leads_on(status, told) else await self._body(event["requestId"])
        headers += await self._cookies.set_by(event.get("networkId", ""))
        kept = tuple(pair for pair in headers if pair[0] not in _OURS_TO_WRITE)
        return Given(status, kept, body, took)

    async def _body(self, request: str) -> bytes:
        told = await self._session.send("Fetch.getResponseBody", {"requestId": request})
        text = str(told["body"])
        return b64decode(text) if told.get("base64Encoded") else text.encode()

    async def _fulfil(self, event: dict[str, Any], given: Given) -> None:
        headers = [pair for pair in given.headers if pair[0].lower() not in _OURS_TO_WRITE]
        length = ("content-length", str(len(given.body)))
        told = {
            "requestId": event["requestId"],
            "responseCode": given.status,
            "responseHeaders": [{"name": n, "value": v} for n, v in (*headers, length)],
            "body": b64encode(given.body).decode(),
        }
        await self._session.send("Fetch.fulfillRequest", told)

    async def _fail(self, event: dict[str, Any], reason: str) -> None:
        told = {"requestId": event["requestId"], "errorReason": reason}
        await self._session.send("Fetch.failRequest", told)

    def gone_on(self, request: str) -> None:
        """From now on it is the target that takes its time."""
        if len(self._began) >= _UNDER_WAY:
            del self._began[next(iter(self._began))]
        self._began[request] = self._now()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _asked(event: dict[str, Any]) -> Asked:
    request = event["request"]
    headers = tuple((name.lower(), str(value)) for name, value in request["headers"].items())
    resource = _RESOURCES.get(event["resourceType"], "other")
    return Asked(str(request["method"]), str(request["url"]), headers, resource)


def _small(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(one["name"]).lower(), str(one["value"])) for one in headers)


def _leads_on(status: int, headers: dict[str, str]) -> bool:
    return 300 <= status < 400 and "location" in headers


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _as_sent(given: Given) -> Given:
    """What a page can tell; cookies that are set it is never told of."""
    headers = tuple(pair for pair in given.headers if pair[0] != "set-cookie")
    return replace(given, headers=headers, took=_NOTHING, certificate_left=None)
