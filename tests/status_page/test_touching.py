"""The page under a pointer, a finger and a keyboard, and on a wall without any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Locator, expect

from status_page import LANGUAGES, Page
from tests.status_page.browsing import Site, needs_browser, visiting
from tests.status_page.examples import (
    EXAMPLES,
    lived_in,
    one_down,
    right_to_left,
    two_hundred,
)

pytestmark = needs_browser
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def at_day(bars: Locator, back: int, days: int = 90) -> tuple[float, float]:
    """Where on the screen the day is that was *back* days ago."""
    bars.scroll_into_view_if_needed()
    box = bars.bounding_box()
    assert box is not None
    return box["x"] + box["width"] * (days - back - 0.5) / days, box["y"] + box["height"] / 2


@pytest.mark.parametrize(("width", "days"), [(375, 30), (1280, 90)])
def test_the_day_under_the_pointer_is_told(
    width: int, days: int, browser: Browser, site: Site
) -> None:
    site.show(lived_in())
    with visiting(browser, site.address, width=width) as tab:
        tab.locator("#component-messages").scroll_into_view_if_needed()
        tab.mouse.move(*at_day(tab.locator("#component-uploads .bars"), 12, days))
        told = tab.locator("#page-day")
        expect(told).to_have_text("Mon 9 NovemberDown for 23 minutes · People cannot upload.")
        box = told.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= width - box["width"]
        bars = tab.locator("#component-uploads .bars").bounding_box()
        assert bars is not None
        assert box["y"] >= bars["y"] + bars["height"]  # the verdict above stays in sight
        tab.mouse.move(*at_day(tab.locator("#component-library .bars"), 29, days))
        expect(told).to_have_text("Fri 23 OctoberNot watched yet")
        tab.mouse.move(2, 2)
        expect(told).to_be_hidden()


def test_a_tap_tells_the_day_where_nothing_hovers(browser: Browser, site: Site) -> None:
    site.show(lived_in())
    with visiting(browser, site.address, width=375, has_touch=True, is_mobile=True) as tab:
        tab.touchscreen.tap(*at_day(tab.locator("#component-uploads .bars"), 12, 30))
        expect(tab.locator("#page-day")).to_contain_text("Down for 23 minutes")
        tab.get_by_role("heading", level=1).tap()
        expect(tab.locator("#page-day")).to_be_hidden()


@pytest.mark.parametrize(
    ("example", "back"), [(lived_in, "ArrowLeft"), (right_to_left, "ArrowRight")]
)
def test_the_keyboard_walks_the_days(
    example: Callable[[], Page], back: str, browser: Browser, site: Site
) -> None:
    site.show(example())
    with visiting(browser, site.address) as tab:
        tab.locator("#component-uploads h3 a").focus()
        tab.keyboard.press("Tab")
        bars = tab.locator("#component-uploads .bars")
        expect(bars).to_be_focused()
        expect(tab.locator("#page-day")).to_be_visible()
        tab.keyboard.press("PageDown")
        for _ in range(5):
            tab.keyboard.press(back)
        assert bars.get_attribute("aria-valuenow") == "77"
        assert "23" in str(bars.get_attribute("aria-valuetext"))
        tab.keyboard.press("Home")
        assert bars.get_attribute("aria-valuenow") == "0"
        tab.keyboard.press("Escape")
        expect(tab.locator("#page-day")).to_be_hidden()


def test_a_screen_reader_meets_landmarks_headings_and_days(browser: Browser, site: Site) -> None:
    site.show(one_down())
    with visiting(browser, site.address) as tab:
        for role in ("banner", "main", "contentinfo"):
            expect(tab.locator("body").get_by_role(role)).to_have_count(1)
        expect(tab.get_by_role("region")).to_have_count(6)
        expect(tab.get_by_role("heading", level=2)).to_have_text(
            ["Happening now", "Your account", "Sharing", "For developers", "Past incidents"]
        )
        bars = tab.locator("#component-uploads .bars")
        expect(bars).to_have_attribute("aria-label", "Uploads: 90 days, 99.082\u00a0% uptime")
        expect(tab.locator("#component-uploads tr").first).to_have_text(
            "21 NovDown · People cannot upload."
        )


def test_the_keyboard_reaches_every_fold_and_shows_where_it_is(
    browser: Browser, site: Site
) -> None:
    site.show(two_hundred())
    with visiting(browser, site.address) as tab:
        fold = tab.locator(".fold > summary").first
        fold.focus()
        tab.keyboard.press("Enter")
        expect(tab.locator("#component-service-number-1")).to_be_visible()
        tab.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement).outlineStyle"
        assert tab.evaluate(style) == "solid"
        box = fold.bounding_box()
        assert box is not None
        assert box["height"] >= 24


@pytest.mark.parametrize("name", ["troubled", "two-hundred", "all-up"])
def test_the_wall_needs_no_hand(name: str, browser: Browser, site: Site) -> None:
    site.show(EXAMPLES[name]())
    with visiting(browser, f"{site.address}?wall", width=1600) as tab:
        sheet = tab.locator("#page-sheet").bounding_box()
        assert sheet is not None
        assert sheet["height"] <= 800
        assert tab.evaluate(TOO_WIDE) <= 0
        expect(tab.locator(".top, .bottom, .past").locator("visible=true")).to_have_count(0)
        size = tab.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
        assert size >= 14
        for row in tab.locator(".row:not(.row-up)").all():
            expect(row).to_be_visible()
        worst = tab.locator(".row").first
        assert name == "all-up" or "row-up" not in str(worst.get_attribute("class"))


def test_the_language_follows_the_reader_until_they_choose(browser: Browser, site: Site) -> None:
    site.show(replace(one_down(), languages=LANGUAGES))
    with visiting(browser, site.address, locale="de-AT") as tab:
        tab.wait_for_url("**/de/index.html")
        expect(tab.locator("html")).to_have_attribute("lang", "de")
        tab.get_by_role("link", name="English").click()
        expect(tab.locator("html")).to_have_attribute("lang", "en")
        tab.goto(site.address)
        expect(tab.locator("#as-of")).to_contain_text("As of")
    with visiting(browser, f"{site.address}?lang=en", locale="de-AT") as tab:
        expect(tab.locator("html")).to_have_attribute("lang", "en")
    with visiting(browser, site.address, locale="nl-NL") as tab:
        expect(tab.locator("html")).to_have_attribute("lang", "en")


def test_print_leaves_out_what_cannot_be_pressed(browser: Browser, site: Site) -> None:
    site.show(one_down())
    with visiting(browser, site.address) as tab:
        tab.emulate_media(media="print")
        expect(tab.locator(".top nav")).to_be_hidden()
        expect(tab.locator("#days-api table")).to_be_visible()
