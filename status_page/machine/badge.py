"""A badge as SVG, in the flat style that people know from others.

Drawn here and not by a library: those for Python bring tables of a font that is not ours, and what
is drawn is a dozen lines. Widths come from the few classes that letters of a sans-serif face fall
into, and are then imposed on whatever face the reader has.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from status_page.machine.facts import xml

_KEPT: Final = 8192
_PADDING: Final = 6
_HEIGHT: Final = 20
# In pixels at 11 px: which letters are so wide. All others are seven.
_WIDTHS: Final = (
    (3.5, " ijl!|'.,:;\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}I"),
    (4.6, "ft()[]/-r"),
    (5.8, "cksvxyzJ"),
    (8.3, "ABCDEGHKNOPQRSTUVXYZw&+<>="),
    (10.8, "mMW%@"),
)
_WIDTH: Final = {letter: width for width, letters in _WIDTHS for letter in letters}
_OTHERS: Final = 7.0
_FULL: Final = 11.0
_JOINED: Final = 4.6
FACE: Final = "Verdana,Geneva,DejaVu Sans,sans-serif"


@lru_cache(maxsize=_KEPT)
def badge(label: str, message: str, colour: str) -> str:
    """*label* on grey, *message* on *colour* (`#rrggbb`, dark enough for white letters)."""
    left, right = _wide(label), _wide(message)
    whole = left + right
    said = xml(f"{label}: {message}" if label else message)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{_HEIGHT}"'
        f' role="img" aria-label="{said}"><title>{said}</title>'
        f'<clipPath id="r"><rect width="{whole}" height="{_HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="{_HEIGHT}" fill="#444b52"/>'
        f'<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{colour}"/></g>'
        f'<g fill="#fff" text-anchor="middle" font-family="{FACE}" font-size="11"'
        f' text-rendering="geometricPrecision">'
        f"{_text(label, left / 2, left)}{_text(message, left + right / 2, right)}</g></svg>\n"
    )


def _text(text: str, middle: float, wide: int) -> str:
    if not text:
        return ""
    length = wide - 2 * _PADDING
    return (
        f'<text x="{middle:g}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs"'
        f' aria-hidden="true">{xml(text)}</text>'
    )


def _wide(text: str) -> int:
    return round(sum(map(_letter, text))) + 2 * _PADDING if text else 0


def _letter(letter: str) -> float:
    known = _WIDTH.get(letter)
    if known is not None:
        return known
    if unicodedata.combining(letter) or unicodedata.category(letter) in {"Cf", "Mn", "Me"}:
        return 0.0
    if unicodedata.bidirectional(letter) == "AL":
        return _JOINED
    return _FULL if unicodedata.east_asian_width(letter) in "WF" else _OTHERS
