"""What a run tells, and shows, of what it was told in confidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from probes.browser import Browsers, Errand, Failure, Visit
from probes.result import Reason
from probes.scrub import Scrubber
from probes.scrub.artefacts import clean
from tests.probes.browser.runs import failed, travel
from tests.support.canaries import ODD, told
from tests.support.careless import SESSION, TOKEN, careless_site
from tests.support.serve import serving

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


async def test_no_evidence_of_a_page_that_says_a_secret_in_every_way_tells_it(
    browsers: Browsers,
) -> None:
    async def journey(visit: Visit) -> None:
        page, word = visit.page, visit.secret("word")
        await page.goto(visit.url)
        await page.get_by_label("Password").fill(word)
        async with page.expect_response(lambda answer: "/api" in answer.url):
            await page.get_by_role("button").click()
        visit.warn(f"{word} was typed")
        async with visit.step(f"look for {word}"):
            raise Failure(Reason.TEXT_MISSING, f"{word} is not there")

    with serving(careless_site()) as site:
        errand = Errand(
            journey=journey,
            url=f"{site}/login",
            secrets={"word": ODD, "prefix": ODD[:6]},
            timeout=timedelta(seconds=20),
            keeps_trace=True,
        )
        result = await browsers.run(errand)

    assert result.summary == "*** is not there"
    never = (ODD, ODD[:6], SESSION, TOKEN)
    assert told(repr(result).encode(), never) == []
    for artefact in result.artefacts:
        assert told(artefact.content, never) == [], artefact.name
        assert clean(artefact, Scrubber(never)) is artefact
    assert {"screenshot.png", "console.txt", "trace.zip"} <= {a.name for a in result.artefacts}


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


async def test_a_page_that_shows_the_secrets_of_other_probes_tells_them_no_more_than_its_own(
    browsers: Browsers,
) -> None:
    async def journey(visit: Visit) -> None:
        said = " ".join(visit.params.values())
        await visit.page.goto(visit.url)
        await visit.page.evaluate(
            """said => { document.body.replaceChildren(said); document.title = said;
              console.error(said); return fetch("/" + encodeURIComponent(said)); }""",
            said,
        )
        visit.warn(said)
        async with visit.step(f"look for {said}"):
            raise Failure(Reason.TEXT_MISSING, said)

    others = ("canary-of-another", ODD)
    with serving(careless_site()) as site:
        errand = Errand(
            journey=journey,
            url=f"{site}/login",
            params={"one": others[0], "two": ODD},
            secrets={"word": "what it asks for"},
            timeout=timedelta(seconds=20),
            keeps_trace=True,
        )
        hiding = await browsers.run(replace(errand, hidden=frozenset(others)))
        careless = await browsers.run(errand)

    assert (hiding.summary, hiding.excerpt) == ("*** ***", "*** ***")
    assert told(repr(hiding).encode(), others) == []
    kept = {artefact.name: artefact.content for artefact in hiding.artefacts}
    assert [name for name, content in kept.items() if told(content, others)] == []
    assert {"screenshot.png", "console.txt", "page.json", "trace.zip"} <= kept.keys()
    pictures = [result.artefacts[0] for result in (hiding, careless)]
    assert [picture.name for picture in pictures] == ["screenshot.png"] * 2
    assert len(pictures[0].content) < len(pictures[1].content), "stars instead of two words"
