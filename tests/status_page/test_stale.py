"""A page that nobody updates says so; a page that is updated keeps up by itself."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from tests.status_page.browsing import SECOND, Site, needs_browser, visiting
from tests.status_page.examples import DAY, NOW, lived_in, one_down
from tests.support.serve import serving

pytestmark = needs_browser
SILENT = "The monitor has not reported since {}. What you see may no longer be true."


def headline(tab: Page, said: str) -> None:
    expect(tab.get_by_role("heading", level=1)).to_have_text(said, use_inner_text=True)


def heard(tab: Page) -> None:
    """The stamp has come."""
    expect(tab.locator("#as-of")).to_contain_text("As of")


def test_a_page_that_nobody_updates_says_so(browser: Browser, site: Site) -> None:
    site.show(lived_in())
    with visiting(browser, site.address) as tab:
        heard(tab)
        expect(tab.get_by_role("alert")).to_be_hidden()
        expect(tab).to_have_title("✓ Everything works · Example status")
        tab.clock.run_for(6 * 60_000)
        expect(tab.get_by_role("alert")).to_have_text(SILENT.format("14:03\u00a0UTC"))
        headline(tab, "Last we knew: Everything works.")
        expect(tab).to_have_title("? Not updated · ✓ Everything works · Example status")
        assert "unknown" in str(tab.locator("link[rel=icon]").get_attribute("href"))


def test_a_page_that_is_old_on_arrival_says_so_with_the_day(browser: Browser, site: Site) -> None:
    site.show(lived_in())
    with visiting(browser, site.address, at=NOW + 3 * DAY) as tab:
        expect(tab.get_by_role("alert")).to_have_text(
            SILENT.format("21 November at 14:03\u00a0UTC")
        )
        assert tab.locator(".card").first.evaluate("at => getComputedStyle(at).opacity") == "1"


def test_a_page_from_the_future_says_that_a_clock_is_wrong(browser: Browser, site: Site) -> None:
    site.show(lived_in())
    with visiting(browser, site.address, at=NOW - DAY) as tab:
        expect(tab.get_by_role("alert")).to_contain_text("A clock is wrong")
        headline(tab, "Last we knew: Everything works.")


def test_the_pages_behind_the_first_one_say_so_too(browser: Browser, site: Site) -> None:
    site.publish(lived_in())
    behind = f"{site.address}components/uploads/index.html"
    with visiting(browser, behind) as tab:
        heard(tab)
        expect(tab.get_by_role("alert")).to_be_hidden()
        tab.clock.run_for(6 * 60_000)
        expect(tab.get_by_role("alert")).to_have_text(SILENT.format("14:03\u00a0UTC"))


def test_newer_words_come_by_themselves_and_the_reader_keeps_their_place(
    browser: Browser, site: Site
) -> None:
    site.show(lived_in())
    with visiting(browser, site.address) as tab:
        heard(tab)
        tab.locator("#days-messages summary").click()
        tab.evaluate("scrollTo(0, 700)")
        site.show(replace(one_down(), made_at=NOW + 30 * SECOND))
        tab.clock.run_for(65_000)
        headline(tab, "People cannot upload.")
        expect(tab).to_have_title("✕ People cannot upload · Example status")
        expect(tab.get_by_role("status")).to_have_text("People cannot upload.")
        expect(tab.locator("#days-messages table")).to_be_visible()
        expect(tab.locator("#days-messages summary")).to_be_focused()
        assert tab.evaluate("scrollY") == 700


def test_the_stamp_moves_on_while_the_words_stay(browser: Browser, site: Site) -> None:
    site.show(lived_in())
    asked: list[str] = []
    with visiting(browser, site.address) as tab:
        heard(tab)
        site.show(replace(lived_in(), made_at=NOW + 60 * SECOND))
        tab.on("request", lambda request: asked.append(request.url.removeprefix(site.address)))
        tab.clock.run_for(35_000)
        expect(tab.locator("#as-of")).to_have_text("As of 14:04 UTC")
        assert set(asked) == {"as-of.json"}


def test_a_page_that_recovers_takes_its_banner_back(browser: Browser, site: Site) -> None:
    site.show(lived_in())
    late = NOW + timedelta(hours=1)
    with visiting(browser, site.address, at=late) as tab:
        expect(tab.get_by_role("alert")).to_be_visible()
        site.show(replace(lived_in(), made_at=late))
        tab.clock.run_for(35_000)
        expect(tab.get_by_role("alert")).to_be_hidden()
        expect(tab).to_have_title("✓ Everything works · Example status")
        headline(tab, "Everything works.")


def test_a_server_that_answers_nonsense_changes_nothing_and_is_doubted_in_time(
    browser: Browser, site: Site
) -> None:
    site.show(lived_in())
    with visiting(browser, site.address) as tab:
        heard(tab)
        (site.folder / "index.html").write_text("<h1>Sign in to the hotel</h1>")
        (site.folder / "as-of.json").write_text("<h1>Sign in to the hotel</h1>")
        tab.clock.run_for(65_000)
        headline(tab, "Everything works.")
        tab.clock.run_for(6 * 60_000)
        expect(tab.get_by_role("alert")).to_contain_text("This page could not ask for news since")


def test_a_reader_whose_clock_is_wrong_is_not_told_that_the_page_is_old(
    browser: Browser, tmp_path: Path
) -> None:
    with serving(Dated(tmp_path, NOW + SECOND), date_header=False) as address:
        site = Site(tmp_path, f"{address}/")
        site.show(lived_in())
        with visiting(browser, site.address, at=NOW + 3 * DAY) as tab:
            heard(tab)
            expect(tab.get_by_role("alert")).to_be_hidden()


class Dated:
    """Files from a server whose clock always shows the same."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self._files = StaticFiles(directory=folder, html=True)
        self._date = format_datetime(at, usegmt=True).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def dated(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"date", self._date)]
            await send(message)

        await self._files(scope, receive, dated)
