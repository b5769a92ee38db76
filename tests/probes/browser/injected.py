"""The short way to a run with a fault in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Page
from starlette.responses import Response

from probes.browser import Browsers, Errand, Journey, Visit
from probes.injection import BY_NAME
from probes.result import Result
from tests.probes.browser.test_carrying import with_address
from tests.support.recording import Recording

FORM = "<p>Home</p><form method=post action=/send><button>Send</button></form>"


def with_cookie(response: Response, name: str, **more: Any) -> Response:
    response.set_cookie(name, "1", **more)
    return response


def page_with(text: str) -> Response:
    return Response(text, media_type="text/html")


async def run(
    browsers: Browsers, journey: Journey, site: Recording, fault: str = "", **more: Any
) -> Result:
    options = with_address(site.address, **more.pop("options", {}))
    errand = Errand(
        journey=journey,
        url=site.address,
        timeout=timedelta(seconds=10),
        hosts=frozenset({site.host}),
        options=options,
        fault=BY_NAME.get(fault),
        **more,
    )
    return await browsers.run(errand)


def paths(site: Recording) -> list[tuple[str, str]]:
    return [(method, path) for method, path, _ in site.asked]


def seeing(look: Callable[[Page], Awaitable[Any]], into: list[Any]) -> Journey:
    """A journey that opens the page and keeps what it sees of it."""

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        into.append(await look(visit.page))

    return journey


def size(path: Path) -> int:
    return path.stat().st_size


async def words(page: Page) -> str:
    return await page.inner_text("body")
