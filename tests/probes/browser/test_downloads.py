"""Downloads that are too much, and what is left of any."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from probes.browser import Errand, Visit
from probes.browser.worker import downloads, opening
from probes.result import Outcome, Reason, Result
from tests.support.here import Here
from tests.support.serve import serving
from tests.support.waiting import until_async

if TYPE_CHECKING:
    from playwright.async_api import Download

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEBIBYTE = 1024 * 1024


async def _file(request: Request) -> Response:
    """As many MiB as the query says; without one, there is no end to it."""
    size = int(request.query_params.get("mib", "1000000"))

    async def zeros() -> AsyncIterator[bytes]:
        for _ in range(size * 4):
            yield bytes(MEBIBYTE // 4)
            await asyncio.sleep(0.01)

    return StreamingResponse(zeros(), headers={"Content-Disposition": "attachment"})


async def _empty(_: Request) -> Response:
    return Response("", media_type="text/html")


async def _many(_: Request) -> Response:
    frames = "".join(f"<iframe src='/file?mib=1&n={n}'></iframe>" for n in range(8))
    return Response(f"{frames}<a href=/file target=_blank>File</a>", media_type="text/html")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    routes = [Route("/", _empty), Route("/file", _file), Route("/many", _many)]
    with serving(Starlette(routes=routes)) as address:
        yield address


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = partial(downloads.bound_downloads, largest=4 * MEBIBYTE, most=5)
    monkeypatch.setattr(opening, "bound_downloads", bound)


async def travel(browsers: Here, journey: object, url: str, within: float = 20) -> Result:
    errand = Errand(journey=journey, url=url, timeout=timedelta(seconds=within))  # type: ignore[arg-type] # one of ours
    return await browsers.run(errand)


async def get(visit: Visit, path: str) -> Download:
    async with visit.page.expect_download() as coming:
        await visit.page.evaluate("path => { location = path }", path)
    return await coming.value


@pytest.mark.usefixtures("bounded")
async def test_a_download_without_end_is_cancelled(browsers: Here, site: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(site)
        download = await get(visit, f"{site}/file")
        assert await download.failure() == "canceled"

    result = await travel(browsers, journey, site)
    assert result.outcome is Outcome.PASS, result


@pytest.mark.usefixtures("bounded")
async def test_many_downloads_count_together(browsers: Here, site: str) -> None:
    begun: list[Download] = []

    async def journey(visit: Visit) -> None:
        def note(download: Download) -> None:
            begun.append(download)

        visit.page.context.on("download", note)
        await visit.page.goto(f"{site}/many")
        await until_async(lambda: len(begun) == 8, "all have begun")
        ends = await asyncio.gather(*(download.failure() for download in begun))
        assert "canceled" in ends
        async with visit.page.expect_popup() as popping:
            await visit.page.get_by_text("File").click()
        await until_async(lambda: len(begun) == 9, "the last has begun")
        assert await begun[-1].failure() == "canceled"
        await (await popping.value).close()

    result = await travel(browsers, journey, site)
    assert result.outcome is Outcome.PASS, result


async def test_what_was_downloaded_is_gone_after_the_run(browsers: Here, site: str) -> None:
    seen: list[int] = []
    folder = browsers.inside / "downloads"

    async def journey(visit: Visit) -> None:
        await visit.page.goto(site)
        download = await get(visit, f"{site}/file?mib=1")
        seen.append((await download.path()).stat().st_size)

    result = await travel(browsers, journey, site)
    assert result.outcome is Outcome.PASS, result
    assert seen == [MEBIBYTE]
    assert not list(folder.iterdir())
    (folder / "left-by-a-browser-that-died").write_bytes(b"x")
    assert (await travel(browsers, _nothing, site)).outcome is Outcome.PASS
    assert not list(folder.iterdir())


async def _nothing(visit: Visit) -> None:
    pass


async def test_a_journey_that_waits_for_a_file_without_end_ends_at_its_deadline(
    browsers: Here, site: str
) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(site)
        await (await get(visit, f"{site}/file")).path()

    result = await travel(browsers, journey, site, within=1)
    assert result.took < timedelta(seconds=6)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.TIMEOUT)
    await until_async(lambda: not list((browsers.inside / "downloads").iterdir()), "it is gone")
    assert (await travel(browsers, _nothing, site)).outcome is Outcome.PASS
