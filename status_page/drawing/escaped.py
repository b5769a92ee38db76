"""Text made fit for HTML and SVG. Most of what a page says it says many times."""

from __future__ import annotations

import html
from functools import lru_cache


@lru_cache(maxsize=8192)
def escape(text: str) -> str:
    return html.escape(text)
