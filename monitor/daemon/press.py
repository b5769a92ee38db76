"""What brings pages to people: the folders, the places, and those who subscribed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.clock import Clock
from monitor.config import Config
from monitor.config.model import PageSettings
from monitor.operator import Operator
from monitor.places import Placing, assign
from monitor.publish import Publisher
from monitor.store import Reader
from status_page import Page


class Press:
    """Each part serves on its own; a page goes from the publisher to the others."""

    def __init__(self, reader: Reader, clock: Clock, state: Path, operator: Operator) -> None:
        self.publisher = Publisher(reader, clock, state, self._published)
        self.placing = Placing(state, clock, operator)

    def configure(self, config: Config) -> None:
        """Changes nothing that can fail."""
        folder = config.files[0].parent
        self.placing.configure(assign(config.pages.values(), config.places, folder))
        self.publisher.configure(config)

    def _published(self, settings: PageSettings, _: Page, files: Mapping[str, bytes]) -> None:
        self.placing.offer(settings.id, files)
