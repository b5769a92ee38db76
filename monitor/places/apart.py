"""Work that blocks, apart from everything else: in a thread of its own that nobody waits for at
the end, so that a place which hangs holds up neither another place nor the end of the daemon.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final, Generic, TypeVar

T = TypeVar("T")
LONGEST: Final = timedelta(minutes=30)


class Hangs(Exception):
    """It was given up, or what was given up before has not ended yet."""


class Apart(Generic[T]):
    """One work at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._free = asyncio.Event()
        self._free.set()
        self._moves = 0

    def moved(self) -> None:
        """It goes on. From any thread."""
        self._moves += 1

    async def free(self) -> None:
        """Until what was given up has ended, too."""
        await self._free.wait()

    async def run(
        self,
        work: Callable[[], T],
        halt: threading.Event,
        still: timedelta,
        most: timedelta = LONGEST,
    ) -> T:
        """What *work* returns or raises. Raises Hangs when nothing moved for *still*, or when it
        takes longer than *most*; *halt* is set then, and when whoever waits is cancelled.
        """
        if not self._free.is_set():
            raise Hangs
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, trouble: BaseException | None) -> None:
            self._free.set()
            if answer.done():
                return
            if trouble is not None:
                answer.set_exception(trouble)
            else:
                answer.set_result(result)  # type: ignore[arg-type]  # no trouble: it is a T

        def go() -> None:
            found, trouble = None, None
            try:
                found = work()
            except Exception as raised:  # noqa: BLE001 - raised again where it is waited for
                trouble = raised
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(settle, found, trouble)

        self._free.clear()
        threading.Thread(target=go, name=self._name, daemon=True).start()
        try:
            return await self._patiently(answer, still, loop.time() + most.total_seconds())
        finally:
            halt.set()
            answer.cancel()

    async def _patiently(self, answer: asyncio.Future[T], still: timedelta, until: float) -> T:
        loop = asyncio.get_running_loop()
        while True:
            before, left = self._moves, until - loop.time()
            done, _ = await asyncio.wait([answer], timeout=min(still.total_seconds(), max(left, 0)))
            if done:
                return answer.result()
            if left <= 0 or self._moves == before:
                raise Hangs
