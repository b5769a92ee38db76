"""A row of days as SVG: a path for each look, so that ninety days are a handful of elements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from status_page.index.days import SHOWN, Read

HEIGHT: Final = 34
# Where strokes run, from below to above. Their ends are round: they reach three units further,
# but for those of gaps, which are dashed.
_STROKES: Final = {
    "u": (("u", "31V10"),),
    "s": (("s", "31V18"), ("s", "10v.01")),
    "d1": (("r", "31V3"), ("d", "31V24")),
    "d2": (("r", "31V3"), ("d", "31V18")),
    "d3": (("r", "31V3"), ("d", "31V11")),
    "d4": (("d", "31V3"),),
    "m": (("u", "20V10"), ("m", "31V29")),
    "m0": (("m", "31V29"), ("m", "20V10")),
    "g": (("g", "34V7"),),
    "n": (("n", "32v.01"),),
}
_PARTLY: Final = {
    "u": (("u", "31V25"), ("g", "19V7")),
    "s": (("s", "31V25"), ("g", "19V7")),
    "m": (("m", "31V29"), ("g", "24V7")),
    "m0": (("m", "31V29"), ("g", "24V7")),
    "g": (("g", "34V7"),),
}
_ORDER: Final = "ngursdm"


def marks(days: Sequence[Read]) -> tuple[str, ...]:
    """What is drawn of each day; with a `p` after it where it is known in part."""
    return tuple(
        ("m0" if day.mark == "m" and not day.bar.known else day.mark) + ("p" if day.partly else "")
        for day in days
    )


@lru_cache(maxsize=4096)
def paths(drawn: tuple[str, ...]) -> str:
    """The paths, for a view box of `SHOWN` by `HEIGHT` units that ends with the last day."""
    lines: dict[str, list[str]] = {}
    start = SHOWN - len(drawn)
    for at, mark in enumerate(drawn, start):
        for paint, line in _strokes(mark):
            lines.setdefault(paint, []).append(f"M{at}.5 {line}")
    return "".join(
        f'<path class="{paint}" d="{"".join(lines[paint])}"/>' for paint in _ORDER if paint in lines
    )


def _strokes(mark: str) -> tuple[tuple[str, str], ...]:
    plain = mark.removesuffix("p")
    if plain != mark:
        return _PARTLY.get(plain, (*_STROKES[plain],))
    return _STROKES[plain]
