"""The outside world, as every channel borrows it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from monitor.channels import Outside, reaching_out
from tests.support.clock import HandClock


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with reaching_out(HandClock()) as world:
        yield world
