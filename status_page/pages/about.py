"""How the numbers are made, where machines read them, and how to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from status_page.frame import frame
from status_page.kept import Kept
from status_page.page import Page
from status_page.pages.kin import linked, root_of
from status_page.pages.mold import around
from status_page.pages.view import About as Sheet
from status_page.pages.view import Format
from status_page.templates import template
from status_page.text import anchor
from status_page.tongue import Tongue

_PATH: Final = "about/index.html"


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
            Format(f"{root}{path}", f"{page.url or root}{path}", what)
            for path, what in _files(tongue, example)
        ),
        example=example,
        fresh_for=tongue.duration(page.fresh_for),
        subscribe=page.subscribe,
        root=root,
    )
    title = tongue.say("About these numbers")
    outside = frame(page, tongue, path=_PATH, title=title, ld=linked(page, tongue, _PATH, title))
    return template("about.html", tongue).render(frame=outside, page=sheet).encode()


def _files(tongue: Tongue, example: str) -> Iterator[tuple[str, str]]:
    """Paths from the top of the folder, and what is there."""
    feeds = tongue.say("Every update, as a feed")
    yield from ((path, feeds) for path in ("history.atom", "history.rss", "feed.json"))
    if example:
        yield f"components/{example}/history.atom", tongue.say("The same of one component")
    yield "maintenance.ics", tongue.say("Maintenance, for calendars")
    whole = tongue.say("Everything at once, as Statuspage's API tells it")
    yield "api/v2/summary.json", whole
    parts = tongue.say("Parts of it")
    for path in ("status", "components", "incidents", "scheduled-maintenances"):
        yield f"api/v2/{path}.json", parts
    yield "history.csv", tongue.say("Every day of every component, as a table")
    yield "badges/status.svg", tongue.say("A badge")
    if example:
        yield f"badges/{example}/uptime.svg", tongue.say("A badge of one component")
    yield "badges/status.json", tongue.say("A badge for shields.io")
    yield "embed.js", tongue.say("A banner for your own site: shown only in trouble")
    yield "as-of.json", tongue.say("When the data was read")
