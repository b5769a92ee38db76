"""Style sheets, scripts and icons, and what a page of somebody's own brings along.

A page's own colours are kept as near to what was asked for as can be read: text of 4.5 to 1, bars
of 3 to 1 against what they stand on; inks and washes that were not given are derived.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Final

from status_page.contrast import legible, mixed
from status_page.page import Font, Look

FOLDER: Final = "look/"
"""Where logos, icons and fonts of a page's own are put."""
_INLINE: Final = frozenset({"as-of.css", "first.js"})
"""Never asked for: they stand inside pages."""
_PAINTS: Final = ("up", "slow", "down", "plan", "gap")
_LIGHT: Final = {"ground": "#f6f6f2", "card": "#ffffff", "ink": "#1a1e21"}
_DARK: Final = {"ground": "#0f1214", "card": "#171b1e", "ink": "#eceff0"}


def _read() -> dict[str, bytes]:
    found = resources.files("status_page").joinpath("assets")
    return {entry.name: entry.read_bytes() for entry in found.iterdir() if entry.is_file()}


ASSETS: Final[Mapping[str, bytes]] = dict(sorted(_read().items()))
"""Our own files by name. Read once, with the module: rendering opens nothing."""


def versioned(name: str) -> str:
    """The address of one of `ASSETS`, so that caches never mix two versions."""
    return f"{name}?v={_digest(ASSETS[name])}"


def version(content: bytes) -> str:
    """What follows `?v=` in addresses of files that are just that."""
    return hashlib.sha256(content).hexdigest()[:10]


def style_address(look: Look) -> str:
    return f"style.css?v={_digest(style(look))}"


def files(look: Look) -> Iterable[tuple[str, bytes]]:
    """All that the pages ask for, by path from the top."""
    yield from ((name, body) for name, body in ASSETS.items() if name not in _INLINE)
    yield "style.css", style(look).encode()
    brought = [look.logo, look.logo_dark, look.icon, *(font.file for font in look.fonts)]
    yield from ((FOLDER + asset.name, asset.content) for asset in brought if asset)


def style(look: Look, root: str = "") -> str:
    """All of a page's style. *root* leads from where it stands to the top of the folder."""
    colours = (tuple(look.colours.items()), tuple(look.colours_dark.items()))
    return _style(look.fonts, colours, look.css, root)


Colours = tuple[tuple[str, str], ...]


@lru_cache(maxsize=64)
def _style(fonts: tuple[Font, ...], colours: tuple[Colours, Colours], css: str, root: str) -> str:
    base = ASSETS["style.css"].decode()
    faces = "".join(_face(font, root) for font in fonts)
    return "".join((base, faces, _family(fonts), _colours(*map(dict, colours)), css))


def inline(text: str) -> str:
    """*text* of a style sheet or a script so that it cannot end its own element."""
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def _face(font: Font, root: str) -> str:
    shape = "italic" if font.italic else "normal"
    return (
        f'@font-face{{font-family:"{_quoted(font.family)}";font-weight:{font.weight};'
        f'font-style:{shape};font-display:swap;src:url("{root}{FOLDER}{font.file.name}")}}\n'
    )


def _family(fonts: tuple[Font, ...]) -> str:
    return f':root{{--own:"{_quoted(fonts[0].family)}"}}\n' if fonts else ""


def _quoted(text: str) -> str:
    return text.replace("\\", "").replace('"', "").replace("\n", " ")


def _colours(own: Mapping[str, str], own_dark: Mapping[str, str]) -> str:
    light, dark = _variables(own, _LIGHT), _variables(own_dark, _DARK)
    parts = [f"@media print,(prefers-color-scheme:light){{:root{{{light}}}}}" if light else ""]
    if dark:
        parts.append(f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}")
    return "".join(f"{part}\n" for part in parts if part)


def _variables(given: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    if not given:
        return ""
    base = {**defaults, **given}
    found = dict(given)
    for name in _PAINTS:
        if name in given:
            found.update(_derived(name, given, base))
    for name in ("ink", "quiet"):
        if name in given:
            found[name] = legible(given[name], (base["ground"], base["card"]), 4.5)
    return ";".join(f"--{name}:{value}" for name, value in found.items())


def _derived(name: str, given: Mapping[str, str], base: Mapping[str, str]) -> dict[str, str]:
    wash = given.get(f"{name}-wash") or mixed(base["card"], given[name], 0.1)
    grounds = (base["card"], base["ground"], wash)
    ink = legible(given.get(f"{name}-ink") or given[name], grounds, 4.5)
    paint = legible(given[name], (base["card"],), 3)
    return {name: paint, f"{name}-ink": ink, f"{name}-wash": wash}


@lru_cache(maxsize=64)
def _digest(content: bytes | str) -> str:
    return version(content.encode() if isinstance(content, str) else content)
