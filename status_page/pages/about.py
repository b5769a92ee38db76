"""How the numbers are made, where machines read them, and how to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from status_page.drawing.escaped import escape
from status_page.frame import folder, frame
from status_page.kept import Kept
from status_page.page import Page
from status_page.pages.kin import linked, root_of
from status_page.pages.mold import around
from status_page.pages.view import About as Sheet
from status_page.pages.view import Format, Snippet
from status_page.templates import template
from status_page.text import anchor, shorten, tidy
from status_page.tongue import Tongue

_PATH: Final = "about/index.html"
_API: Final = "api/v2/{}.json"
_PARTS: Final = (
    "status",
    "components",
    "incidents",
    "incidents/unresolved",
    "scheduled-maintenances",
    "scheduled-maintenances/active",
    "scheduled-maintenances/upcoming",
)
_ELSEWHERE: Final = "https://status.example.org/"
"""Stands in snippets for an address that is not known."""


class About:
    """Changes with the page's own facts alone."""

    def __init__(self) -> None:
        self._pages: Kept[tuple[object, ...], bytes] = Kept()

    def files(self, page: Page, tongue: Tongue) -> Iterable[tuple[str, bytes]]:
        example = anchor(page.components[0].id) if page.components else ""
        source = (*around(page), example)
        yield _PATH, self._pages.get(tongue.code, source, partial(_made, page, tongue, example))


def _made(page: Page, tongue: Tongue, example: str, _: object) -> bytes:
    root = root_of(page, tongue, 1)
    sheet = Sheet(
        formats=tuple(
            Format(what, tuple((f"{root}{path}", f"{page.url or root}{path}") for path in paths))
            for what, paths in _files(tongue, example)
        ),
        snippets=_snippets(page, tongue),
        example=example,
        fresh_for=tongue.duration(page.fresh_for),
        subscribe=page.subscribe,
        root=root,
    )
    title = tongue.say("About these numbers")
    outside = frame(page, tongue, path=_PATH, title=title, ld=linked(page, tongue, _PATH, title))
    return template("about.html", tongue).render(frame=outside, page=sheet).encode()


def _files(tongue: Tongue, example: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What there is, and the paths from the top of the folder where it is."""
    own = f"components/{example}"
    yield tongue.say("Every update, as a feed"), ("history.atom", "history.rss", "feed.json")
    if example:
        yield tongue.say("The same of one component"), (f"{own}/history.atom",)
    yield tongue.say("Maintenance, for calendars"), ("maintenance.ics",)
    yield tongue.say("Everything at once, as Statuspage's API tells it"), (_API.format("summary"),)
    yield tongue.say("Parts of it"), tuple(map(_API.format, _PARTS))
    tables = ("history.csv", f"{own}/history.csv") if example else ("history.csv",)
    yield tongue.say("Every day of every component, as a table"), tables
    yield tongue.say("A badge"), ("badges/status.svg",)
    if example:
        yield tongue.say("A badge of one component"), (f"badges/{example}/uptime.svg",)
    yield tongue.say("A badge for shields.io"), ("badges/status.json",)
    yield tongue.say("When the data was read"), ("as-of.json",)


def _snippets(page: Page, tongue: Tongue) -> tuple[Snippet, ...]:
    """To be copied into other sites."""
    top = page.url or _ELSEWHERE
    said = escape(shorten(tidy(page.title), 80))
    frame_at = f"{top}{folder(page, tongue.code)}embed/"
    return (
        Snippet(
            tongue.say("A banner for your own site: shown only in trouble"),
            f'<script src="{escape(top)}embed.js" defer></script>',
        ),
        Snippet(
            tongue.say("The answer, in a frame"),
            f'<iframe src="{escape(frame_at)}" title="{said}" height="160"'
            ' style="max-width:100%;border:0"></iframe>',
        ),
    )
