"""A practice site of its own for each test, and somebody who visits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from practice import RawHttp, create_app
from tests.practice.visitor import Visitor
from tests.support.serve import serving

Open = Callable[..., Visitor]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the site, by default with no fault, and gives a first visitor to it."""
    with ExitStack() as stack:

        def open_site(*faults: str) -> Visitor:
            app = create_app(tmp_path / "state", faults)
            address = stack.enter_context(serving(app, http=RawHttp))
            return stack.enter_context(Visitor(address))

        yield open_site


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site that tests share; they add to it and break nothing."""
    app = create_app(tmp_path_factory.mktemp("state"))
    with serving(app, http=RawHttp) as address:
        yield address


@pytest.fixture
def guest(address: str) -> Iterator[Visitor]:
    """Somebody new on the shared site."""
    with Visitor(address) as guest:
        yield guest


@pytest.fixture
def visitor(opened: Open) -> Visitor:
    return opened()
