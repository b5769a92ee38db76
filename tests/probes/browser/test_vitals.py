"""How pages felt, as they tell it themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from probes.browser import Browsers, Failure, Visit
from probes.browser.worker.vitals import Opened, views
from probes.result import Outcome, Reason, View
from tests.probes.browser.runs import travel
from tests.support.seeing import seen_site
from tests.support.serve import serving

LATEST = timedelta(seconds=20)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serving(seen_site()) as address:
        yield address


async def drawn(visit: Visit) -> None:
    """Until the page has been drawn, which is when it knows how it felt."""
    await visit.page.evaluate(
        "() => new Promise(done => new PerformanceObserver(done)"
        ".observe({type: 'largest-contentful-paint', buffered: true}))"
    )


def felt(view: View) -> bool:
    times = (view.ttfb, view.fcp, view.lcp)
    return all(took is not None and timedelta() < took < LATEST for took in times)


@pytest.mark.asyncio(loop_scope="module")
async def test_every_page_of_a_run_tells_how_it_felt(browsers: Browsers, site: str) -> None:
    async def journey(visit: Visit) -> None:
        async with visit.step("open"):
            await visit.page.goto(f"{visit.url}/plain?word=canary#part")
            await drawn(visit)
        async with visit.step("on"):
            await visit.page.goto(f"{visit.url}/moves")
            await drawn(visit)
            await visit.page.evaluate("history.pushState(0, '', '/elsewhere')")
            await visit.page.wait_for_function("late.style.height")
            await visit.page.evaluate("() => new Promise(requestAnimationFrame)")
            await visit.page.evaluate("() => new Promise(requestAnimationFrame)")
        async with visit.step("back"):
            await visit.page.goto(f"{visit.url}/plain")
            await drawn(visit)

    result = await travel(browsers, journey, site)
    assert result.outcome is Outcome.PASS
    seen = [(view.address, view.step) for view in result.views]
    pages = ("plain", "open"), ("moves", "on"), ("plain", "back")
    assert seen == [(f"{site}/{page}", step) for page, step in pages]
    assert all(map(felt, result.views)), result.views
    still, moved, _ = (view.cls or 0.0 for view in result.views)
    assert still == 0.0
    assert 0.05 < moved < 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_run_that_failed_tells_it_too(browsers: Browsers, site: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/plain")
        raise Failure(Reason.TEXT_MISSING, "nothing")

    [view] = (await travel(browsers, journey, site)).views
    assert (view.address, view.step) == (f"{site}/plain", "")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_page_cannot_make_figures_up_that_are_none(browsers: Browsers, site: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/forged")
        await visit.page.goto(f"{visit.url}/plain")

    result = await travel(browsers, journey, site)
    assert result.outcome is Outcome.PASS
    assert [view.address for view in result.views] == ["http://x/", "http://y/", f"{site}/plain"]
    made_up, other, _ = result.views
    assert (made_up.ttfb, made_up.fcp, made_up.lcp, made_up.cls) == (None, None, None, None)
    assert (other.lcp, other.cls) == (timedelta(milliseconds=3), None)


def test_what_a_page_says_last_counts_and_fifty_pages_are_enough() -> None:
    said = [f'["https://example.org/{n}", {n}, 10, 20, {30 + n}, 0]' for n in range(60)]
    found = views([*said, '["https://example.org/0", 0, 10, 20, 99, 0.5]'], [])
    assert len(found) == 50
    assert (found[0].lcp, found[0].cls) == (timedelta(milliseconds=99), 0.5)


def test_a_page_seen_twice_belongs_to_the_step_in_which_it_was_opened() -> None:
    told = [f'["https://example.org/{page}", {at}, 1, 1, 1, 0]' for at, page in enumerate("abab")]
    opened = [Opened(f"https://example.org/{page}", step) for page, step in
              [("a", "1"), ("a#x", "2"), ("b", "3"), ("a", "4"), ("c", "5")]]  # fmt: skip
    assert [view.step for view in views(told, opened)] == ["1", "3", "4", ""]
