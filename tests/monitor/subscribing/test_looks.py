"""The pages for subscribers as people and their aids see them: no scripts, both grounds, valid."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # has no types
from playwright.sync_api import Browser, Page, expect, sync_playwright

from monitor.server.subscribing import shown
from status_page import Asset, Look
from status_page.subscribing import Links, about, confirming, telling
from status_page.subscribing.sheet import Sheet
from status_page.subscribing.sheets import Sheets
from status_page.tongue import tongue
from tests.monitor.subscribing.test_news import told
from tests.monitor.subscribing.world import a_page, an_outage, words
from tests.status_page.browsing import CHROMIUM, needs_browser

LINKS = Links("https://trueup.example.org/m", "https://trueup.example.org/u", "https://e.org/c")
PAGE = a_page()
SQUARE = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
LOOK = Look(
    logo=Asset("logo.svg", SQUARE, "image/svg+xml"),
    colours={"ground": "#fff8e7", "down": "#cc0000"},
    colours_dark={"ground": "#001122"},
)
SENDER = replace(about(PAGE, ""), languages=("en", "de", "ar"), environment="staging")

# Letters name no colours. Axe takes the ground that a browser itself makes dark for white.
OF_LETTERS = {"rules": {"color-contrast": {"enabled": False}}}


def _sheets() -> dict[str, Sheet]:
    english, arabic = Sheets(SENDER, tongue("en")), Sheets(SENDER, tongue("ar"))
    problem = ("email", english.bad_mail())
    return {
        "form": english.form(PAGE.components, mails=True, typed="<b>", problem=problem),
        "arabic": arabic.form(PAGE.components, mails=True),
        "manage": english.manage(
            PAGE.components,
            ("uploads",),
            news=english.saved(),
            secret="ab" * 32,
            save="",
            leave="x",
        ),
        "leave": english.leave(),
        "expired": english.expired(),
    }


def _documents() -> dict[str, str]:
    found = {name: bytes(shown(sheet, LOOK).body).decode() for name, sheet in _sheets().items()}
    (((news,)),) = told((11, a_page(an_outage(words(10, "A *disk* is full.")))))
    found["letter"] = telling(news, tongue("ar"), LINKS).html
    found["asking"] = confirming(SENDER, tongue("de"), LINKS).html
    return found


DOCUMENTS = _documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_valid_html(name: str) -> None:
    html5lib.HTMLParser(strict=True).parse(DOCUMENTS[name])


def test_it_has_the_colours_and_the_logo_of_its_page_and_runs_no_other_style() -> None:
    plain, own = (shown(_sheets()["form"], look) for look in (Look(), LOOK))
    style = DOCUMENTS["form"].partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert "#fff8e7" in style
    assert f"style-src 'sha256-{digest}';" in own.headers["content-security-policy"]
    assert plain.headers["content-security-policy"] != own.headers["content-security-policy"]
    assert "data:image/svg+xml;base64," in DOCUMENTS["form"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM)
        yield found
        found.close()


@needs_browser
@pytest.mark.parametrize("ground", ["light", "dark"])
def test_nobody_is_kept_out_by_how_it_looks(browser: Browser, ground: str) -> None:
    context = browser.new_context(color_scheme="dark" if ground == "dark" else "light")
    page = context.new_page()
    for name in ("form", "arabic", "manage", "letter", "asking"):
        page.set_content(DOCUMENTS[name])
        report = Axe().run(page, options=OF_LETTERS if name in ("letter", "asking") else None)
        assert report.violations_count == 0, f"{name}: {report.generate_report()}"
    context.close()


@needs_browser
def test_components_are_shown_to_whoever_wants_to_choose_without_any_script(
    browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page: Page = context.new_page()
    page.set_content(DOCUMENTS["form"])
    box = page.get_by_label("Messages")
    expect(box).to_be_hidden()
    page.get_by_label("Only what I choose").press("Space")
    expect(box).to_be_visible()
    box.press("Space")
    expect(box).to_be_checked()
    context.close()
