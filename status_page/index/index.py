"""The files of the first page, and what all pages share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from status_page.frame import INDEX, Leaf, frame
from status_page.index.compose import sheet
from status_page.index.headline import MARKS
from status_page.index.row import Source, row
from status_page.index.view import Headline, Sheet
from status_page.kept import Kept
from status_page.looks import files
from status_page.page import Page
from status_page.templates import template
from status_page.tongue import Tongue

CONTENT: Final = "@content@"
"""Stands where the digest of what the page says belongs."""


class Index:
    """The first page, in every language. Rows of components are kept."""

    def __init__(self) -> None:
        self._rows: Kept[Source, str] = Kept()

    def files(self, page: Page, tongue: Tongue) -> Iterable[tuple[str, bytes]]:
        made = sheet(page, tongue, lambda source: self._row(source, tongue))
        around = frame(page, tongue, path=INDEX, title=_title(made.headline), **_leaf(page, made))
        said = template("index.html", tongue).render(frame=around, page=made)
        yield INDEX, said.encode()
        if tongue.code == page.language:
            yield from files(page.look)
            self._forget(page)

    def _row(self, source: Source, tongue: Tongue) -> str:
        key = (source.component.id, tongue.code)
        return self._rows.get(key, source, lambda given: row(given, tongue))

    def _forget(self, page: Page) -> None:
        codes = {page.language, *page.languages}
        self._rows.only({(found.id, code) for found in page.components for code in codes})


def _title(top: Headline) -> str:
    return f"{MARKS[top.tone]} {top.words.rstrip('.')}"


def _leaf(page: Page, made: Sheet) -> Leaf:
    top = made.headline
    return Leaf(
        description=page.description or f"{top.words} {top.lead}".strip(),
        tone=top.tone,
        whole=True,
        content=CONTENT,
        ld=[{"@type": "WebPage", "name": page.title, "description": top.words}],
    )
