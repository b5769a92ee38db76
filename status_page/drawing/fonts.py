"""Typefaces for pictures: the one that Pillow brings along, and what this machine has.

Which that is decides only whether a card has words in a script, so nothing of it is configured.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from unicodedata import bidirectional, category

from PIL import ImageFont, features
from PIL.ImageFont import FreeTypeFont

_FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
)
_KNOWN: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"NotoSans-(Regular|VF|Variable.*)\.[ot]tf",
        r"DejaVuSans\.ttf",
        r"LiberationSans-Regular\.ttf",
        r"Arial( Unicode)?\.ttf",
        r"NotoSansArabic(UI)?-(Regular|VF|Variable.*)\.[ot]tf",
        r"NotoSansCJK.*-Regular\.(tt|ot)[cf]",
        r"NotoSans(JP|SC|TC|KR)-(Regular|VF|Variable.*)\.[ot]tf",
        r"(SourceHanSans.*-Regular|wqy-\w+|DroidSansFallback\w*|Hiragino.*W3|PingFang)\.(tt|ot)[cf]",
        r"NotoSans(Hebrew|Devanagari|Thai|Bengali|Tamil)(UI)?-Regular\.[ot]tf",
    )
)
_MOST_FILES: Final = 20_000
_PROBING: Final = 24
_MISSING: Final = "\U0010fffe"
"""In no typeface: what is drawn for it is drawn for everything that is not there."""
_UNDRAWN: Final = ("So", "Sk", "Cf", "Cn", "Co", "Cs", "Cc", "Mn")


def drawable(text: str) -> str:
    """Without emoji and what joins them, which no typeface of ours has."""
    return " ".join("".join(each for each in text if not _is_emoji(each)).split())


def _is_emoji(each: str) -> bool:
    return ord(each) > 0x2000 and category(each) in _UNDRAWN


def runs_right_to_left(text: str) -> bool:
    """By the first letter that has a direction."""
    return next((found != "L" for each in text if (found := bidirectional(each)) in _STRONG), False)


_STRONG: Final = ("L", "R", "AL")


def typeface(text: str, size: int) -> FreeTypeFont | None:
    """One that has every letter of *text*; None where there is none, or it could not be shaped."""
    if any(bidirectional(each) in {"R", "AL"} for each in text) and not features.check("raqm"):
        return None
    letters = frozenset(text) - {" "}
    return next((_opened(path, size) for path in ("", *_files()) if _has(path, letters)), None)


@lru_cache(maxsize=64)
def _opened(path: str, size: int) -> FreeTypeFont:
    if path:
        return ImageFont.truetype(path, size)
    built_in = ImageFont.load_default(size)
    if isinstance(built_in, FreeTypeFont):
        return built_in
    raise OSError("Pillow was built without FreeType")


@lru_cache(maxsize=256)
def _has(path: str, letters: frozenset[str]) -> bool:
    try:
        found = _opened(path, _PROBING)
        missing = _shape(found, _MISSING)
        return all(_shape(found, letter) != missing for letter in letters)
    except (OSError, ValueError):
        return False


def _shape(found: FreeTypeFont, letter: str) -> tuple[bytes, tuple[int, int]]:
    mask = found.getmask(letter, mode="L")
    return bytes(mask), mask.size


@cache
def _files() -> tuple[str, ...]:
    """Of the typefaces that we know to look well, the best first."""
    known: dict[int, list[str]] = {}
    for path in _walk():
        name = path.rpartition(os.sep)[2]
        rank = next((at for at, wanted in enumerate(_KNOWN) if wanted.fullmatch(name)), None)
        if rank is not None:
            known.setdefault(rank, []).append(path)
    return tuple(path for rank in sorted(known) for path in sorted(known[rank]))


def _walk() -> Iterator[str]:
    left = _MOST_FILES
    for folder in _FOLDERS:
        for root, _, names in os.walk(Path(folder).expanduser()):
            yield from (os.path.join(root, name) for name in names[:left])  # noqa: PTH118 - thousands
            left -= len(names)
            if left <= 0:
                return
