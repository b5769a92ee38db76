"""A browser for all tests of a module, and a fresh public folder for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from starlette.staticfiles import StaticFiles

from tests.status_page.browsing import CHROMIUM, Site
from tests.support.serve import serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    # Without a Date the visitor's own clock is believed, which the tests set.
    with serving(StaticFiles(directory=tmp_path, html=True), date_header=False) as address:
        yield Site(tmp_path, f"{address}/")
