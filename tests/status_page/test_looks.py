"""The page in a real browser: measured where it can be measured."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from status_page import Condition, Page
from tests.status_page.browsing import SECOND, Site, needs_browser, visiting
from tests.status_page.examples import (
    EXAMPLES,
    NOW,
    component,
    explained,
    incident,
    lived_in,
    one_down,
    page,
    right_to_left,
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


def test_nothing_has_to_be_scrolled_sideways(browser: Browser, site: Site) -> None:
    with visiting(browser, "about:blank") as tab:
        for name, example in {**EXAMPLES, "hostile": hostile}.items():
            site.show(example())
            tab.goto(site.address)
            for width in WIDTHS:
                tab.set_viewport_size({"width": width, "height": 800})
                assert tab.evaluate(TOO_WIDE) <= 0, (name, width)


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
        expect(tab.locator("#as-of")).to_have_text("As of 14:03 UTC (19:33 your time)")
        since = tab.locator(".open .when")
        expect(since).to_have_text("Since 13:51 UTC (19:21 your time · 12 minutes ago)")
        over = tab.locator(".past .when").first
        local = re.compile(r"09:41 to 10:04\sUTC \(15:11.15:34 your time\)")
        expect(over).to_contain_text(local)


def test_words_in_another_direction_stay_on_the_side_of_the_page(
    browser: Browser, site: Site
) -> None:
    site.show(right_to_left())
    with visiting(browser, site.address) as tab:
        words = tab.locator(".open .prose p").first
        assert words.evaluate("at => getComputedStyle(at).textAlign") == "right"


def test_a_list_and_a_bold_word_in_an_update_look_as_they_do_anywhere(
    browser: Browser, site: Site
) -> None:
    found = explained()
    newest, *rest = found.incidents
    words = "We **know** of:\n\n- one thing\n- another\n"
    said = replace(newest.updates[-1], words=words)
    told = replace(newest, updates=(*newest.updates[:-1], said))
    site.publish(replace(found, incidents=(told, *rest)))
    with visiting(browser, site.address) as tab:
        gap = "at => getComputedStyle(at).marginInlineEnd"
        for path in ("", f"incidents/{newest.id}/index.html"):
            tab.goto(site.address + path)
            item = tab.locator(".prose li").first
            assert item.evaluate("at => getComputedStyle(at, '::before').content") == "none"
            assert item.evaluate("at => getComputedStyle(at).paddingBottom") == "0px"
            assert tab.locator(".prose strong").first.evaluate(gap) == "0px"
            assert tab.locator(".stage strong").first.evaluate(gap) != "0px"


def test_the_wall_breaks_no_name_and_makes_room_for_its_banner(
    browser: Browser, site: Site
) -> None:
    given = lived_in(library=Condition.DEGRADED)
    site.show(given)
    with visiting(browser, f"{site.address}?wall", width=2560) as tab:
        name = tab.get_by_role("heading", name="Your library", exact=True)
        lines = "at => { const r = document.createRange(); r.selectNodeContents(at);"
        lines += " return new Set([...r.getClientRects()].map((each) => each.top)).size }"
        assert name.evaluate(lines) <= 2
        expect(tab.locator("#as-of")).to_contain_text("As of")
        tab.clock.run_for(6 * 60_000)
        expect(tab.get_by_role("alert")).to_be_visible()
        assert tab.evaluate("document.getElementById('page-sheet').scrollHeight <= innerHeight")


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
