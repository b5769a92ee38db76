"""Looks into the store for whoever asks from outside, and soon gives up."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.store import Reader, StoreTrouble

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=3)
AGAIN: Final = timedelta(seconds=5)
"""After it did not answer in time: it is not asked before."""


class Glance:
    """Of one store."""

    def __init__(self, reader: Reader, monotonic: Callable[[], float]) -> None:
        self._reader = reader
        self._monotonic = monotonic
        self._not_before = -math.inf

    async def ask(self, question: Callable[[Database], T]) -> T | None:
        """None when the store does not say in time, or did not a moment ago."""
        if self._monotonic() < self._not_before:
            return None
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await self._reader.ask(question)
        except StoreTrouble:
            return None
        except TimeoutError:
            self._not_before = self._monotonic() + AGAIN.total_seconds()
            return None
