"""Stores for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.monitor.pages.stored import Stored

Make = Callable[..., Stored]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Stores of the test's own, closed afterwards."""
    made: list[Stored] = []

    def one(**about: Any) -> Stored:
        made.append(Stored(tmp_path, **about))
        return made[-1]

    yield one
    for each in made:
        each.writer.close()


@pytest.fixture
def stored(make: Make) -> Stored:
    """With the probe `web` alone."""
    return make()
