"""The short way from a table, as it stands in a file, to a result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from probes import KINDS, Result
from probes.journeys import choosing, message, returning, shorten, sight, signing_in, upload
from tests.support.here import Here
from tests.support.tools import borrowed_tools, settings_of

Travel = Callable[..., Awaitable[Result]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def travel() -> AsyncIterator[Travel]:
    """`await travel(journey="login", url=…)`, in one browser for a module's tests."""
    kind = KINDS["journey"]
    async with borrowed_tools(browsers=Here()) as tools:

        async def run(folder: Path = Path(), **table: Any) -> Result:
            return await kind.run(settings_of(kind, {"timeout": "20s"} | table, folder), tools)

        yield run


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What never comes is not waited for as long as in earnest."""
    monkeypatch.setattr(sight, "PATIENCE", timedelta(seconds=1))
    for module in (upload, shorten, message):
        monkeypatch.setattr(module, "LOOK_AGAIN", timedelta(milliseconds=300))
    monkeypatch.setattr(choosing, "FOR_A_FIELD", timedelta(milliseconds=400))
    monkeypatch.setattr(returning, "PROCESSING", timedelta(seconds=1))


@pytest.fixture
def curt(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page complains about is believed at once."""
    monkeypatch.setattr(signing_in, "_LASTING", timedelta(milliseconds=50))
