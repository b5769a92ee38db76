"""Pictures of a page, made small and compared so that another font troubles nobody."""

from __future__ import annotations

import io
import math
from itertools import product
from typing import Final

from PIL import Image, ImageChops

SHRINK: Final = 4
"""Pixels of the page in one of a picture, in both directions."""
BLOCK: Final = 8
"""Pixels of a picture that are compared by their mean."""
REACH: Final = sorted(product(range(-2, 3), range(-12, 13, 2)), key=lambda to: math.hypot(*to))
"""How far a block may have moved across and down: a line may be longer, and one may wrap."""
DIFFERS: Final = 12
"""Of 255, in any colour: more ink or less than another font would spend."""
SHARE: Final = 0.01
"""Of the blocks that may differ."""


def small(shot: bytes) -> Image.Image:
    """A screenshot as a picture."""
    whole = Image.open(io.BytesIO(shot)).convert("RGB")
    return whole.resize((whole.width // SHRINK, whole.height // SHRINK), Image.Resampling.BOX)


def differing(one: Image.Image, other: Image.Image) -> float:
    """The share of blocks of either that the other has nowhere near, 0..1; 1 for another size."""
    if one.size != other.size:
        return 1
    return max(_missing(one, other), _missing(other, one))


def _missing(wanted: Image.Image, seen: Image.Image) -> float:
    """The share of the blocks of *wanted* that *seen* has nowhere near."""
    blocks = _blocks(wanted, 0, 0)
    least = Image.new("L", blocks.size, 255)
    for across, down in REACH:
        difference = ImageChops.difference(blocks, _blocks(seen, across, down))
        least = ImageChops.darker(least, _most(difference))
        if not _too_much(least):
            return 0
    return _too_much(least) / (blocks.width * blocks.height)


def _blocks(picture: Image.Image, across: int, down: int) -> Image.Image:
    """The means of its blocks, when it is moved that far. What lies outside is black."""
    size = picture.width // BLOCK, picture.height // BLOCK
    box = (across, down, across + size[0] * BLOCK, down + size[1] * BLOCK)
    return picture.crop(box).resize(size, Image.Resampling.BOX)


def _most(difference: Image.Image) -> Image.Image:
    red, green, blue = difference.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _too_much(least: Image.Image) -> int:
    """How many blocks differ by more than they may."""
    return sum(least.histogram()[DIFFERS + 1 :])
