"""What makes the pages for subscribers look like the status page they belong to: colours and logo.
They stand inside the page, so that one request brings all of it.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Final

from status_page import Asset, Look
from status_page.looks import inline, style

_CSS: Final = resources.files(__package__).joinpath("assets", "subscribing.css").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Brand:
    """`logo` and `logo_dark` are addresses that hold the image; empty without one."""

    style: str
    hash: str
    """Of the style, as a Content-Security-Policy names it."""
    logo: str
    logo_dark: str


def brand(look: Look) -> Brand:
    """That of a page."""
    light, dark = _own(Look(colours=look.colours)), _own(Look(colours_dark=look.colours_dark))
    # Colours for the light would stand out in the dark.
    css = inline(f"{_CSS}@media not (prefers-color-scheme: dark){{{light}}}{dark}")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return Brand(css, f"'sha256-{digest}'", _held(look.logo), _held(look.logo_dark))


def _own(look: Look) -> str:
    """What a page's style has beside ours."""
    return style(look).removeprefix(style(Look()))


def _held(asset: Asset | None) -> str:
    if asset is None:
        return ""
    return f"data:{asset.media_type};base64,{base64.b64encode(asset.content).decode()}"
