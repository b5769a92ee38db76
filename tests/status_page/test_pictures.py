"""The first page against how it looked when somebody last looked at it and found it good.

The pictures are small, and compared block by block: another font may not trouble anybody, what is
missing, moved or of another colour does. To look again and keep what is there now:
`KEEP_PICTURES=1 .venv/bin/pytest tests/status_page/test_pictures.py`.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, expect

from tests.status_page.browsing import Site, needs_browser, visiting
from tests.status_page.examples import EXAMPLES

pytestmark = needs_browser
FOLDER = Path(__file__).with_name("pictures")
SHRINK = 4
BLOCK = 15
"""Pixels of the small picture, in both directions."""
DIFFERS = 26
"""Of 255, on average over a block."""
SHARE = 0.06
"""Of the blocks may differ."""
STATES = (
    "all-up",
    "explained",
    "troubled",
    "maintenance",
    "unknown",
    "empty",
    "two-hundred",
    "long-names",
    "right-to-left",
)
SIZES: tuple[tuple[int, Literal["light", "dark"]], ...] = ((360, "light"), (1440, "dark"))
MORE = [("troubled", 768, "light"), ("all-up", 2560, "light"), ("explained", 768, "dark")]


@pytest.mark.parametrize(
    ("name", "width", "scheme"), [*((s, *size) for s in STATES for size in SIZES), *MORE]
)
def test_a_page_looks_as_it_did(
    name: str, width: int, scheme: str, browser: Browser, site: Site
) -> None:
    site.show(EXAMPLES[name]())
    with visiting(browser, site.address, width=width, color_scheme=scheme) as tab:
        tab.set_viewport_size({"width": width, "height": 1200})
        expect(tab.locator("#as-of")).not_to_be_empty()
        seen = small(tab.screenshot())
    kept = FOLDER / f"{name}-{width}-{scheme}.png"
    if os.environ.get("KEEP_PICTURES"):
        seen.quantize(64).save(kept, optimize=True)
    assert differing(seen, Image.open(kept).convert("RGB")) <= SHARE


def small(shot: bytes) -> Image.Image:
    whole = Image.open(io.BytesIO(shot)).convert("RGB")
    return whole.resize((whole.width // SHRINK, whole.height // SHRINK), Image.Resampling.BOX)


def differing(one: Image.Image, other: Image.Image) -> float:
    """The share of blocks that differ, 0..1; all of them where the sizes do."""
    if one.size != other.size:
        return 1
    difference = ImageChops.difference(one, other)
    across, down = one.width // BLOCK, one.height // BLOCK
    boxes = [
        (x * BLOCK, y * BLOCK, (x + 1) * BLOCK, (y + 1) * BLOCK)
        for x in range(across)
        for y in range(down)
    ]
    found = (ImageStat.Stat(difference.crop(box)).mean for box in boxes)
    return sum(max(mean) > DIFFERS for mean in found) / len(boxes)


def test_a_difference_is_seen() -> None:
    white = Image.new("RGB", (150, 150), "white")
    marked = white.copy()
    marked.paste("red", (0, 0, 150, 30))
    assert differing(white, white) == 0
    assert differing(white, marked) == pytest.approx(0.2)
