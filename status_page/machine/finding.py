"""What search engines ask for first: which pages there are, and whether they may be found.

Each page names itself in other languages, so that the list need not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from status_page.frame import languages
from status_page.kept import Kept
from status_page.machine import facts
from status_page.machine.facts import xml
from status_page.page import Page
from status_page.text import anchor

MOST = 40_000
"""Addresses in one sitemap; the protocol allows 50,000."""
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
)
Place = tuple[str, date | None]
"""A path below the folder of a language, and the day it changed; None where that says nothing."""


class Finding:
    """`robots.txt`, and `sitemap.xml` where the address of the page is known."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[Place, str, tuple[str, ...]], str] = Kept()

    def files(self, page: Page) -> Iterator[tuple[str, bytes]]:
        yield "robots.txt", _robots(page).encode()
        if page.url and page.may_be_found:
            yield "sitemap.xml", self._sitemap(page).encode()

    def _sitemap(self, page: Page) -> str:
        codes = languages(page)
        places = dict(list(_places(page))[: MOST // len(codes)])
        self._kept.only(places)
        told = [
            self._kept.get(path, ((path, day), page.url, codes), _told)
            for path, day in places.items()
        ]
        return f"{_HEAD}{''.join(told)}</urlset>\n"


def _robots(page: Page) -> str:
    if not page.may_be_found:
        return "User-agent: *\nDisallow: /\n"
    found = "User-agent: *\nDisallow:\n"
    return f"{found}\nSitemap: {page.url}sitemap.xml\n" if page.url else found


def _places(page: Page) -> Iterator[Place]:
    """The most telling ones first."""
    yield "", None
    yield from (("history/", None), ("about/", None))
    yield from ((f"components/{anchor(each.id)}/", None) for each in page.components)
    months = {f"history/{_day(each.began_at):%Y-%m}/": None for each in page.incidents}
    yield from months.items()
    for incident in page.incidents:
        yield facts.incident_path(incident), _day(incident.changed_at)
    for work in page.maintenance:
        yield facts.work_path(work), _day(work.announced_at) if work.announced_at else None


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _told(source: tuple[Place, str, tuple[str, ...]]) -> str:
    (path, day), url, codes = source
    changed = f"<lastmod>{day.isoformat()}</lastmod>" if day else ""
    return "".join(
        f"<url><loc>{xml(_address(url, code, codes, path))}</loc>{changed}</url>\n"
        for code in codes
    )


def _address(url: str, code: str, codes: tuple[str, ...], path: str) -> str:
    return f"{url}{path}" if code == codes[0] else f"{url}{code}/{path}"
