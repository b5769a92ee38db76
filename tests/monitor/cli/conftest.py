"""A target that several modules learn from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from tests.monitor.cli.shops import ORDERS, Shop
from tests.support.serve import serving


@pytest.fixture(scope="module")
def served() -> Iterator[Shop]:
    shop = Shop(Path())
    with serving(Starlette(routes=[Route("/orders", shop.answer)])) as shop.address:
        yield shop


@pytest.fixture
def shop(served: Shop, tmp_path: Path) -> Shop:
    served.folder, served.says, served.asked = tmp_path, [(200, ORDERS)], 0
    served.expects()
    return served
