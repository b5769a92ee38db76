"""A page with places left open, so that a thousand of its kind are filled in and not made."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from status_page.component import Condition
from status_page.drawing.escaped import escape
from status_page.frame import frame
from status_page.page import Page
from status_page.pages.view import Held
from status_page.templates import template
from status_page.text import shorten, tidy
from status_page.tongue import Tongue

_PLACES: Final = ("id", "name", "told", "main")
_LONGEST_NAME: Final = 80
_LONGEST_TOLD: Final = 280
FEEDS: Final = (
    ("application/atom+xml", "Atom", "history.atom"),
    ("application/rss+xml", "RSS", "history.rss"),
    ("application/feed+json", "JSON", "feed.json"),
)


@dataclass(frozen=True, slots=True)
class Mold:
    """Of the pages of components with one verdict, in one language."""

    pieces: tuple[str, ...]
    """Text and names of places by turns."""

    def filled(self, place: str, name: str, told: str, main: str) -> bytes:
        """*main* is HTML, *place* fits into an address, the others are plain text."""
        values = {
            "id": place,
            "name": escape(shorten(tidy(name), _LONGEST_NAME)),
            "told": escape(shorten(tidy(told), _LONGEST_TOLD)),
            "main": main,
        }
        odd = [values[name] for name in self.pieces[1::2]]
        joined = [part for pair in zip(self.pieces[::2], odd, strict=False) for part in pair]
        return "".join((*joined, self.pieces[-1])).encode()


def mold(page: Page, tongue: Tongue, tone: Condition) -> Mold:
    # Nothing on the page can name its own digest, so nobody's words are taken for a place.
    here = hashlib.sha256(repr(around(page)).encode(errors="replace")).hexdigest()[:16]
    id_, name, told, main = (f"{here}-{place}-" for place in _PLACES)
    feeds = ((kind, f"{name} ({way})", f"components/{id_}/{end}") for kind, way, end in FEEDS)
    outside = frame(
        page,
        tongue,
        path=f"components/{id_}/index.html",
        title=name,
        description=told,
        tone=tone,
        feeds=tuple(feeds),
    )
    whole = template("component.html", tongue).render(frame=outside, page=Held(main, page.internal))
    return Mold(tuple(re.split(f"{here}-({'|'.join(_PLACES)})-", whole)))


def around(page: Page) -> tuple[object, ...]:
    """All of a page that its frame shows: where that stays the same, so does the frame."""
    own = (page.id, page.title, page.url, page.description, page.environment)
    return (
        *own,
        page.may_be_found,
        page.internal,
        page.language,
        page.languages,
        page.look,
        page.fresh_for,
        page.subscribe,
    )
