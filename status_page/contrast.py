"""Colours that can be told from what they stand on, by the formula of WCAG 2. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

Rgb = tuple[float, float, float]
"""Each 0..255."""

_STEPS: Final = 50


def ratio(one: str, other: str) -> float:
    """1 for the same colour, 21 for black on white. Both as `#rrggbb`."""
    lights = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@lru_cache(maxsize=1024)
def legible(colour: str, grounds: tuple[str, ...], least: float) -> str:
    """*colour*, or the nearest to it on the way to black or white that stands out from all of
    *grounds* by *least*; where none does, the end of the way.
    """
    towards = "#000000" if _luminance(_rgb(grounds[0])) > 0.18 else "#ffffff"
    ways = (mixed(colour, towards, at / _STEPS) for at in range(_STEPS + 1))
    return next((found for found in ways if _stands_out(found, grounds, least)), towards)


def mixed(one: str, other: str, share: float) -> str:
    """*one* with *share* (0..1) of *other* in it."""
    parts = zip(_rgb(one), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _stands_out(colour: str, grounds: Iterable[str], least: float) -> bool:
    return all(ratio(colour, ground) >= least for ground in grounds)


def _rgb(colour: str) -> Rgb:
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
