"""Folders on a loopback server, and what their visitors measure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from starlette.staticfiles import StaticFiles

from tests.status_page.browsing import Site
from tests.support.serve import serving

KINDS: Final = (
    "index.html",
    "components/uploads/index.html",
    "components/old-links/index.html",
    "incidents/i2/index.html",
    "maintenance/w2/index.html",
    "history/index.html",
    "history/2026-11/index.html",
    "about/index.html",
    "embed/index.html",
)
TOO_WIDE: Final = (
    "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
)


@contextmanager
def serving_folder(folder: Path) -> Iterator[Site]:
    """Without a Date, so that the visitor's own clock is believed."""
    with serving(StaticFiles(directory=folder, html=True), date_header=False) as address:
        yield Site(folder, f"{address}/")
