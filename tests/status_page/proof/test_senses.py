"""The page for those who read it otherwise: by keyboard, enlarged, on paper, in their own colours,
from right to left, without a script.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.status_page.browsing import Site, needs_browser, visiting
from tests.status_page.proof.published import KINDS, TOO_WIDE, serving_folder
from tests.status_page.proof.worlds import rich

pytestmark = needs_browser

NAMED = """const named = found => [found.localName, found.getAttribute('href'),
  found.getAttribute('aria-label'), found.parentElement.id].join(' ');"""
# What the Tab key should reach, in this order.
REACHABLE = """() => { NAMED
  return [...document.querySelectorAll('a[href], summary, [tabindex="0"], iframe')]
    .filter(found => found.checkVisibility({visibilityProperty: true})).map(named); }""".replace(
    "NAMED", NAMED
)
FOCUSED = """() => { NAMED
  const found = document.activeElement;
  if (found === document.body) return null;
  const style = getComputedStyle(found);
  const box = found.getBoundingClientRect();
  const seen = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
    || style.boxShadow !== 'none' || found.matches('.bars.told');
  return [named(found), seen && box.width > 1 && box.bottom > 0 && box.top < innerHeight];
}""".replace("NAMED", NAMED)
# Text that is cut off without a sign.
CUT = """() => [...document.querySelectorAll('body *')].filter(found => {
  const style = getComputedStyle(found);
  return found.checkVisibility() && /hidden|clip/.test(style.overflowX) && found.innerText?.trim()
    && found.scrollWidth > found.clientWidth + 1 && style.textOverflow !== 'ellipsis'
    && !found.closest('.unseen, .skip');
}).map(found => found.outerHTML.slice(0, 120))"""
MOVING = """() => [...document.querySelectorAll('*')]
  .flatMap(found => [null, '::before', '::after'].map(part => getComputedStyle(found, part)))
  .filter(style =>
    [...style.transitionDuration.split(','), ...style.animationDuration.split(',')]
      .some(span => parseFloat(span) > 0.01)).length"""
SMOOTH = "() => getComputedStyle(document.documentElement).scrollBehavior"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving_folder(tmp_path_factory.mktemp("public")) as found:
        found.publish(rich(languages=("en", "ar", "de")))
        yield found


@pytest.mark.parametrize(
    "path", ["index.html", "components/uploads/index.html", "about/index.html"]
)
def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(
    path: str, browser: Browser, site: Site
) -> None:
    with visiting(browser, f"{site.address}{path}?lang=en", reduced_motion="reduce") as tab:
        wanted, met = tab.evaluate(REACHABLE), []
        for _ in range(len(wanted) + 2):
            tab.keyboard.press("Tab")
            found = tab.evaluate(FOCUSED)
            if found is None:
                break
            met.append(found)
    assert len(wanted) > 10
    assert [each for each, _ in met] == wanted
    assert [each for each, seen in met if not seen] == []


def test_the_first_key_leads_past_the_top(browser: Browser, site: Site) -> None:
    with visiting(browser, f"{site.address}?lang=en") as tab:
        tab.keyboard.press("Tab")
        expect(tab.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
        tab.keyboard.press("Enter")
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize(("width", "size"), [(320, "100%"), (1280, "200%")], ids=["400%", "200%"])
def test_enlarged_nothing_sticks_out_and_nothing_is_cut_off(
    width: int, size: str, browser: Browser, site: Site
) -> None:
    with visiting(browser, "about:blank", width=width) as tab:
        for path in (*KINDS, "ar/index.html", "ar/components/uploads/index.html"):
            tab.goto(f"{site.address}{path}?lang=en")
            tab.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            assert tab.evaluate(TOO_WIDE) <= 0, path
            assert tab.evaluate(CUT) == [], path


def test_on_paper_it_is_black_on_white_even_for_those_who_read_in_the_dark(
    browser: Browser, site: Site
) -> None:
    with visiting(browser, "about:blank", color_scheme="dark", width=760) as tab:
        tab.emulate_media(media="print")
        for path in KINDS[:-1]:
            tab.goto(f"{site.address}{path}?lang=en")
            paper, ink = tab.evaluate(
                "() => { const found = getComputedStyle(document.body);"
                " return [getComputedStyle(document.documentElement).backgroundColor"
                " + found.backgroundColor, found.color] }"
            )
            assert "rgb(255, 255, 255)" in paper or paper == "rgba(0, 0, 0, 0)" * 2, path
            assert max(map(int, ink.removeprefix("rgb(").rstrip(")").split(","))) < 60, path
            expect(tab.locator("nav.variants, .skip").locator("visible=true")).to_have_count(0)
            assert tab.evaluate(TOO_WIDE) <= 0, path


def test_in_the_readers_own_colours_the_bars_and_signs_can_be_seen(
    browser: Browser, site: Site
) -> None:
    paints = (
        "() => [...document.querySelectorAll('.row-down .bars path, .row-down svg.sign *')]"
        ".map(found => { const style = getComputedStyle(found);"
        " return style.stroke === 'none' ? style.fill : style.stroke })"
    )
    with visiting(browser, f"{site.address}?lang=en", forced_colors="active") as tab:
        ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        found = tab.evaluate(paints)
        assert len(found) > 3
        assert ground not in found
        edges = "getComputedStyle(document.querySelector('.card')).borderTopStyle"
        assert tab.evaluate(edges) != "none"


def test_who_asks_for_contrast_reads_no_grey(browser: Browser, site: Site) -> None:
    ask = "getComputedStyle(document.querySelector('.row .from')).color"
    with visiting(browser, f"{site.address}?lang=en") as tab:
        plain = tab.evaluate(ask)
        tab.emulate_media(contrast="more")
        assert tab.evaluate(ask) == tab.evaluate("getComputedStyle(document.body).color") != plain


def test_nothing_moves_for_those_who_asked_for_rest(browser: Browser, site: Site) -> None:
    with visiting(browser, "about:blank", reduced_motion="reduce") as tab:
        for path in KINDS[:2]:
            tab.goto(f"{site.address}{path}?lang=en")
            assert tab.evaluate(MOVING) == 0
            assert tab.evaluate(SMOOTH) == "auto"
        tab.emulate_media(reduced_motion="no-preference")
        assert tab.evaluate(MOVING) > 0  # else nothing was asked


def edges(tab: Page, chosen: str) -> tuple[float, float]:
    box = tab.locator(chosen).locator("visible=true").first.bounding_box()
    assert box is not None
    return box["x"], box["x"] + box["width"]


def test_from_right_to_left_everything_is_mirrored(browser: Browser, site: Site) -> None:
    with visiting(browser, f"{site.address}ar/index.html") as tab:
        left, right = edges(tab, "#component-uploads")
        assert right - edges(tab, "#component-uploads h3")[1] < 60
        assert edges(tab, "#component-uploads .says-it")[0] - left < 60
        assert edges(tab, "#component-uploads .to")[0] < edges(tab, "#component-uploads .from")[0]
        assert edges(tab, ".answer svg")[0] > edges(tab, ".answer h1")[0]
        first, last = edges(tab, "#component-uploads .bars")
        bars = tab.locator("#component-uploads .bars")
        bars.hover(position={"x": 2, "y": 10})
        expect(bars).to_have_attribute("aria-valuenow", "89")
        bars.hover(position={"x": last - first - 2, "y": 10})
        expect(bars).to_have_attribute("aria-valuenow", "0")


def test_words_of_another_direction_stay_on_the_side_of_the_page(
    browser: Browser, site: Site
) -> None:
    strays = """() => [...document.querySelectorAll('main [dir=auto]')]
      .filter(found => getComputedStyle(found).display === 'block' && !found.closest('table'))
      .filter(found => getComputedStyle(found).textAlign !== 'right')
      .map(found => found.outerHTML.slice(0, 120))"""
    with visiting(browser, "about:blank") as tab:
        for path in ("index.html", *KINDS[1:8]):
            tab.goto(f"{site.address}ar/{path}")
            assert tab.evaluate(strays) == [], path


def test_without_a_script_everything_is_said_and_languages_can_be_chosen(
    browser: Browser, site: Site
) -> None:
    options: dict[str, Any] = {"java_script_enabled": False, "locale": "de-DE"}
    context = browser.new_context(**options)
    try:
        tab = context.new_page()
        for path in KINDS[:-1]:
            tab.goto(site.address + path)
            expect(tab.get_by_role("heading", level=1)).to_be_visible()
            stamp = tab.frame_locator("#as-of iframe").locator("body")
            expect(stamp).to_contain_text("21 November 2026, 14:03 UTC")
        tab.goto(site.address + KINDS[1])
        tab.get_by_role("link", name="Deutsch").click()
        expect(tab.locator("html")).to_have_attribute("lang", "de")
        stamp = tab.frame_locator("#as-of iframe").locator("body")
        expect(stamp).to_contain_text("21. November 2026")
        tab.goto(site.address)
        label = tab.get_by_role("img", name="Uploads: 90 days,")
        expect(label).to_be_visible()
        tab.goto(f"{site.address}embed/index.html")
        expect(tab.get_by_role("heading", level=1)).to_have_text("People cannot upload.")
    finally:
        context.close()
