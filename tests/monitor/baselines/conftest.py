"""What these tests begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import Reader, Writer
from tests.monitor.baselines.library import Library
from tests.support.clock import NIGHT, HandClock


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    clock = HandClock(NIGHT)
    with (
        closing(Writer(tmp_path / "trueup.db", clock)) as writer,
        closing(Reader(tmp_path / "trueup.db")) as reader,
    ):
        yield Library(tmp_path, clock, writer, reader)
