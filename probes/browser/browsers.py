"""The browsers a run may borrow: one warm browser, a fresh context for every run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from probes.browser import api
from probes.browser.errand import Errand
from probes.browser.slots import Slots, slots_here
from probes.browser.troubles import BrowserTrouble
from probes.browser.worker.travel import travel
from probes.browser.worker.warm import Seat, WarmBrowser
from probes.result import Outcome, Reason, Result
from probes.scrub import Scrubber

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext


class Browsers:
    """Starts nothing until asked. `idle` is how long an unused browser is kept.

    `slots` is how many runs are let in at once; without it, what the machine can carry.
    """

    def __init__(
        self,
        *,
        executable: str = "",
        slots: int | None = None,
        idle: timedelta = timedelta(minutes=5),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slots = Slots(slots or slots_here())
        self._warm = WarmBrowser(executable, idle, monotonic)
        self._monotonic = monotonic
        self._returning: set[asyncio.Task[None]] = set()

    async def run(
        self,
        errand: Errand,
    ) -> Result:
        """Makes one run; raises nothing for the target's sake nor for the browser's.

        Neither waiting for a slot (at most two minutes) nor starting a browser counts as the
        target's time. Up to 20 s may pass after its timeout for the screenshot and for tidying up.
        """
        try:
            async with self._slots.one():
                return await self._travel(errand)
        except BrowserTrouble as trouble:
            said = Scrubber(errand.secrets.values()).line(str(trouble))
            return Result(
                outcome=Outcome.ERROR, took=timedelta(), reason=trouble.reason, summary=said
            )

    async def close(self) -> None:
        """Ends the browser; runs still under way end as ERROR."""
        await self._warm.close()
        await asyncio.gather(*self._returning)

    async def _travel(self, errand: Errand) -> Result:
        seat, context = await self._warm.borrow()
        try:
            return await travel(errand, seat.engine, context, self._monotonic)
        except (api.Error, TimeoutError):
            said = "the browser died or hangs"
            raise BrowserTrouble(Reason.BROWSER_CRASHED, said) from None
        finally:
            await asyncio.shield(self._return(seat, context))

    def _return(self, seat: Seat, context: BrowserContext) -> asyncio.Task[None]:
        """Gives the context back even when the run is cancelled meanwhile."""
        task = asyncio.ensure_future(self._warm.give_back(seat, context))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)
        return task
