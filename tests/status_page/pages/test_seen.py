"""The pages behind the first one as people meet them: in a real browser, by keyboard, by ear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from starlette.staticfiles import StaticFiles

from tests.status_page.browsing import Site, needs_browser, visiting
from tests.status_page.inside.worlds import operated
from tests.status_page.pages import lives
from tests.support.serve import serving

pytestmark = needs_browser
PATHS = (
    "components/uploads/index.html",
    "incidents/i2/index.html",
    "history/2026-11/index.html",
    "about/index.html",
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("public")
    page = lives.lived_in(languages=("en", "ar"), environment="staging")
    Site(folder, "").publish(page)
    Site(folder / "inside", "").publish(operated(languages=("en", "ar")))
    with serving(StaticFiles(directory=folder, html=True)) as address:
        yield address


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_sticks_out(browser: Browser, published: str, width: int) -> None:
    with visiting(browser, published, width=width) as tab:
        for path in (
            *PATHS,
            "maintenance/w2/index.html",
            "ar/components/uploads/index.html",
            "ar/incidents/i2/index.html",
            "inside/index.html",
            "inside/components/uploads/index.html",
            "inside/incidents/i1/index.html",
            "inside/ar/index.html",
        ):
            tab.goto(f"{published}/{path}")
            wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert tab.evaluate(wider) == 0, path


def test_no_page_breaks_its_own_policy_or_asks_a_third_party(
    browser: Browser, published: str
) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    with visiting(browser, published) as tab:
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        for path in PATHS:
            tab.goto(f"{published}/{path}")
            tab.wait_for_load_state("load")
    assert complaints == []
    assert [url for url in asked if not url.startswith(published)] == []


def test_without_javascript_everything_is_there(browser: Browser, published: str) -> None:
    options: dict[str, Any] = {"java_script_enabled": False}
    context = browser.new_context(**options)
    try:
        tab = context.new_page()
        tab.goto(f"{published}/components/uploads/index.html")
        expect(tab.get_by_role("heading", level=1)).to_have_text("Uploads")
        expect(tab.get_by_role("img", name="How long it takes").first).to_be_visible()
        tab.get_by_text("10 days stand out").click()
        expect(tab.get_by_text("12–13 Oct")).to_be_visible()
    finally:
        context.close()


def test_the_keyboard_reaches_folds_and_wide_tables(browser: Browser, published: str) -> None:
    with visiting(browser, f"{published}/components/uploads/index.html", width=360) as tab:
        fold = tab.locator("summary", has_text="10 days stand out")
        fold.focus()
        tab.keyboard.press("Enter")
        expect(tab.get_by_text("12–13 Oct")).to_be_visible()
        table = tab.get_by_role("group", name="By month")
        table.focus()
        expect(table).to_be_focused()
        tab.keyboard.press("ArrowRight")


def test_the_chart_is_told_to_those_who_do_not_see_it(browser: Browser, published: str) -> None:
    with visiting(browser, f"{published}/components/uploads/index.html") as tab:
        picture = tab.get_by_role("img", name="How long it takes").first
        expect(picture).to_have_accessible_description(
            "From 14 Nov to 21 Nov: half of the runs within 150 ms to 290 ms, 95 % within 512 ms."
            " No run that counts in 7 hours of it."
        )
