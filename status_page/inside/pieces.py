"""Shapes of HTML that the inner sections share. What is called content is HTML already."""

from __future__ import annotations

from typing import Final

from status_page.drawing.escaped import escape
from status_page.text import anchor, shorten, tidy

LONGEST: Final = 120


def section(key: str, title: str, content: str) -> str:
    """*key* is unique on its page. Empty without *content*."""
    if not content:
        return ""
    return (
        f'<section class="inside part" aria-labelledby="page-{key}"><h2 id="page-{key}">'
        f"{escape(title)}</h2>{content}</section>"
    )


def word(text: str, most: int = LONGEST) -> str:
    """*text* from outside as one line of HTML, in the direction of its own."""
    return f"<bdi>{escape(shorten(tidy(text), most))}</bdi>"


def leading(text: str, link: str) -> str:
    """HTML that leads to *link*, if that is an address of the web."""
    if not link.startswith(("https://", "http://")):
        return text
    return f'<a href="{escape(link)}" rel="nofollow noopener noreferrer">{text}</a>'


def incident_path(id_: str) -> str:
    """From the top of the language's folder."""
    return f"incidents/{anchor(id_)}/index.html"
