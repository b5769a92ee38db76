"""The sign of each condition as a mask: 255 is ink."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from PIL import Image, ImageDraw

from status_page.component import Condition

_FINER: Final = 4
_UNITS: Final = 24
"""Drawn as on the page: in a square of so many units."""


class _Pen:
    """Draws in those units."""

    def __init__(self, size: int) -> None:
        self._scale = size / _UNITS
        self.mask = Image.new("L", (size, size))
        self._draw = ImageDraw.Draw(self.mask)

    def _all(self, *values: float) -> list[float]:
        return [value * self._scale for value in values]

    def disc(self, middle: tuple[float, float], radius: float, shade: int = 255) -> None:
        x, y = middle
        box = self._all(x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse(box, fill=shade)

    def shape(self, *corners: float) -> None:
        self._draw.polygon(self._all(*corners), fill=255)

    def stroke(self, *points: float, width: float = 2.4, shade: int = 0) -> None:
        self._draw.line(
            self._all(*points), fill=shade, width=round(width * self._scale), joint="curve"
        )
        for x, y in zip(points[::2], points[1::2], strict=True):
            self.disc((x, y), width / 2, shade)

    def arc(self, radius: float, start: float, end: float) -> None:
        middle = _UNITS / 2
        box = self._all(*(middle - radius,) * 2, *(middle + radius,) * 2)
        self._draw.arc(box, start, end, fill=255, width=round(2.2 * self._scale))


def _up(pen: _Pen) -> None:
    pen.disc((12, 12), 11)
    pen.stroke(7, 12.6, 10.4, 16, 17.2, 8.6)


def _degraded(pen: _Pen) -> None:
    pen.shape(12, 1.2, 23.6, 22.5, 0.4, 22.5)
    pen.stroke(12, 9, 12, 14.4)
    pen.stroke(12, 18.4, 12, 18.5)


def _down(pen: _Pen) -> None:
    pen.shape(7.4, 1, 16.6, 1, 23, 7.4, 23, 16.6, 16.6, 23, 7.4, 23, 1, 16.6, 1, 7.4)
    pen.stroke(8.2, 8.2, 15.8, 15.8)
    pen.stroke(15.8, 8.2, 8.2, 15.8)


def _maintenance(pen: _Pen) -> None:
    pen.shape(1, 1, 23, 1, 23, 23, 1, 23)
    pen.stroke(9, 7.5, 9, 16.5)
    pen.stroke(15, 7.5, 15, 16.5)


def _unknown(pen: _Pen) -> None:
    for start in range(0, 360, 40):
        pen.arc(11, start, start + 23)
    pen.stroke(9.2, 9.6, 10.2, 7.6, 12, 6.8, 13.9, 7.7, 14.6, 9.6, 13.7, 11.6, 12, 13.6, shade=255)
    pen.stroke(12, 17.4, 12, 17.5, shade=255)


_SIGNS: Final[dict[Condition, Callable[[_Pen], None]]] = {
    Condition.UP: _up,
    Condition.DEGRADED: _degraded,
    Condition.DOWN: _down,
    Condition.MAINTENANCE: _maintenance,
    Condition.UNKNOWN: _unknown,
    Condition.UNWATCHED: _unknown,
}


@cache
def sign(condition: Condition, size: int) -> Image.Image:
    """A square of *size* pixels. Not to be drawn on."""
    pen = _Pen(size * _FINER)
    _SIGNS[condition](pen)
    return pen.mask.resize((size, size), Image.Resampling.LANCZOS)
