"""What a run tells, and shows, of what it was told in confidence."""

from __future__ import annotations

import pytest

from probes.browser import Browsers, Failure, Visit
from probes.result import Outcome, Reason
from tests.probes.browser.runs import failed, travel

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_no_secret_is_told(browsers: Browsers, odd: str) -> None:
    async def journey(visit: Visit) -> None:
        word = visit.secret("word")
        async with visit.step(f"say {word}"):
            await visit.page.goto(f"{visit.url}/cookie")
            raise Failure(Reason.TEXT_MISSING, f"no {word} there")

    result = await travel(browsers, journey, odd)
    assert result.summary == "no *** there"
    assert [step.name for step in result.steps] == ["say ***"]


async def test_a_page_that_shows_a_secret_is_not_pictured(browsers: Browsers, odd: str) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.set_content(f"<p>{visit.secret('word').replace('&', '&amp;')}</p>")
        raise Failure(Reason.TEXT_MISSING, "nothing")

    result = await travel(browsers, journey, odd)
    assert (result.outcome, result.artefacts) == (Outcome.FAIL, ())


async def test_fields_that_hold_a_secret_are_covered_in_the_picture(browsers: Browsers) -> None:
    async def shows(visit: Visit, value: str) -> None:
        await visit.page.set_content("<input id=open><input type=password>")
        await visit.page.fill("#open", value)
        await visit.page.fill("[type=password]", "as many stars as there are letters")
        raise Failure(Reason.TEXT_MISSING, "nothing")

    async def open_word(visit: Visit) -> None:
        await shows(visit, visit.secret("word"))

    async def other_word(visit: Visit) -> None:
        await shows(visit, "nothing to hide")

    covered, shown = [await travel(browsers, journey) for journey in (open_word, other_word)]
    assert failed(covered, Reason.TEXT_MISSING)
    assert failed(shown, Reason.TEXT_MISSING)
    assert len(covered.artefacts[0].content) < len(shown.artefacts[0].content)


async def test_the_words_on_the_page_are_told_without_secrets(browsers: Browsers) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.set_content(f"<h1>Sorry</h1><p>{visit.secret('word')} is wrong</p>")
        raise Failure(Reason.TEXT_MISSING, "nothing")

    result = await travel(browsers, journey)
    assert result.excerpt == "Sorry\n*** is wrong"
