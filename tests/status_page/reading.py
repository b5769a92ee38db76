"""The first page as a reader meets it: its words, its attributes, its headings."""

from __future__ import annotations

from html.parser import HTMLParser

from status_page import Page
from status_page.index.index import Index
from status_page.tongue import tongue

HOSTILE = '<img src=//evil.example onerror="x()">\'"&amp;{{ 7*7 }}\u202e</title></script></style>'
_UNREAD = {"style", "script", "title", "noscript"}


def plain(text: str) -> str:
    """With ordinary spaces."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def first(page: Page, code: str = "en") -> dict[str, bytes]:
    """The files of the first page and what all pages share."""
    return dict(Index().files(page, tongue(code)))


def html(page: Page, code: str = "en") -> str:
    return first(page, code)["index.html"].decode()


class Reader(HTMLParser):
    """Text that is shown, attributes, ids and the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._text: list[str] = []
        self._within: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._within.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        while tag in self._within and self._within.pop() != tag:
            pass
        if tag in {"p", "h1", "h2", "h3", "h4", "li", "td", "th", "summary"}:
            self._text.append(" ")

    def handle_data(self, data: str) -> None:
        if not _UNREAD & set(self._within):
            self._text.append(data)

    @property
    def said(self) -> str:
        return plain("".join(self._text))

    def values(self, *names: str) -> list[str]:
        return [value for _, name, value in self.attributes if name in names]


def said(page: Page) -> str:
    return Reader(html(page)).said
