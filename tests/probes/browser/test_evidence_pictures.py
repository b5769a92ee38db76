"""Pictures of pages that show a secret: as if stars stood there."""

from __future__ import annotations

import html
import json
from functools import partial

import pytest

from probes.browser import Browsers, Failure, Visit
from probes.result import Artefact, Outcome, Reason, Result
from probes.scrub import STARS
from tests.probes.browser.runs import SECRET, alike, travel

pytestmark = pytest.mark.asyncio(loop_scope="module")

HALF = len(SECRET) // 2
SHOWN = {
    "as text": "<p>WORD</p>",
    "among other text": "<p>You said WORD, which is wrong</p>",
    "in a field": "<input size=40 value='WORD'>",
    "in a field that was filled": "<input size=40 id=filled>",
    "in a text area": "<textarea>WORD</textarea>",
    "on a button": "<input type=submit value='WORD'>",
    "as a hint": "<input size=40 placeholder='WORD'>",
    "from an attribute": "<style>p::after { content: attr(data-said) }</style><p data-said='WORD'>",
    "in a frame": "<iframe srcdoc='<p>WORD</p>'></iframe>",
    "in a component": "<div><template shadowrootmode=open><b>WORD</b></template></div>",
    "among options": "<select><option>WORD</option></select>",
}
SPLIT = f"<p>one <b>{html.escape(SECRET[:HALF])}</b><i>{html.escape(SECRET[HALF:])}</i> two</p>"
CLOSED = "<div><template shadowrootmode=closed><b>WORD</b></template></div>"
PAINTED = "<style>p::after { content: 'WORD' }</style><p>"
RESTLESS = "<p id=p></p><script>setInterval(() => { p.textContent = WORD; }, 1)</script>"


async def _shows(visit: Visit, page: str, word: str) -> None:
    await visit.page.set_content(page.replace("WORD", html.escape(word)))
    if "filled" in page:
        await visit.page.locator("#filled").fill(word)
    raise Failure(Reason.TEXT_MISSING, "nothing")


def picture(result: Result) -> bytes | None:
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.TEXT_MISSING), result
    found = [a.content for a in result.artefacts if a.name == "screenshot.png"]
    return found[0] if found else None


async def test_stars_stand_where_a_page_shows_a_secret(browsers: Browsers) -> None:
    everything = "\n".join(SHOWN.values())
    shown, stars = [
        picture(await travel(browsers, partial(_shows, page=everything, word=word)))
        for word in (SECRET, STARS)
    ]
    assert shown is not None
    assert stars is not None
    assert alike(shown, stars)


@pytest.mark.parametrize("page", [SHOWN["as text"], SHOWN["in a field that was filled"]])
async def test_what_is_no_secret_is_shown(browsers: Browsers, page: str) -> None:
    shown, stars = [
        picture(await travel(browsers, partial(_shows, page=page, word=word)))
        for word in ("nothing to hide", STARS)
    ]
    assert shown is not None
    assert stars is not None
    assert not alike(shown, stars)


async def test_a_secret_that_goes_over_several_texts_is_hidden(browsers: Browsers) -> None:
    stars = f"<p>one <b>{STARS}</b><i>{STARS}</i> two</p>"
    shown, hidden = [
        picture(await travel(browsers, partial(_shows, page=page, word="")))
        for page in (SPLIT, stars)
    ]
    assert shown is not None
    assert hidden is not None
    assert alike(shown, hidden)


@pytest.mark.parametrize("page", [CLOSED, PAINTED], ids=["in a closed component", "by its style"])
async def test_what_cannot_be_hidden_is_not_pictured(browsers: Browsers, page: str) -> None:
    result = await travel(browsers, partial(_shows, page=page, word=SECRET))
    assert picture(result) is None
    assert "page.json" in [a.name for a in result.artefacts]


async def test_a_page_that_keeps_saying_it_is_made_to_hold_still(browsers: Browsers) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.set_content(RESTLESS.replace("WORD", json.dumps(SECRET)))
        await visit.page.get_by_text(SECRET).wait_for()
        raise Failure(Reason.TEXT_MISSING, "nothing")

    assert picture(await travel(browsers, journey)) is not None


async def test_a_journey_goes_on_with_the_page_as_it_was(browsers: Browsers) -> None:
    taken: list[Artefact] = []

    async def journey(visit: Visit) -> None:
        await visit.page.set_content(f"<p>{html.escape(SECRET)}</p><input id=said>")
        await visit.page.fill("#said", SECRET)
        await visit.screenshot("both")
        taken.extend(visit.pictures)
        assert await visit.page.locator("p").inner_text() == SECRET
        assert await visit.page.locator("#said").input_value() == SECRET
        await visit.page.evaluate("p => { document.querySelector('p').textContent = p }", STARS)
        await visit.page.fill("#said", STARS)
        await visit.screenshot("both")
        taken.append(visit.pictures[-1])

    assert (await travel(browsers, journey)).outcome is Outcome.PASS
    assert alike(taken[0].content, taken[1].content)
