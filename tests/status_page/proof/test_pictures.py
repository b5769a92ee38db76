"""The first page against how it looked when somebody last looked at it and found it good.

To look again, and to keep what is there now, run it with `KEEP_PICTURES=1` in the environment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image, ImageFont
from playwright.sync_api import Browser, Page, expect
from starlette.staticfiles import StaticFiles

from status_page import Asset, Font, Look
from tests.status_page.browsing import Site, needs_browser, visiting
from tests.status_page.examples import EXAMPLES
from tests.status_page.proof.comparing import SHARE, differing, small
from tests.support.serve import serving

pytestmark = needs_browser
FOLDER = Path(__file__).with_name("pictures")
STATES = (
    "all-up",
    "one-down",
    "troubled",
    "maintenance",
    "unknown",
    "empty",
    "two-hundred",
    "long-names",
    "right-to-left",
)
SIZES = {360: 1600, 768: 1200, 1440: 1200, 2560: 1200}
"""Widths, and how much of the height is looked at."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
BREAKAGES = {
    "the bars of one row are gone": "#component-uploads .bars svg { visibility: hidden }",
    "another colour": ":root { --up: #2b5fd9 }",
    "cards without a ground": ".card { background: none; box-shadow: none }",
    "a row over another": "#component-uploads { margin-block-start: -5rem }",
    "no headline": ".answer { display: none }",
    "at the edge": "main { margin-inline: 0 }",
    "as wide as the screen": "main { width: 100%; max-width: none }",
    "dark is not dark": ":root { --ground: #f6f6f2; --card: #fff }",
    "no style": "* { all: revert }",
}


def typeface() -> Font:
    """The one that Pillow brings along, so that the machine's own matter less."""
    brought = ImageFont.load_default(10)
    assert isinstance(brought, ImageFont.FreeTypeFont)
    assert isinstance(brought.path, BytesIO)
    return Font(family="Pictured", file=Asset("pictured.ttf", brought.path.getvalue(), "font/ttf"))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, look = tmp_path_factory.mktemp("public"), Look(fonts=(typeface(),))
    for name in STATES:
        Site(folder / name, "").show(replace(EXAMPLES[name](), look=look))
    with serving(StaticFiles(directory=folder, html=True), date_header=False) as found:
        yield found


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    with visiting(browser, "about:blank", reduced_motion="reduce", bypass_csp=True) as found:
        yield found


def before(tab: Page, url: str) -> None:
    """The page as it is when all of it has come."""
    tab.goto(url)
    expect(tab.locator("#as-of")).not_to_be_empty()
    tab.evaluate("document.fonts.ready")


def seen(tab: Page, width: int) -> Image.Image:
    tab.set_viewport_size({"width": width, "height": SIZES[width]})
    return small(tab.screenshot(type="jpeg", quality=90))


def kept(name: str, width: int, scheme: str) -> Path:
    return FOLDER / f"{name}-{width}-{scheme}.webp"


@pytest.mark.parametrize("name", STATES)
def test_a_page_looks_as_it_did(name: str, tab: Page, address: str) -> None:
    before(tab, f"{address}/{name}/index.html")
    found = {}
    for scheme in SCHEMES:
        tab.emulate_media(color_scheme=scheme)
        for width in SIZES:
            picture, path = seen(tab, width), kept(name, width, scheme)
            if os.environ.get("KEEP_PICTURES"):
                picture.save(path, quality=45, method=6)
            found[path.stem] = differing(picture, Image.open(path).convert("RGB"))
    assert {path: share for path, share in found.items() if share > SHARE} == {}


@pytest.mark.parametrize("spacing", ["0.012em", "-0.012em"])
def test_a_typeface_a_little_wider_or_narrower_troubles_nobody(
    spacing: str, tab: Page, address: str
) -> None:
    before(tab, f"{address}/one-down/index.html")
    tab.add_style_tag(content=f"* {{ letter-spacing: {spacing} !important }}")
    for scheme, width in (("light", 360), ("dark", 1440)):
        tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        expected = Image.open(kept("one-down", width, scheme)).convert("RGB")
        assert differing(seen(tab, width), expected) <= SHARE


@pytest.mark.parametrize("name", BREAKAGES)
def test_what_is_broken_is_seen(name: str, tab: Page, address: str) -> None:
    before(tab, f"{address}/one-down/index.html")
    scheme: Literal["light", "dark"] = "dark" if name.startswith("dark") else "light"
    tab.emulate_media(color_scheme=scheme)
    tab.add_style_tag(
        content=BREAKAGES[name].replace(";", " !important;").replace(" }", " !important }")
    )
    expected = Image.open(kept("one-down", 1440, scheme)).convert("RGB")
    assert differing(seen(tab, 1440), expected) > 1.5 * SHARE


def test_every_picture_is_compared_and_small() -> None:
    wanted = {kept(name, width, scheme) for name in STATES for width in SIZES for scheme in SCHEMES}
    assert set(FOLDER.iterdir()) == wanted
    sizes = [path.stat().st_size for path in wanted]
    assert max(sizes) <= 8_000
    assert sum(sizes) <= 500_000
