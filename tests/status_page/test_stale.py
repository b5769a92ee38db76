"""A page that nobody updates says so; a page that is updated keeps up by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from playwright.sync_api import Browser, expect

from tests.status_page.browsing import SECOND, Site, needs_browser, visiting
from tests.status_page.examples import NOW, lived_in, one_down

pytestmark = needs_browser


def test_a_page_that_nobody_updates_says_so(browser: Browser, site: Site) -> None:
    site.publish(lived_in())
    with visiting(browser, site.address) as tab:
        banner = tab.get_by_role("alert")
        expect(banner).to_be_hidden()
        expect(tab).to_have_title("✓ Everything works · Example status")
        tab.clock.run_for(6 * 60_000)
        expect(banner).to_have_text(
            "This page has not been updated since 14:03 UTC."
            " The monitor may be down; what you see may no longer be true."
        )
        expect(tab.get_by_role("heading", level=1)).to_have_text(
            "Last we knew: Everything works", use_inner_text=True
        )
        expect(tab).to_have_title("? Not updated · Example status")
        assert "unknown" in str(tab.locator("link[rel=icon]").get_attribute("href"))


def test_a_page_that_is_old_on_arrival_says_so_at_once(browser: Browser, site: Site) -> None:
    site.publish(lived_in())
    with visiting(browser, site.address, at=NOW + timedelta(days=3)) as tab:
        expect(tab.get_by_role("alert")).to_be_visible()


def test_newer_words_come_by_themselves_and_the_reader_keeps_their_place(
    browser: Browser, site: Site
) -> None:
    site.publish(lived_in())
    with visiting(browser, site.address) as tab:
        tab.locator("#days-messages summary").click()
        tab.evaluate("scrollTo(0, 700)")
        site.publish(replace(one_down(), made_at=NOW + 30 * SECOND))
        tab.clock.run_for(65_000)
        expect(tab.get_by_role("heading", level=1)).to_have_text(
            "People cannot upload", use_inner_text=True
        )
        expect(tab).to_have_title("✕ People cannot upload · Example status")
        expect(tab.get_by_role("status")).to_have_text("People cannot upload")
        expect(tab.locator("#days-messages dl")).to_be_visible()
        expect(tab.locator("#days-messages summary")).to_be_focused()
        assert tab.evaluate("scrollY") == 700


def test_a_page_that_recovers_takes_its_banner_back(browser: Browser, site: Site) -> None:
    site.publish(lived_in())
    late = NOW + timedelta(hours=1)
    with visiting(browser, site.address, at=late) as tab:
        expect(tab.get_by_role("alert")).to_be_visible()
        site.publish(replace(lived_in(), made_at=late))
        tab.clock.run_for(65_000)
        expect(tab.get_by_role("alert")).to_be_hidden()
        expect(tab).to_have_title("✓ Everything works · Example status")


def test_a_server_that_answers_nonsense_changes_nothing(browser: Browser, site: Site) -> None:
    site.publish(lived_in())
    with visiting(browser, site.address) as tab:
        (site.folder / "index.html").write_text("<h1>Sign in to the hotel</h1>")
        tab.clock.run_for(65_000)
        expect(tab.get_by_role("heading", level=1)).to_have_text(
            "Everything works", use_inner_text=True
        )
