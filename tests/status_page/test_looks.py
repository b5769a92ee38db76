"""The page in a real browser: measured where it can be measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, expect

from status_page import LANGUAGES, Condition, Page
from tests.status_page.browsing import SECOND, Site, needs_browser, visiting
from tests.status_page.examples import (
    EXAMPLES,
    NOW,
    component,
    incident,
    lived_in,
    one_down,
    page,
    right_to_left,
    two_hundred,
)

pytestmark = needs_browser
WIDTHS = (320, 768, 1440, 2560)

# For each text that shows: its contrast with the ground behind it, by the formula of WCAG 2.
CONTRASTS = """() => {
  const parse = (said) => (said.match(/[\\d.]+/g) || []).map(Number);
  const luminance = (rgb) => rgb.slice(0, 3)
    .map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (found) => {
    for (let at = found; at; at = at.parentElement) {
      const paint = parse(getComputedStyle(at).backgroundColor);
      if (paint.length === 3 || paint[3] > 0) return paint;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !holder.checkVisibility()) continue;
    if (holder.closest(".unseen, .bars, [hidden], noscript, style, script")) continue;
    const one = luminance(parse(getComputedStyle(holder).color));
    const other = luminance(ground(holder));
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    found.push([walk.currentNode.data.trim(), ratio]);
  }
  return found;
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def hostile() -> Page:
    long, wide = "W" * 500, "تسجيل الدخول 👩‍🚀 " * 20
    rows = (
        replace(component(long, Condition.DOWN, says=long, group=wide), id="long"),
        replace(component(wide, Condition.UNKNOWN), id="wide"),
    )
    trouble = (
        incident(1, long, wide, long, back=0, minutes=None),
        incident(2, wide, long, back=3, minutes=50),
    )
    return replace(page(*rows, incidents=trouble), title=long, environment=wide + long)


@pytest.mark.parametrize("name", [*EXAMPLES, "hostile"])
def test_nothing_has_to_be_scrolled_sideways(name: str, browser: Browser, site: Site) -> None:
    site.show(EXAMPLES.get(name, hostile)())
    with visiting(browser, site.address) as tab:
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 800})
            assert tab.evaluate(TOO_WIDE) <= 0, width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("age", [SECOND, timedelta(hours=1)], ids=["fresh", "stale"])
def test_every_text_can_be_read(scheme: str, age: timedelta, browser: Browser, site: Site) -> None:
    site.show(EXAMPLES["troubled"]())
    with visiting(browser, site.address, at=NOW + age, color_scheme=scheme) as tab:
        tab.evaluate("document.querySelectorAll('details').forEach((found) => found.open = true)")
        found = tab.evaluate(CONTRASTS)
    assert len(found) > 50
    assert [(text, ratio) for text, ratio in found if ratio < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_bar_stands_out_from_its_card(scheme: str, browser: Browser, site: Site) -> None:
    site.show(one_down())
    with visiting(browser, site.address, color_scheme=scheme) as tab:
        for colour in ("--up", "--slow", "--down", "--gap", "--plan"):
            tab.evaluate(
                "(name) => { const at = document.createElement('p'); at.textContent = name;"
                " at.style.color = `var(${name})`; document.querySelector('.row').append(at) }",
                colour,
            )
        found = {text: ratio for text, ratio in tab.evaluate(CONTRASTS) if text.startswith("--")}
    assert len(found) == 5
    assert min(found.values()) >= 3, found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["explained", "troubled", "empty", "right-to-left"])
def test_nobody_is_shut_out(name: str, scheme: str, browser: Browser, site: Site) -> None:
    site.show(EXAMPLES[name]())
    with visiting(browser, site.address, color_scheme=scheme, bypass_csp=True) as tab:
        tab.evaluate("document.querySelectorAll('details').forEach((found) => found.open = true)")
        found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()


def test_without_javascript_everything_can_be_read(browser: Browser, site: Site) -> None:
    site.show(one_down())
    with visiting(browser, site.address, java_script_enabled=False) as tab:
        expect(tab.get_by_role("heading", level=1)).to_have_text(
            "People cannot upload.", use_inner_text=True
        )
        expect(tab.get_by_role("alert")).to_be_hidden()
        stamp = tab.frame_locator("#as-of iframe")
        expect(stamp.locator("body")).to_contain_text("As of Saturday, 21 November 2026, 14:03 UTC")
        tab.locator("#days-api summary").press("Enter")
        expect(tab.locator("#days-api table")).to_contain_text("Not watched")


def test_no_request_leaves_the_page_and_nothing_is_refused(browser: Browser, site: Site) -> None:
    site.show(one_down())
    asked: list[str] = []
    said: list[str] = []
    with visiting(browser, site.address) as tab:
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.reload()
        tab.clock.run_for(65_000)
        expect(tab.locator("#as-of")).to_contain_text("As of")
    assert len(asked) >= 2
    assert all(url.startswith(site.address) for url in asked)
    assert said == []


def test_the_page_works_from_a_folder_too(browser: Browser, site: Site) -> None:
    site.show(one_down())
    with visiting(browser, (site.folder / "index.html").as_uri()) as tab:
        style = "(at) => getComputedStyle(at).borderRadius"
        assert tab.locator(".card").first.evaluate(style) == "14px"
        expect(tab.frame_locator("#as-of iframe").locator("body")).to_contain_text("14:03 UTC")
        tab.clock.run_for(6 * 60_000)
        expect(tab.get_by_role("alert")).to_be_visible()


def test_visitors_elsewhere_see_their_own_time(browser: Browser, site: Site) -> None:
    site.show(one_down())
    with visiting(browser, site.address, timezone_id="Asia/Kolkata") as tab:
        expect(tab.locator("#as-of")).to_have_text("As of 19:33, your time")
        expect(tab.locator(".open .when")).to_have_text("Since 13:51 UTC (19:21 your time)")


@pytest.mark.parametrize(("width", "days"), [(320, 30), (768, 60), (1280, 90)])
def test_a_narrow_screen_shows_fewer_days_and_says_since_when(
    width: int, days: int, browser: Browser, site: Site
) -> None:
    site.show(lived_in())
    with visiting(browser, site.address, width=width) as tab:
        row = tab.locator("#component-uploads")
        shown = "(at) => 90 * at.clientWidth / at.firstElementChild.getBoundingClientRect().width"
        assert row.locator(".bars").evaluate(shown) == pytest.approx(days)
        expect(row.locator(".from span:visible")).to_have_text(f"{days} days ago")


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
        tab.mouse.move(*at_day(tab.locator("#component-uploads .bars"), 12, days))
        told = tab.locator("#page-day")
        expect(told).to_have_text("Mon 9 NovemberDown for 23 minutes")
        box = told.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= width - box["width"]
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
    example: type[Page], back: str, browser: Browser, site: Site
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
        expect(tab.locator("#component-uploads tr").first).to_have_text("21 NovDown")


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
