"""The picture that a preview of a link shows: the verdict, a sentence, whose page it is and when.

A drawing of two inks on one ground, each in 128 shades: small to publish and quickly made.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from status_page.component import Condition
from status_page.drawing.fonts import drawable, runs_right_to_left, typeface
from status_page.drawing.signs import sign
from status_page.text import shorten, tidy

SIZE: Final = (1200, 630)
_MARGIN: Final = 84
_BAR: Final = 18
_SIGN: Final = 100
_TITLE_AT, _SIGN_AT, _SENTENCE_AT, _DATE_AT = 72, 140, 262, 530
_GROUND: Final = "#f6f6f2"
_INK: Final = "#1a1e21"
_QUIET: Final = 190
"""Of 255: ink that steps back."""
_INKS: Final = {
    Condition.UP: "#14794f",
    Condition.DEGRADED: "#a66900",
    Condition.DOWN: "#cf3434",
    Condition.MAINTENANCE: "#2f5fc4",
    Condition.UNKNOWN: "#666d75",
    Condition.UNWATCHED: "#666d75",
}
_SIZES: Final = ((78, 2), (64, 3), (52, 4), (42, 4))
"""Of the sentence, with as many lines as there is room for."""
_SMALL: Final = 34
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Card:
    """Words are as people wrote them."""

    tone: Condition
    sentence: str
    title: str
    date: str = ""
    ink: str = ""
    """Of the verdict, as `#rrggbb`; empty for ours."""


@lru_cache(maxsize=64)
def picture(card: Card) -> bytes:
    """A PNG of `SIZE`; the same card gives the same bytes. Words that cannot be drawn are left
    out.
    """
    try:
        return _drawn(card)
    except (OSError, ValueError):
        return _drawn(Card(card.tone, "", ""))


def _drawn(card: Card) -> bytes:
    right = runs_right_to_left(card.sentence)
    words = Image.new("L", SIZE)
    _write(ImageDraw.Draw(words), card, right)
    inked = words.point([shade >> 1 for shade in range(256)])
    _paint(inked, card.tone, right)
    return _png(inked, card.ink or _INKS[card.tone])


def _paint(on: Image.Image, tone: Condition, right: bool) -> None:
    """The verdict, in the upper half of the shades."""
    mark = sign(tone, _SIGN).point([128 + (shade >> 1) for shade in range(256)])
    bar = Image.new("L", (_BAR, SIZE[1]), 255)
    on.paste(bar, (SIZE[0] - _BAR if right else 0, 0))
    on.paste(mark, (SIZE[0] - _MARGIN - _SIGN if right else _MARGIN, _SIGN_AT))


def _png(shades: Image.Image, ink: str) -> bytes:
    picture = Image.frombytes("P", SIZE, shades.tobytes())
    picture.putpalette([*_ramp(_INK), *_ramp(ink)])
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _ramp(ink: str) -> list[int]:
    ground, full = _rgb(_GROUND), _rgb(ink)
    return [
        round(low + (high - low) * step / 127)
        for step in range(128)
        for low, high in zip(ground, full, strict=True)
    ]


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _write(on: ImageDraw.ImageDraw, card: Card, right: bool) -> None:
    _line(on, _words(card.title, 80), _TITLE_AT, right)
    _line(on, _words(card.date, 80), _DATE_AT, right)
    sentence = _words(card.sentence, _LONGEST)
    for size, most in _SIZES:
        face = typeface(sentence, size) if sentence else None
        if face is None:
            return
        lines = _wrapped(sentence, face)
        if len(lines) <= most or size == _SIZES[-1][0]:
            for at, line in enumerate(lines[:most]):
                _put(on, line, face, _SENTENCE_AT + round(at * size * 1.18), right, 255)
            return


def _words(text: str, most: int) -> str:
    return shorten(drawable(tidy(text)), most)


def _line(on: ImageDraw.ImageDraw, text: str, top: int, right: bool) -> None:
    face = typeface(text, _SMALL) if text else None
    if face is not None:
        _put(on, _wrapped(text, face)[0], face, top, right, _QUIET)


def _put(
    on: ImageDraw.ImageDraw, text: str, face: FreeTypeFont, top: int, right: bool, shade: int
) -> None:
    at = SIZE[0] - _MARGIN if right else _MARGIN
    on.text((at, top), text, font=face, fill=shade, anchor="ra" if right else "la")


def _wrapped(text: str, face: FreeTypeFont) -> list[str]:
    """Lines between spaces, or between letters where there is no other way."""
    room = SIZE[0] - 2 * _MARGIN
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if face.getlength(longer) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if face.getlength(lines[-1] + letter) > room:
                lines.append("")
            lines[-1] += letter
    return lines
