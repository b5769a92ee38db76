"""The one browser that is kept warm: started when first asked for, renewed before it ages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from probes.browser import api
from probes.browser.find import find_browser
from probes.browser.folder import PrivateFolder
from probes.browser.troubles import BrowserTrouble
from probes.browser.worker.engine import Engine, within

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

# A browser that lives long grows. Its driver goes with it, which costs 0.3 s.
RUNS: Final = 50
AGE: Final = timedelta(minutes=30)
_CLOSE: Final = timedelta(seconds=5)
_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Seat:
    """An engine and how it is used."""

    engine: Engine
    born: float
    runs: int = 0
    taken: int = 0
    retired: bool = False


class WarmBrowser:
    """Hands out fresh contexts of one browser and takes them back."""

    def __init__(self, executable: str, idle: timedelta, monotonic: Callable[[], float]) -> None:
        self._executable = executable
        self._idle = idle
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._folder: PrivateFolder | None = None
        self._seat: Seat | None = None
        self._seats: set[Seat] = set()
        self._idling: asyncio.TimerHandle | None = None
        self._tidying: set[asyncio.Task[None]] = set()

    async def borrow(self) -> tuple[Seat, BrowserContext]:
        """A fresh context. Raises BrowserTrouble when there is none to be had.

        A browser that died since the last run is replaced at once: the target was not asked yet.
        """
        async with self._lock:
            self._stay()
            seat = await self._present()
            try:
                context = await seat.engine.new_context()
            except BrowserTrouble as trouble:
                _log.warning("the browser is replaced: %s", trouble)
                await self._discard(seat)
                seat = await self._present()
                context = await seat.engine.new_context()
            seat.taken += 1
            seat.runs += 1
            return seat, context

    async def give_back(self, seat: Seat, context: BrowserContext) -> None:
        """Closes the context, and the browser with it when it does not obey."""
        seat.taken -= 1
        if not await _closed(seat, context):
            self._retire(seat)
        if seat.retired and not seat.taken:
            await self._discard(seat)
        self._idle_from_now()

    async def close(self) -> None:
        """Ends everything that was started. A later run would start it again."""
        async with self._lock:
            self._stay()
            for seat in tuple(self._seats):
                await self._discard(seat)
        await asyncio.gather(*self._tidying)
        if self._folder is not None:
            await asyncio.to_thread(self._folder.remove)
            self._folder = None

    async def _present(self) -> Seat:
        if self._seat is not None and self._aged(self._seat):
            self._retire(self._seat)
        if self._seat is None:
            self._seat = await self._start()
        return self._seat

    async def _start(self) -> Seat:
        executable = find_browser(self._executable)
        if self._folder is None:
            self._folder = await asyncio.to_thread(PrivateFolder)
        seat = Seat(await Engine.start(executable, self._folder.make()), self._monotonic())
        self._seats.add(seat)
        return seat

    def _aged(self, seat: Seat) -> bool:
        age = timedelta(seconds=self._monotonic() - seat.born)
        return seat.runs >= RUNS or age >= AGE

    def _retire(self, seat: Seat) -> None:
        """No new runs for this one; it goes when the last of its runs has ended."""
        seat.retired = True
        if self._seat is seat:
            self._seat = None
        if not seat.taken:
            self._later(self._discard(seat))

    async def _discard(self, seat: Seat) -> None:
        seat.retired = True
        if self._seat is seat:
            self._seat = None
        if seat in self._seats:
            self._seats.discard(seat)
            await seat.engine.close()

    def _stay(self) -> None:
        if self._idling is not None:
            self._idling.cancel()
            self._idling = None

    def _idle_from_now(self) -> None:
        self._stay()
        if not any(seat.taken for seat in self._seats):
            loop = asyncio.get_running_loop()
            wait = self._idle.total_seconds()
            self._idling = loop.call_later(wait, lambda: self._later(self._rest()))

    async def _rest(self) -> None:
        async with self._lock:
            if self._seat is not None and not self._seat.taken:
                await self._discard(self._seat)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tidying.add(task)
        task.add_done_callback(self._tidying.discard)


async def _closed(seat: Seat, context: BrowserContext) -> bool:
    if seat.engine.broken:
        return False
    try:
        await within(_CLOSE, context.close())
    except (api.Error, TimeoutError):
        return False
    return True
