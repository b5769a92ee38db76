"""How fresh the data is, for those without JavaScript: a page of one line, in a frame."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Final

from markupsafe import Markup, escape

from status_page.looks import ASSETS
from status_page.page import Page
from status_page.templates import marked
from status_page.tongue import Tongue

PATH: Final = "as-of.html"


def as_of(page: Page, tongue: Tongue, changed_at: datetime) -> bytes:
    """When the data was read, and when what it says changed for the last time. It never comes anew
    by itself: beside words that are older it would not be true.
    """
    today = page.made_at.date()
    read = tongue.timed("As of {time}", page.made_at, _stamp(page.made_at, tongue))
    changed = tongue.timed("Last change: {time}", changed_at, tongue.moment(changed_at, today))
    css, digest = _style()
    return (
        f'<!doctype html>\n<html lang="{tongue.code}" dir="{tongue.direction}">\n<head>\n'
        '<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'sha256-{digest}'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(str(read))}</title>\n<style>{css}</style>\n</head>\n"
        f"<body><main><h1>{marked(read)}</h1>\n<p>{marked(changed)}</p></main></body>\n</html>\n"
    ).encode()


def _stamp(at: datetime, tongue: Tongue) -> str:
    return f"{tongue.long_day(at.date())}, {tongue.clock(at)}"


@lru_cache(maxsize=1)
def _style() -> tuple[Markup, str]:
    css = ASSETS["as-of.css"].decode()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return Markup(css), digest  # noqa: S704 - ours
