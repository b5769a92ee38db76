"""What whoever writes and whoever asks needs of a store, be it on disk or in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlite_utils import Database

T = TypeVar("T")


class Takes(Protocol):
    """Does work in one transaction."""

    async def do(self, work: Callable[[Database], T]) -> T:
        """What *work* returns, once it is kept. Raises what *work* raised, and StoreTrouble."""
        ...


class Answers(Protocol):
    """Answers from one consistent moment."""

    async def ask(self, question: Callable[[Database], T]) -> T:
        """Raises what *question* raised, and StoreTrouble."""
        ...
