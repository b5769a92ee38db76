"""All files that are for programs, once for all languages."""

from __future__ import annotations

from collections.abc import Iterator

from status_page.machine.badges import Badges
from status_page.machine.calendars import Calendars
from status_page.machine.embed import Embed
from status_page.machine.events import Events
from status_page.machine.feeds import Feeds
from status_page.machine.finding import Finding
from status_page.machine.history import History
from status_page.machine.statuspage import Statuspage
from status_page.page import Page


class Machines:
    """One room; what it keeps is kept by its parts."""

    def __init__(self) -> None:
        self._parts = (
            Statuspage(),
            Feeds(Events()),
            Calendars(),
            Badges(),
            History(),
            Embed(),
            Finding(),
        )

    def files(self, page: Page) -> Iterator[tuple[str, bytes]]:
        for part in self._parts:
            yield from part.files(page)
