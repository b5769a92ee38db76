"""The files of the first page, and what all pages share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from status_page.component import Component
from status_page.frame import INDEX, Leaf, folder, frame, languages
from status_page.index import days
from status_page.index.compose import sheet
from status_page.index.headline import MARKS
from status_page.index.past import Watched, watched
from status_page.index.row import Source, row
from status_page.index.view import Headline, Sheet
from status_page.kept import Kept
from status_page.looks import files
from status_page.machine.linked import json_ld
from status_page.page import Page
from status_page.templates import template
from status_page.tongue import Tongue

CONTENT: Final = "@content@"
"""Stands where the digest of what the page says belongs."""


class Index:
    """The first page, in every language. Rows of components are kept."""

    def __init__(self) -> None:
        self._rows: Kept[Source, str] = Kept()
        self._read: Kept[tuple[Component, date], tuple[days.Read, ...]] = Kept()
        self._watched: Kept[Source, Watched] = Kept()

    def files(self, page: Page, tongue: Tongue) -> Iterable[tuple[str, bytes]]:
        made = sheet(page, tongue, self)
        leaf = _leaf(page, tongue, made)
        around = frame(page, tongue, path=INDEX, title=_title(made.headline), **leaf)
        said = template("index.html", tongue).render(frame=around, page=made)
        yield INDEX, said.encode()
        if tongue.code == page.language:
            yield from files(page.look)
            self._forget(page)

    def row(self, source: Source, tongue: Tongue) -> str:
        key = (source.component.id, tongue.code)
        return self._rows.get(key, source, lambda given: row(given, self._days(given), tongue))

    def _days(self, source: Source) -> tuple[days.Read, ...]:
        """The same in every language."""
        of = (source.component, source.today)
        return self._read.get(source.component.id, of, lambda given: days.read(*given))

    def watched(self, source: Source) -> Watched:
        key = source.component.id
        return self._watched.get(key, source, lambda given: watched(given.component, given.today))

    def _forget(self, page: Page) -> None:
        ids = {found.id for found in page.components}
        self._read.only(ids)
        self._watched.only(ids)
        self._rows.only({(each, code) for each in ids for code in languages(page)})


def _title(top: Headline) -> str:
    return f"{MARKS[top.tone]} {top.words.rstrip('.')}"


def _leaf(page: Page, tongue: Tongue, made: Sheet) -> Leaf:
    top = made.headline
    address = page.url and page.url + folder(page, tongue.code)
    return Leaf(
        description=page.description or f"{top.words} {top.lead}".strip(),
        tone=top.tone,
        whole=True,
        content=CONTENT,
        ld=[json_ld(page, language=tongue.code, address=address)],
    )
