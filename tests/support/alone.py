"""Room for what takes the whole machine: two such tests never run at the same time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def alone(factory: pytest.TempPathFactory) -> Iterator[None]:
    """Waits for the others of this run of the tests, whichever process they are in."""
    with _shared(factory).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The same file for all processes: each has a folder of its own below the common one."""
    own = factory.getbasetemp()
    common = own.parent if own.name.startswith("popen-") else own
    return common / "alone.lock"
