"""What is kept of a run that failed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from probes.browser import Browsers, Failure, Visit
from probes.result import Outcome, Reason, Result
from tests.probes.browser.runs import SECRET, failed, travel
from tests.support.seeing import seen_site
from tests.support.serve import free_port, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving(seen_site()) as address:
        yield address


def text(result: Result, name: str) -> str:
    return next(a.content.decode() for a in result.artefacts if a.name == name)


async def given_up(visit: Visit) -> None:
    raise Failure(Reason.TEXT_MISSING, "nothing")


async def test_what_the_page_was_and_said_and_asked_for_is_kept(
    browsers: Browsers, site: str
) -> None:
    refused = f"http://127.0.0.1:{free_port()}/api?key={SECRET}"

    async def journey(visit: Visit) -> None:
        async with visit.step("look"):
            await visit.page.goto(f"{visit.url}/broken?word=canary#part")
            await visit.page.evaluate("url => fetch(url).catch(() => 0)", refused)
            await given_up(visit)

    result = await travel(browsers, journey, site)
    assert failed(result, Reason.TEXT_MISSING)
    about = json.loads(text(result, "page.json"))
    assert (about["title"], about["url"]) == ("Broken", f"{site}/broken?word=…")
    assert (about["viewport"], about["step"]) == ({"width": 1280, "height": 800}, "look")
    said = text(result, "console.txt").splitlines()
    sorts = [line.split()[0] for line in said]
    assert sorts == sorted(sorts, key=["error", "warning", "info"].index)
    assert any("uncaught ReferenceError: nothing is not defined" in line for line in said)
    assert f"warning  mind the gap  ({site}/broken?word=…:1)" in said
    assert "canary" not in text(result, "console.txt")
    asked = [line.split() for line in text(result, "requests.txt").splitlines()[1:]]
    assert {row[0] for row in asked[:2]} == {"-", "404"}
    assert asked[2][0] == "200"
    assert "connection refused" in text(result, "requests.txt")
    assert "hidden" not in text(result, "requests.txt")


async def test_ten_thousand_lines_are_told_in_few(browsers: Browsers, site: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/noisy")
        await given_up(visit)

    result = await travel(browsers, journey, site)
    assert failed(result, Reason.TEXT_MISSING)
    said = text(result, "console.txt").splitlines()
    assert len(said) <= 200
    assert said[-1].startswith("log      line 9999")


@pytest.mark.parametrize("name", ["busy", "again"])
async def test_a_page_that_computes_for_ever_is_stopped_for_its_picture(
    browsers: Browsers, site: str, name: str
) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/{name}")
        await visit.page.get_by_text("Nothing").click(timeout=60_000)

    result = await travel(browsers, journey, site, within=1)
    assert failed(result, Reason.TIMEOUT)
    assert result.excerpt == "Busy"


async def test_a_run_that_ended_in_the_midst_of_loading_is_pictured(
    browsers: Browsers, site: str
) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/plain")
        await visit.page.goto(f"{visit.url}/never", timeout=60_000)

    result = await travel(browsers, journey, site, within=1)
    assert failed(result, Reason.TIMEOUT)
    assert result.excerpt == "Nothing to see"
    assert "no answer" in text(result, "requests.txt")


async def test_a_page_that_crashes_is_called_so(browsers: Browsers, site: str) -> None:
    async def journey(visit: Visit) -> None:
        async with visit.step("pay"):
            await visit.page.goto(f"{visit.url}/plain")
            session = await visit.page.context.new_cdp_session(visit.page)
            crashing = asyncio.ensure_future(session.send("Page.crash"))
            try:
                await visit.page.get_by_text("More").click()
            finally:
                crashing.cancel()  # it has no answer

    result = await travel(browsers, journey, site)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.PAGE_CRASHED)
    assert result.summary == 'the page crashed, in step "pay"'
    assert "/plain" in text(result, "requests.txt")


async def test_a_storm_of_alerts_holds_nothing_up(browsers: Browsers, site: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/storm")
        assert await visit.page.title() == "calm"

    assert (await travel(browsers, journey, site)).outcome is Outcome.PASS


async def test_more_than_ten_pages_are_not_opened(browsers: Browsers, site: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/opens")
        await visit.page.wait_for_function("document.title === 'opened'")
        pages = visit.page.context.pages
        assert len(pages) <= 10
        await pages[-1].get_by_text("Nothing to see").wait_for()

    result = await travel(browsers, journey, site)
    assert result.outcome is Outcome.PASS
    assert len(result.warnings) == 1
    assert "more than 10 pages were opened at once; 5 " in result.warnings[0]


async def test_pictures_a_journey_takes_are_kept_whatever_becomes_of_it(
    browsers: Browsers, site: str
) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/plain")
        for name in ("First look!", *["again"] * 5):
            await visit.screenshot(name)

    result = await travel(browsers, journey, site)
    assert result.outcome is Outcome.PASS
    names = [artefact.name for artefact in result.artefacts]
    assert names == ["first-look-1.png", *(f"again-{n}.png" for n in range(2, 6))]
    assert result.warnings == ("more than 5 pictures were asked for",)


async def test_a_page_that_is_closed_is_told_of_all_the_same(browsers: Browsers, site: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/plain")
        await visit.page.close()
        await visit.page.get_by_text("Nothing").click()

    result = await travel(browsers, journey, site)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.STEP_FAILED)
    assert json.loads(text(result, "page.json"))["url"] == f"{site}/plain"


async def test_no_evidence_takes_longer_than_it_may(browsers: Browsers, site: str) -> None:
    """Not even with a page that cannot be stopped, as its tab is another one's."""

    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/plain")
        async with visit.page.context.expect_page() as opening:
            await visit.page.evaluate("open('/busy')")
        visit.page = await opening.value
        await visit.page.get_by_text("Nothing").click(timeout=60_000)

    result = await travel(browsers, journey, site, within=1)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.TIMEOUT)
    assert result.took < timedelta(seconds=6)
    assert "/busy" in text(result, "requests.txt")
