"""A published page, and visitors with a real browser and a clock of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

import status_page
from status_page.index.index import Index
from tests.status_page.examples import NOW

CHROMIUM = shutil.which("chromium-headless-shell")
SECOND = timedelta(seconds=1)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium-headless-shell here")


class Site:
    """A public folder on a loopback server."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address

    def publish(self, given: status_page.Page) -> None:
        """All of it."""
        self._write(status_page.render(given))

    def show(self, given: status_page.Page) -> None:
        """The first page and what it asks for; nothing of what is behind it."""
        renderer = status_page.Renderer()
        renderer._spoken, renderer._silent = (Index(),), ()
        self._write(renderer.render(given))

    def _write(self, files: Mapping[str, bytes]) -> None:
        for path, body in files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)


@contextmanager
def visiting(
    browser: Browser, address: str, at: datetime = NOW + SECOND, width: int = 1280, **options: Any
) -> Iterator[Page]:
    """A visitor whose clock shows *at*, with the page before them."""
    size: ViewportSize = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, **{"locale": "en-GB", **options})
    try:
        tab = context.new_page()
        tab.clock.install(time=at)
        tab.goto(address)
        yield tab
    finally:
        context.close()
