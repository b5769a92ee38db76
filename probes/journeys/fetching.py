"""Asking for an address with the cookies of the visit, but never for more than a bound.

Playwright's own request keeps the whole answer in memory, however large; this one stops reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urljoin, urlsplit

import httpx

from probes.browser import Failure
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Page

_HOPS: Final = 5


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
    """Asks as the browser of *page* would."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._client = httpx.AsyncClient(timeout=10)

    async def __aenter__(self) -> Self:
        agent = await self._page.evaluate("navigator.userAgent")
        self._client.headers["User-Agent"] = str(agent)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ask(self, url: str, most: int = 0) -> Answer:
        """One answer, redirects not followed. Raises Failure when there is none."""
        request = self._client.build_request("GET", url, headers=await self._cookies(url))
        try:
            response = await self._client.send(request, stream=True)
            try:
                return await _read(response, most)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = f"{url}: {str(error) or type(error).__name__}"
            raise Failure(Reason.PAGE_NOT_LOADED, said) from None

    async def get(self, url: str, most: int) -> Answer:
        """The answer at the end of at most five redirects."""
        for _ in range(_HOPS):
            answer = await self.ask(url, most)
            if not answer.leads_to:
                return answer
            url = answer.leads_to
        raise Failure(Reason.TOO_MANY_REDIRECTS, f"more than {_HOPS} redirects, last to {url}")

    async def _cookies(self, url: str) -> dict[str, str]:
        cookies = await self._page.context.cookies(url)
        pairs = [f"{cookie.get('name', '')}={cookie.get('value', '')}" for cookie in cookies]
        return {"Cookie": "; ".join(pairs)} if pairs else {}


def same_place(one: str, other: str) -> bool:
    """Whether both addresses are of the same host and port."""
    return urlsplit(one).netloc.lower() == urlsplit(other).netloc.lower()


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
