"""What brings pages to people: the folders, the places, and those who subscribed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.routing import Route

from monitor.clock import Clock
from monitor.config import Config
from monitor.config.model import PageSettings
from monitor.operator import Operator
from monitor.places import Placing, assign
from monitor.publish import Publisher
from monitor.server import subscribing
from monitor.server.gate import gate
from monitor.store import Reader, Writer
from monitor.subscribing import Subscribing
from status_page import Page
from status_page.sentences import Sentences
from status_page.tongue import tongue


class Press:
    """Each part serves on its own; a page goes from the publisher to the others."""

    def __init__(
        self,
        store: tuple[Writer, Reader],
        clock: Clock,
        state: Path,
        operator: Operator,
        key: bytes,
    ) -> None:
        """*key* is what links in letters to subscribers are signed with."""
        self.publisher = Publisher(store[1], clock, state, self._published)
        self._sentences = Sentences()
        self.placing = Placing(state, clock, operator)
        self.subscribing = Subscribing(store, clock, key, operator=operator)

    @property
    def routes(self) -> Sequence[Route]:
        """For the server."""
        return subscribing.routes(self.subscribing, gate)

    @property
    def inside(self) -> Sequence[Route]:
        """For the socket of the command line."""
        return subscribing.inside(self.subscribing)

    def configure(self, config: Config) -> None:
        """Changes nothing that can fail."""
        folder = config.files[0].parent
        self.placing.configure(assign(config.pages.values(), config.places, folder))
        self.publisher.configure(config)
        self.subscribing.configure(config)

    def _published(self, settings: PageSettings, page: Page, files: Mapping[str, bytes]) -> None:
        self.placing.offer(settings.id, files)
        told = self._sentences.fill(page, tongue(page.language))
        self.subscribing.pages(settings.id, told)
