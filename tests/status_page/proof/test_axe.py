"""Axe over every kind of page and every state of the first one, on both grounds: no violation."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.staticfiles import StaticFiles

from tests.status_page.browsing import Site, needs_browser, visiting
from tests.status_page.examples import DAY, EXAMPLES, NOW, many
from tests.status_page.inside.worlds import operated
from tests.status_page.proof.worlds import rich
from tests.support.serve import serving

pytestmark = needs_browser
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
OPEN = "document.querySelectorAll('details').forEach((found) => { found.open = true; })"
RUN = """options => axe.run({resultTypes: ['violations'], ...options}).then(found =>
  found.violations.map(each => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`))"""
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""All that the ground changes."""
STATES = [name for name in EXAMPLES if name not in {"many", "two-hundred"}]
KINDS = (
    "index.html",
    "components/uploads/index.html",
    "components/old-links/index.html",
    "incidents/i1/index.html",
    "incidents/i2/index.html",
    "maintenance/w2/index.html",
    "history/index.html",
    "history/2026-11/index.html",
    "about/index.html",
    "embed/index.html",
    "ar/components/thing-unknown/index.html",
    "404.html",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("public")
    for name in STATES:
        Site(folder / name, "").show(EXAMPLES[name]())
    Site(folder / "dense", "").show(many(40))
    Site(folder / "rich", "").publish(rich(languages=("en", "ar"), url=""))
    Site(folder / "inside", "").publish(operated())
    with serving(StaticFiles(directory=folder, html=True), date_header=False) as found:
        yield found


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    with visiting(browser, "about:blank", bypass_csp=True, reduced_motion="reduce") as found:
        yield found


def looked_at(tab: Page, url: str, *, opened: bool = True) -> list[str]:
    """What axe finds at an address, in light and then in dark."""
    tab.emulate_media(color_scheme="light")
    tab.goto(url)
    if opened:
        tab.evaluate(OPEN)
    tab.evaluate(AXE)
    found: list[str] = tab.evaluate(RUN, {})
    tab.emulate_media(color_scheme="dark")
    found += [f"dark {each}" for each in tab.evaluate(RUN, COLOURS)]
    return found


@pytest.mark.parametrize("name", STATES)
def test_every_state_of_the_first_page(name: str, tab: Page, address: str) -> None:
    assert looked_at(tab, f"{address}/{name}/index.html") == []


@pytest.mark.parametrize(
    "path", ["index.html", "components/uploads/index.html", "incidents/i1/index.html"]
)
def test_the_pages_of_those_who_run_it(path: str, tab: Page, address: str) -> None:
    assert looked_at(tab, f"{address}/inside/{path}") == []


@pytest.mark.parametrize("path", KINDS)
def test_every_kind_of_page(path: str, tab: Page, address: str) -> None:
    assert looked_at(tab, f"{address}/rich/{path}") == []


def test_many_components_in_groups_that_fold(tab: Page, address: str) -> None:
    assert looked_at(tab, f"{address}/dense/index.html", opened=False) == []


@pytest.mark.parametrize("path", ["all-up", "troubled"])
def test_the_wall(path: str, tab: Page, address: str) -> None:
    assert looked_at(tab, f"{address}/{path}/index.html?wall") == []


def test_a_page_that_is_old(browser: Browser, address: str) -> None:
    with visiting(browser, "about:blank", at=NOW + DAY, bypass_csp=True) as late:
        assert looked_at(late, f"{address}/explained/index.html") == []
        expect(late.get_by_role("alert")).to_be_visible()


def test_a_page_from_a_folder_with_its_stamp_in_a_frame(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("folder")
    Site(folder, "").show(EXAMPLES["explained"]())
    with visiting(browser, "about:blank", bypass_csp=True) as tab:
        assert looked_at(tab, (folder / "index.html").as_uri()) == []
