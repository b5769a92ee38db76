"""One browser for the tests of a module, on one event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
import pytest_asyncio

from probes.browser import Browsers
from probes.browser.worker import evidence, travel
from tests.support.here import Here
from tests.support.serve import serving
from tests.support.webapps import odd_site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browsers() -> AsyncIterator[Browsers]:
    """In our own process, where a test can reach into a journey."""
    lent = Here()
    yield lent
    await lent.close()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer to tell what it knows than a run at work waits for it."""
    monkeypatch.setattr(evidence, "_ONCE", timedelta(seconds=3))
    monkeypatch.setattr(travel, "_VIEWS", timedelta(seconds=3))


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    """The address of the site that is hard on browsers."""
    with serving(odd_site()) as address:
        yield address
