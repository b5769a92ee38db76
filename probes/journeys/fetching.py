"""Asking for an address with the cookies of the visit, but never for more than a bound.

Playwright's own request keeps the whole answer in memory, however large; this one stops reading.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urljoin, urlsplit

from probes.browser import Failure, Visit
from probes.result import Reason

if TYPE_CHECKING:
    import httpx

_HOPS: Final = 5
_LIMIT: Final = timedelta(seconds=15)  # for one answer, however slowly it comes


@dataclass(frozen=True, slots=True)
class Answer:
    """`content` is at most one byte more than was asked for; `leads_to` is absolute or empty."""

    url: str
    status: int
    leads_to: str = ""
    media_type: str = ""
    content: bytes = b""

    @property
    def is_page(self) -> bool:
        return self.media_type == "text/html" and self.status < 400

    def holds(self, content: bytes) -> bool:
        return self.content == content and self.status < 400


class Fetcher:
    """Asks as the browser of *visit* would, with its cookies and options."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._context = visit.page.context
        self._client: httpx.AsyncClient

    async def __aenter__(self) -> Self:
        import httpx  # noqa: PLC0415 - takes 40 ms, which most runs need not pay

        agent = await self._visit.page.evaluate("navigator.userAgent")
        self._client = httpx.AsyncClient(
            headers={"User-Agent": str(agent), "Accept-Encoding": "identity"},
            timeout=_LIMIT.total_seconds(),
            trust_env=False,
            transport=self._way(),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ask(self, url: str, most: int = 0) -> Answer:
        """One answer, redirects not followed. Raises Failure when there is none."""
        import httpx  # noqa: PLC0415 - as above

        try:
            async with asyncio.timeout(_LIMIT.total_seconds()):
                return await self._ask(url, most)
        except TimeoutError:
            said = f"{url}: no whole answer within {_LIMIT.total_seconds():.0f}s"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            said = f"{url}: {str(error) or type(error).__name__}"
        raise Failure(Reason.PAGE_NOT_LOADED, said)

    async def get(self, url: str, most: int) -> Answer:
        """The answer at the end of at most five redirects."""
        for _ in range(_HOPS):
            answer = await self.ask(url, most)
            if not answer.leads_to:
                return answer
            url = answer.leads_to
        raise Failure(Reason.TOO_MANY_REDIRECTS, f"more than {_HOPS} redirects, last to {url}")

    def _way(self) -> httpx.AsyncBaseTransport:
        """To the target, with what is broken on it in this run."""
        import httpx  # noqa: PLC0415 - as above

        proxy = self._visit.options.proxy
        way = httpx.AsyncHTTPTransport(
            verify=_trust(), proxy=proxy.address() if proxy else None, trust_env=False
        )
        if self._visit.breaking is None:
            return way
        from probes.journeys.broken_ways import BrokenWay  # noqa: PLC0415 - ordinary runs have none

        return BrokenWay(way, self._visit.breaking)

    async def _ask(self, url: str, most: int) -> Answer:
        request = self._client.build_request("GET", url, headers=await self._headers(url))
        response = await self._client.send(request, stream=True)
        try:
            if again := self._with_credentials(request, response):
                await response.aclose()
                response = await self._client.send(again, stream=True)
            return await _read(response, most)
        finally:
            await response.aclose()

    async def _headers(self, url: str) -> Mapping[str, str]:
        cookies = await self._context.cookies(url)
        pairs = [f"{cookie.get('name', '')}={cookie.get('value', '')}" for cookie in cookies]
        headers = {"Cookie": "; ".join(pairs)} if pairs else {}
        if not self._is_of_the_target(url):
            return headers
        own = {key: value.get_secret_value() for key, value in self._visit.options.headers.items()}
        traced = {"traceparent": self._visit.traceparent} if self._visit.traceparent else {}
        return {**headers, **own, **traced}

    def _with_credentials(
        self, request: httpx.Request, response: httpx.Response
    ) -> httpx.Request | None:
        """The same once more, as who the options say, when the server asks who it is."""
        import httpx  # noqa: PLC0415 - as above

        credentials = self._visit.options.http_credentials
        wanted = response.headers.get("WWW-Authenticate", "").strip().lower()
        if response.status_code != 401 or credentials is None:
            return None
        if not same_place(str(request.url), self._visit.url):  # nobody else is told
            return None
        kind = httpx.DigestAuth if wanted.startswith("digest") else httpx.BasicAuth
        auth = kind(credentials.username, credentials.password.get_secret_value())
        flow = auth.auth_flow(request)
        asked = next(flow)
        return flow.send(response) if kind is httpx.DigestAuth else asked

    def _is_of_the_target(self, url: str) -> bool:
        return urlsplit(url).netloc.rpartition("@")[2].lower() in self._visit.hosts


def same_place(one: str, other: str) -> bool:
    """Whether both addresses are of the same host and port."""
    return urlsplit(one).netloc.lower() == urlsplit(other).netloc.lower()


@functools.cache
def _trust() -> ssl.SSLContext:
    """Whom the machine trusts, as the browser does; read once, as it takes 20 ms."""
    return ssl.create_default_context()


async def _read(response: httpx.Response, most: int) -> Answer:
    url, status = str(response.url), response.status_code
    if 300 <= status < 400 and (location := response.headers.get("Location")):
        return Answer(url, status, leads_to=urljoin(url, location))
    content = bytearray()
    if most:
        async for part in response.aiter_bytes():
            content += part
            if len(content) > most:
                break
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
    return Answer(url, status, "", media_type, bytes(content[: most + 1]))
