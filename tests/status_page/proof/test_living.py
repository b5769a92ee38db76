"""Pages that are left open for hours: news come by themselves, silence is said, on any page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from playwright.sync_api import Browser, expect

import status_page
from status_page import Condition, Look
from tests.status_page.browsing import SECOND, Site, needs_browser, visiting
from tests.status_page.examples import EXAMPLES, NOW, all_up, troubled
from tests.status_page.pages import lives
from tests.status_page.proof.hostile import WORDS, together
from tests.status_page.proof.published import TOO_WIDE, serving_folder

pytestmark = needs_browser
MINUTE_MS = 60_000
UPLOADS = "components/uploads/index.html"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A folder that tests publish to, one after the other."""
    with serving_folder(tmp_path_factory.mktemp("public")) as found:
        yield found


def small(at: datetime = NOW, **facts: object) -> status_page.Page:
    """One component with a past, in two languages."""
    thing = replace(lives.component(), **facts)  # type: ignore[arg-type]  # any of its fields
    return lives.page(thing, made_at=at, languages=("en", "de"))


def test_a_page_behind_the_first_one_keeps_up_in_its_own_language(
    browser: Browser, folder: Site
) -> None:
    folder.publish(small())
    with visiting(browser, f"{folder.address}de/{UPLOADS}", locale="de-DE") as tab:
        expect(tab.locator("#as-of")).to_contain_text("14:03")
        fold = tab.locator("summary").first
        fold.focus()
        tab.keyboard.press("Enter")
        tab.evaluate("window.same = true")
        folder.publish(small(NOW + 30 * SECOND, condition=Condition.DOWN, since=NOW))
        tab.clock.run_for(65_000)
        expect(tab.locator("main")).to_contain_text("Ausgefallen seit 14:03 UTC")
        assert tab.evaluate("window.same")
        expect(tab.locator("details").first).to_have_attribute("open", "")
        expect(tab.locator("summary").first).to_be_focused()
        icon = str(tab.locator("link[rel=icon]").get_attribute("href"))
        assert "favicon-down" in icon


def test_a_page_behind_the_first_one_says_when_nothing_was_heard(
    browser: Browser, folder: Site
) -> None:
    folder.publish(small())
    with visiting(browser, f"{folder.address}{UPLOADS}") as tab:
        expect(tab.locator("#as-of")).to_contain_text("14:03")
        (folder.folder / "as-of.json").unlink()
        tab.clock.run_for(6 * MINUTE_MS)
        expect(tab.get_by_role("alert")).to_contain_text("could not ask for news since 14:0")
        expect(tab.get_by_role("heading", level=1)).to_have_text("Uploads")
        assert tab.title().startswith("? ")
        folder.publish(small(NOW + 6 * 60 * SECOND))
        tab.clock.run_for(35_000)
        expect(tab.get_by_role("alert")).to_be_hidden()


def test_another_style_loads_the_page_anew_and_only_once(browser: Browser, folder: Site) -> None:
    folder.publish(small())
    with visiting(browser, folder.address) as tab:
        expect(tab.locator("#as-of")).to_contain_text("14:03")
        tab.evaluate("window.old = true")
        look = Look(css=".card { border-radius: 3px }")
        folder.publish(replace(small(NOW + 30 * SECOND, condition=Condition.DOWN), look=look))
        with tab.expect_navigation():
            tab.clock.run_for(65_000)
        assert tab.evaluate("window.old") is None
        tab.evaluate("window.old = true")
        tab.clock.run_for(3 * MINUTE_MS)
        assert tab.evaluate("window.old")
        radius = tab.locator(".card").first.evaluate("at => getComputedStyle(at).borderRadius")
        assert radius == "3px"


def test_a_wall_keeps_up_and_stays_without_scrolling(browser: Browser, folder: Site) -> None:
    folder.show(all_up())
    with visiting(browser, f"{folder.address}?wall", width=1920) as tab:
        tab.evaluate("window.same = true")
        folder.show(replace(troubled(), environment="production", made_at=NOW + 30 * SECOND))
        tab.clock.run_for(65_000)
        expect(tab.locator(".row").first).not_to_have_class("row row-up")
        expect(tab.get_by_role("heading", level=1)).to_contain_text("Signing in and Uploads")
        assert tab.evaluate("window.same")
        assert tab.evaluate("document.getElementById('page-sheet').scrollHeight <= innerHeight")
        tab.clock.run_for(6 * MINUTE_MS)
        expect(tab.get_by_role("alert")).to_be_in_viewport()


def test_mischief_runs_nowhere_and_widens_nothing(browser: Browser, folder: Site) -> None:
    folder.publish(together())
    said: list[str] = []
    paths = [f"components/{name}/index.html" for name in WORDS]
    paths += [f"incidents/i{at}/index.html" for at in range(0, len(WORDS), 2)]
    paths += ["maintenance/w1/index.html", "history/index.html", "history/2026-11/index.html"]
    with visiting(browser, "about:blank", width=360) as tab:
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("dialog", lambda dialog: said.append(dialog.message))
        for path in (
            "index.html",
            "index.html?wall",
            "embed/index.html",
            "about/index.html",
            *paths,
        ):
            tab.goto(folder.address + path)
            assert tab.evaluate("window.owned") is None, path
            assert tab.evaluate(TOO_WIDE) <= 0, path
    assert said == []


@pytest.mark.parametrize("name", ["troubled", "right-to-left"])
def test_the_page_shifts_nothing_while_it_comes(name: str, browser: Browser, folder: Site) -> None:
    # Looked at with a real clock, which may show any time: this page is never old.
    folder.show(replace(EXAMPLES[name](), fresh_for=40_000 * lives.DAY))
    moved = """() => new Promise(done => {
      let sum = 0;
      new PerformanceObserver(list => list.getEntries().forEach(each => { sum += each.value; }))
        .observe({type: 'layout-shift', buffered: true});
      requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
    })"""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    try:
        tab = context.new_page()
        tab.goto(folder.address)
        expect(tab.locator("#as-of")).to_contain_text(":")
        assert tab.evaluate(moved) == 0
    finally:
        context.close()
