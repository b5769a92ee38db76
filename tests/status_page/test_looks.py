"""The page in a real browser: measured where it can be measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from status_page import Condition, Page
from tests.status_page.browsing import SECOND, Site, needs_browser, visiting
from tests.status_page.examples import EXAMPLES, NOW, component, incident, lived_in, one_down, page

pytestmark = needs_browser
WIDTHS = (320, 375, 768, 1280)

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
    if (holder.closest(".unseen, .bars")) continue;
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
        component(long, Condition.DOWN, says=long, group=wide),
        component(wide, Condition.UNKNOWN),
    )
    trouble = (
        incident(1, long, wide, long, back=0, minutes=None),
        incident(2, wide, long, back=3, minutes=50),
    )
    return replace(page(*rows, incidents=trouble), title=long, environment=wide + long)


@pytest.mark.parametrize("name", [*EXAMPLES, "hostile"])
def test_nothing_has_to_be_scrolled_sideways(name: str, browser: Browser, site: Site) -> None:
    site.publish(EXAMPLES.get(name, hostile)())
    with visiting(browser, site.address) as tab:
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 800})
            assert tab.evaluate(TOO_WIDE) <= 0, width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("age", [SECOND, timedelta(hours=1)], ids=["fresh", "stale"])
def test_every_text_can_be_read(scheme: str, age: timedelta, browser: Browser, site: Site) -> None:
    site.publish(EXAMPLES["troubled"]())
    with visiting(browser, site.address, at=NOW + age, color_scheme=scheme) as tab:
        tab.evaluate("document.querySelectorAll('details').forEach((found) => found.open = true)")
        found = tab.evaluate(CONTRASTS)
    assert len(found) > 50
    assert [(text, ratio) for text, ratio in found if ratio < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_bar_stands_out_from_its_card(scheme: str, browser: Browser, site: Site) -> None:
    site.publish(one_down())
    paint = "(name) => { const at = document.createElement('p'); at.style.color = name; return at }"
    with visiting(browser, site.address, color_scheme=scheme) as tab:
        for colour in ("--up", "--slow", "--down", "--gap"):
            tab.evaluate(
                f"(name) => {{ const at = ({paint})(`var(${{name}})`); at.textContent = name;"
                " document.querySelector('.row').append(at) }",
                colour,
            )
        found = {text: ratio for text, ratio in tab.evaluate(CONTRASTS) if text.startswith("--")}
    assert len(found) == 4
    assert min(found.values()) >= 3, found


def test_without_javascript_everything_can_be_read(browser: Browser, site: Site) -> None:
    site.publish(one_down())
    with visiting(browser, site.address, java_script_enabled=False) as tab:
        expect(tab.get_by_role("heading", level=1)).to_have_text(
            "People cannot upload", use_inner_text=True
        )
        expect(tab.get_by_role("alert")).to_be_hidden()
        expect(tab.get_by_text("If that is more than 5 minutes ago")).to_be_visible()
        tab.locator("#days-api summary").press("Enter")
        expect(tab.locator("#days-api dl")).to_contain_text("not watched")


def test_no_request_leaves_the_page_and_nothing_is_refused(browser: Browser, site: Site) -> None:
    site.publish(one_down())
    asked: list[str] = []
    said: list[str] = []
    with visiting(browser, site.address) as tab:
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.reload()
        tab.clock.run_for(65_000)
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
    assert len(asked) >= 3
    assert all(url.startswith(site.address) for url in asked)
    assert said == []


def test_the_page_works_from_a_folder_too(browser: Browser, site: Site) -> None:
    site.publish(one_down())
    late = NOW + timedelta(hours=1)
    with visiting(browser, (site.folder / "index.html").as_uri(), at=late) as tab:
        expect(tab.get_by_role("alert")).to_be_visible()
        assert (
            tab.locator(".card").first.evaluate("(at) => getComputedStyle(at).borderRadius")
            == "14px"
        )


def test_visitors_elsewhere_see_their_own_time_beside(browser: Browser, site: Site) -> None:
    site.publish(one_down())
    with visiting(browser, site.address, timezone_id="Asia/Kolkata", locale="en-GB") as tab:
        expect(tab.locator(".made")).to_have_text(
            "Data from 14:03:22 UTC on 21 November 2026 (19:33 your time)"
        )


@pytest.mark.parametrize(("width", "days"), [(320, 30), (375, 30), (768, 60), (1280, 90)])
def test_a_narrow_screen_shows_fewer_days_and_says_from_when(
    width: int, days: int, browser: Browser, site: Site
) -> None:
    site.publish(lived_in())
    begins = {30: "23 Oct", 60: "23 Sep", 90: "24 Aug"}[days]
    with visiting(browser, site.address, width=width) as tab:
        row = tab.locator("#component-uploads")
        assert row.locator("li:visible").count() == days
        expect(row.locator(".from span:visible")).to_have_text(begins)


@pytest.mark.parametrize("width", [375, 1280])
def test_the_day_under_the_pointer_is_told(width: int, browser: Browser, site: Site) -> None:
    site.publish(lived_in())
    with visiting(browser, site.address, width=width) as tab:
        bar = tab.locator("#component-uploads li.d2")
        bar.hover(force=True)
        told = bar.locator("b")
        expect(told).to_have_text("9 Nov: down for 23 minutes")
        box = told.bounding_box()
        assert box is not None
        assert box["width"] > 100
        assert 0 <= box["x"] <= width - box["width"]


def test_a_tap_tells_the_day_where_nothing_hovers(browser: Browser, site: Site) -> None:
    site.publish(lived_in())
    with visiting(browser, site.address, width=375, has_touch=True, is_mobile=True) as tab:
        bar = tab.locator("#component-uploads li.d2")
        told = bar.locator("b")
        bar.tap(force=True)
        box = told.bounding_box()
        assert box is not None
        assert box["width"] > 100
        tab.get_by_role("heading", level=1).tap()
        box = told.bounding_box()
        assert box is not None
        assert box["width"] == 1


def test_a_screen_reader_meets_landmarks_headings_and_days(browser: Browser, site: Site) -> None:
    site.publish(one_down())
    with visiting(browser, site.address) as tab:
        for role in ("banner", "main", "contentinfo"):
            expect(tab.locator("body").get_by_role(role)).to_have_count(1)
        regions = tab.get_by_role("region")
        expect(regions).to_have_count(6)
        expect(tab.get_by_role("heading", level=2)).to_have_text(
            ["Happening now", "Your account", "Sharing", "For developers", "Past incidents"]
        )
        listed = tab.locator("#component-uploads").get_by_role("list", name="Day by day")
        expect(listed.get_by_role("listitem")).to_have_count(90)
        expect(listed.get_by_role("listitem").last).to_have_text("21 Nov: down for 12 minutes")


def test_the_keyboard_reaches_every_fold_and_shows_where_it_is(
    browser: Browser, site: Site
) -> None:
    site.publish(lived_in())
    with visiting(browser, site.address) as tab:
        folds = tab.locator("summary").count()
        for at in range(folds):
            tab.keyboard.press("Tab")
            expect(tab.locator("summary").nth(at)).to_be_focused()
        style = "getComputedStyle(document.activeElement).outlineStyle"
        assert tab.evaluate(style) == "solid"
        box = tab.locator("summary").last.bounding_box()
        assert box is not None
        assert box["height"] >= 24
