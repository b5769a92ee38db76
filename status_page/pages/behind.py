"""All pages behind the first one, in every language."""

from __future__ import annotations

from collections.abc import Iterator

from status_page.page import Page
from status_page.pages.about import About
from status_page.pages.components import Components
from status_page.pages.history import History
from status_page.pages.lost import Lost
from status_page.pages.stories import Stories
from status_page.tongue import Tongue


class Behind:
    """One room; what it keeps is kept by its parts."""

    def __init__(self) -> None:
        self._parts = (Components(), Stories(), History(), About(), Lost())

    def files(self, page: Page, tongue: Tongue) -> Iterator[tuple[str, bytes]]:
        for part in self._parts:
            yield from part.files(page, tongue)
