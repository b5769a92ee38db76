"""One run of a journey, and what becomes of whatever goes wrong in it."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from probes.browser import Browsers, Failure, Journey, Visit
from probes.browser.worker.downloads import bound_downloads
from probes.result import Outcome, Reason
from tests.probes.browser.runs import failed, steps, travel
from tests.support.here import Here
from tests.support.serve import free_port
from tests.support.waiting import until_async

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_journey_that_comes_through_tells_its_steps(browsers: Browsers, odd: str) -> None:
    async def journey(visit: Visit) -> None:
        async with visit.step("open"):
            await visit.page.goto(f"{visit.url}/tells?q={visit.params['who']}")
        async with visit.step("read", within="5s"):
            await expect(visit.page.get_by_text("You said canary")).to_be_visible()

    result = await travel(browsers, journey, odd)
    assert (result.outcome, result.reason, result.summary) == (Outcome.PASS, None, "")
    assert steps(result) == [("open", Outcome.PASS), ("read", Outcome.PASS)]
    assert timedelta() < sum((s.took for s in result.steps), timedelta()) <= result.took
    assert not result.artefacts


async def test_a_step_over_its_limit_makes_the_run_slow(browsers: Browsers) -> None:
    async def journey(visit: Visit) -> None:
        async with visit.step("quick", within="5s"):
            pass
        async with visit.step("slow", within="1ms"):
            await visit.page.set_content("<p>x</p>")

    result = await travel(browsers, journey)
    assert (result.outcome, result.reason) == (Outcome.SLOW, Reason.TOO_SLOW)
    assert steps(result) == [("quick", Outcome.PASS), ("slow", Outcome.SLOW)]
    assert result.summary.startswith('"slow" took ')


async def test_every_run_begins_without_a_past(browsers: Browsers, odd: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/cookie")
        await expect(visit.page.locator("#who")).to_have_text("new")

    assert [(await travel(browsers, journey, odd)).outcome for _ in range(2)] == [Outcome.PASS] * 2


async def test_what_a_journey_says_about_the_target_is_told(browsers: Browsers) -> None:
    async def journey(visit: Visit) -> None:
        async with visit.step("pay"):
            raise Failure(Reason.TEXT_MISSING, "no receipt\nwas shown")

    result = await travel(browsers, journey)
    assert failed(result, Reason.TEXT_MISSING)
    assert result.summary == "no receipt was shown"
    assert steps(result) == [("pay", Outcome.FAIL)]


async def test_an_expectation_that_does_not_hold_is_a_failed_step(browsers: Browsers) -> None:
    async def journey(visit: Visit) -> None:
        async with visit.step("look"):
            await expect(visit.page).to_have_title("Paid", timeout=50)

    result = await travel(browsers, journey)
    assert failed(result, Reason.STEP_FAILED)
    assert "Page title expected to be 'Paid'" in result.summary


async def test_waiting_in_vain_says_for_what(browsers: Browsers) -> None:
    async def journey(visit: Visit) -> None:
        async with visit.step("pay"):
            await visit.page.get_by_text("Pay now").click(timeout=200)

    result = await travel(browsers, journey)
    assert failed(result, Reason.STEP_TIMEOUT)
    assert 'waiting for get_by_text("Pay now")' in result.summary


async def test_a_page_that_never_comes_ends_the_run_at_its_deadline(
    browsers: Browsers, odd: str
) -> None:
    async def journey(visit: Visit) -> None:
        async with visit.step("before"):
            pass
        async with visit.step("open"):
            await visit.page.goto(f"{visit.url}/hang", timeout=60_000)

    began = time.monotonic()
    result = await travel(browsers, journey, odd, within=0.5)
    assert time.monotonic() - began < 15
    assert failed(result, Reason.TIMEOUT)
    assert steps(result) == [("before", Outcome.PASS), ("open", Outcome.FAIL)]
    assert result.summary == 'not done within 500ms, in step "open"'
    assert timedelta(seconds=0.5) <= result.took < timedelta(seconds=5.5)


async def test_a_page_that_computes_for_ever_holds_up_nothing(browsers: Browsers, odd: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/busy")
        await visit.page.get_by_text("There").click(timeout=60_000)

    async def quick(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/cookie")

    stuck = await travel(browsers, journey, odd, within=1)
    assert (stuck.outcome, stuck.reason) == (Outcome.FAIL, Reason.TIMEOUT)
    assert (await travel(browsers, quick, odd)).outcome is Outcome.PASS


async def test_a_refused_connection_is_named(browsers: Browsers) -> None:
    async def journey(visit: Visit) -> None:
        async with visit.step("open"):
            await visit.page.goto(visit.url)

    result = await travel(browsers, journey, f"http://127.0.0.1:{free_port()}/")
    assert failed(result, Reason.CONNECT_REFUSED)


async def test_a_question_the_page_asks_does_not_hold_it_up(browsers: Browsers, odd: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/ask")
        await expect(visit.page).to_have_title("asked")

    assert (await travel(browsers, journey, odd)).outcome is Outcome.PASS


async def _is_not_python(visit: Visit) -> None:
    async with visit.step("count"):
        await visit.nothing()  # type: ignore[attr-defined] # a user's mistake


async def _leaves(visit: Visit) -> None:
    async with visit.step("leave"):
        raise SystemExit(3)


async def _has_no_secret(visit: Visit) -> None:
    visit.secret("nobody")


async def _nests(visit: Visit) -> None:
    async with visit.step("outer"), visit.step("inner"):
        pass


async def _points_nowhere(visit: Visit) -> None:
    await visit.page.locator("css=[[").click()


@pytest.mark.parametrize(
    ("journey", "said"),
    [
        (_is_not_python, "AttributeError: 'Visit' object has no attribute 'nothing'"),
        (_leaves, "the journey called exit()"),
        (_has_no_secret, 'no secret "nobody" is configured'),
        (_nests, 'step "inner" begins inside step "outer"'),
        (_points_nowhere, "while parsing css selector"),
    ],
)
async def test_a_journey_that_is_broken_is_no_evidence(
    browsers: Browsers, journey: Journey, said: str
) -> None:
    result = await travel(browsers, journey)
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.JOURNEY_BROKEN)
    assert said in result.summary
    assert "\n" not in result.summary
    assert not result.artefacts
    assert Outcome.FAIL not in [step.outcome for step in result.steps]


def where_downloads_go(browsers: Browsers) -> Path:
    assert isinstance(browsers, Here)
    return browsers.inside / "downloads"


async def test_a_download_without_an_end_is_cancelled(browsers: Browsers, odd: str) -> None:
    folder = where_downloads_go(browsers)

    async def journey(visit: Visit) -> None:
        bound_downloads(visit.page.context, folder, largest=1_000_000)
        page = await visit.page.context.new_page()
        async with page.expect_download() as caught:
            await page.evaluate("url => { location.href = url }", f"{visit.url}/endless")
        assert await (await caught.value).failure() == "canceled"

    assert (await travel(browsers, journey, odd)).outcome is Outcome.PASS
    await until_async(lambda: not [*folder.iterdir()], "nothing of it is kept", within=5)
