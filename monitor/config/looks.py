"""What makes a page somebody's own: images, typefaces, colours, a style sheet; each is looked at
before it is served to the world.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from monitor.config.files import UnreadableError, read_bytes, to_text
from monitor.config.page_tables import FontTable, PageTable
from monitor.config.sentences import Fault
from status_page import Asset, Font, Look

LARGEST_IMAGE: Final = 1024 * 1024
LARGEST_FONT: Final = 4 * 1024 * 1024
LARGEST_CSS: Final = 256 * 1024
_IMAGES: Final = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".ico": "image/x-icon",
}
_BEGINS: Final = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/x-icon": (b"\x00\x00\x01\x00",),
    "font/woff2": (b"wOF2",),
}
_LIVELY: Final = re.compile(
    rb"<\s*(script|foreignobject|iframe|use[^>]+href\s*=\s*[\"']?\s*(?!#))|\son[a-z]+\s*=|javascript:"
    rb"|<!entity|(href|src)\s*=\s*[\"']\s*(https?:|//)",
    re.IGNORECASE,
)
_ELSEWHERE: Final = re.compile(
    r"@import|url\(\s*[\"']?\s*(https?:|//)|</style|expression\(", re.IGNORECASE
)
_DEFAULTS: Final = {"ground": "#f6f6f2", "card": "#ffffff"}
_DEFAULTS_DARK: Final = {"ground": "#0f1214", "card": "#171b1e"}
_READ: Final = 4.5
"""The least contrast of what is read (WCAG 2.2, 1.4.3)."""


@dataclass(slots=True)
class Looking:
    """One table's files, read and judged. `look` is without what was refused."""

    table: PageTable
    folder: Path
    faults: list[Fault] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    """Read, or asked for in vain."""

    def look(self) -> Look:
        table = self.table
        for key, colours, grounds in (
            ("colours", table.colours, _DEFAULTS),
            ("colours_dark", table.colours_dark, _DEFAULTS_DARK),
        ):
            self.faults += _unreadable(key, colours, grounds)
        return Look(
            logo=self._image("logo", table.logo),
            logo_dark=self._image("logo_dark", table.logo_dark),
            icon=self._image("icon", table.icon),
            colours=dict(table.colours),
            colours_dark=dict(table.colours_dark),
            fonts=tuple(filter(None, map(self._font, range(len(table.fonts)), table.fonts))),
            css=self._css(table.css),
            footer=table.footer,
            links=tuple((link.words, link.url) for link in table.links),
        )

    def _image(self, key: str, name: str | None) -> Asset | None:
        if name is None:
            return None
        media_type = _IMAGES.get(Path(name).suffix.lower())
        if media_type is None:
            self._refuse((key,), "is of no kind that every browser shows; use SVG, PNG or WebP")
            return None
        content = self._content((key,), name, LARGEST_IMAGE)
        if not content or not self._fits((key,), content, media_type):
            return None
        return _asset(key.replace("_", "-"), Path(name).suffix.lower(), content, media_type)

    def _font(self, index: int, table: FontTable) -> Font | None:
        path = ("fonts", str(index), "file")
        content = self._content(path, table.file, LARGEST_FONT)
        if not content or not self._fits(path, content, "font/woff2"):
            return None
        file = _asset(f"font-{index + 1}", ".woff2", content, "font/woff2")
        return Font(family=table.family, file=file, weight=table.weight, italic=table.italic)

    def _css(self, name: str | None) -> str:
        content = self._content(("css",), name, LARGEST_CSS) if name else b""
        try:
            text = to_text(content)
        except UnreadableError as error:
            self._refuse(("css",), f"cannot be used: {error}")
            return ""
        if found := _ELSEWHERE.search(text):
            line = text.count("\n", 0, found.start()) + 1
            said = f"asks for something from elsewhere in line {line}; the page loads nothing so"
            self._refuse(("css",), f"{said}: serve it with the page, or leave it out")
            return ""
        return text

    def _content(self, path: tuple[str, ...], name: str, most: int) -> bytes:
        file = self.folder / name
        self.files.append(file)
        try:
            return read_bytes(file, most=most)
        except UnreadableError as error:
            self._refuse(path, f"the file {file} cannot be used: {error}")
            return b""

    def _fits(self, path: tuple[str, ...], content: bytes, media_type: str) -> bool:
        begins = _BEGINS.get(media_type)
        if begins and not content.startswith(begins):
            self._refuse(path, f"is not {media_type}, as its name says; save it as that")
            return False
        if media_type == "image/svg+xml" and _LIVELY.search(content):
            text = "is an SVG that acts or loads something; save it as a plain one"
            self._refuse(path, text)
            return False
        return True

    def _refuse(self, path: tuple[str, ...], text: str) -> None:
        self.faults.append(Fault(path, text))


def _asset(name: str, suffix: str, content: bytes, media_type: str) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:10]
    return Asset(f"{name}-{digest}{suffix}", content, media_type)


def _unreadable(key: str, given: Mapping[str, str], grounds: Mapping[str, str]) -> Iterator[Fault]:
    """Words that could not be read on their ground, both where one of the two was given."""
    for name, colour in given.items():
        if name not in {"ink", "quiet"} and not name.endswith("-ink"):
            continue
        for ground in ("ground", "card"):
            under = given.get(ground, grounds[ground])
            if (found := contrast(colour, under)) < _READ:
                text = (
                    f"is hard to read on {ground} {under} (contrast {found:.1f}); choose a colour"
                    f" with a contrast of {_READ} or more"
                )
                yield Fault((key, name), text)
                break


def contrast(one: str, other: str) -> float:
    """1 to 21, of two `#rrggbb` (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
