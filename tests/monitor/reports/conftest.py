"""The replayed outage, made once, and offices that have a copy of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.monitor.reports.offices import CONFIG, Office
from tests.monitor.reports.replayed import the_shortener

Open = Callable[..., Office]


@pytest.fixture(scope="session")
def shortened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that the second outage left."""
    folder = tmp_path_factory.mktemp("shortener")
    asyncio.run(the_shortener(folder))
    return folder / "t.db"


@pytest.fixture
def office(shortened: Path, tmp_path: Path) -> Office:
    return Office(tmp_path, shortened)


@pytest.fixture
def open_office(shortened: Path, tmp_path: Path) -> Open:
    """With more in its configuration."""
    return lambda more: Office(tmp_path, shortened, CONFIG + more)
