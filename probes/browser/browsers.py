"""The browsers a run may borrow: one a slot, each in a process of its own, started when needed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from probes.browser.errand import Errand, scrubber_of
from probes.browser.find import find_browser
from probes.browser.folder import PrivateFolder
from probes.browser.sessions import Sessions
from probes.browser.slots import Slots, slots_here
from probes.browser.troubles import BrowserTrouble, JourneyBroken
from probes.browser.workers import Travelled, Worker
from probes.result import Outcome, Reason, Result

# A driver that lives long grows, and so does the process it is asked from.
RUNS: Final = 500
GROWN: Final = 1024**3  # bytes; of a worker that rests
_WEIGHED: Final = 10  # runs between two looks at what it takes
_TIDYING: Final = 0.1  # seconds a run waits for it, so that the next one finds the same browser
_log = logging.getLogger(__name__)


class Browsers:
    """Starts nothing until asked. `idle` is how long an unused browser is kept.

    `secrets` are all that are known, to be hidden in whatever a run tells.
    `slots` is how many runs are let in at once; without it, what the machine can carry.
    """

    def __init__(
        self,
        *,
        executable: str = "",
        slots: int | None = None,
        idle: timedelta = timedelta(minutes=5),
        monotonic: Callable[[], float] = time.monotonic,
        secrets: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self._executable = executable
        self._slots = Slots(slots or slots_here())
        self._idle = idle
        self._monotonic = monotonic
        self._secrets = secrets
        self._sessions = Sessions()
        self._folder: PrivateFolder | None = None
        self._making = asyncio.Lock()
        self._free: list[Worker] = []
        self._workers: set[Worker] = set()
        self._resting: dict[Worker, asyncio.TimerHandle] = {}
        self._tidying: set[asyncio.Task[None]] = set()

    async def run(self, errand: Errand) -> Result:
        """Makes one run; raises nothing for the target's sake nor for the browser's.

        Neither waiting for a slot (at most two minutes) nor starting a browser counts as the
        target's time. It ends at most five seconds after its timeout.
        """
        errand = replace(errand, hidden=self._secrets())
        try:
            await self._slots.take()
            return await self._run(errand)
        except BrowserTrouble as trouble:
            return _ours(errand, trouble.reason, trouble)
        except JourneyBroken as trouble:
            return _ours(errand, Reason.JOURNEY_BROKEN, trouble)

    async def close(self) -> None:
        """Ends every browser; runs still under way end as ERROR. A later run would start one."""
        while self._workers or self._tidying:
            self._free.clear()
            await asyncio.gather(*(self._end(worker) for worker in tuple(self._workers)))
            await asyncio.gather(*self._tidying)
        if self._folder is not None:
            await asyncio.to_thread(self._folder.remove)
            self._folder = None

    async def _run(self, errand: Errand) -> Result:
        """In a slot that was taken, and is free again once the browser has been tidied up."""
        worker: Worker | None = None
        state = "" if errand.fresh else self._sessions[errand.session]
        try:
            if rested := self._rested():
                worker = rested
                try:
                    travelled = await worker.travel(replace(errand, remembered=state))
                except BrowserTrouble as trouble:  # it died meanwhile; the target was not asked
                    _log.warning("the browser is replaced: %s", trouble)
                    await self._end(worker)
                    rested = None
            if rested is None:
                worker = await self._start()
                travelled = await worker.travel(replace(errand, remembered=state))
            self._remember(errand.session, state, travelled)
            return travelled.result
        finally:
            tidying = self._later(self._give_back(worker))
            await asyncio.wait({tidying}, timeout=_TIDYING)

    def _remember(self, session: str, state: str, travelled: Travelled) -> None:
        if travelled.result.outcome is Outcome.FAIL:
            self._sessions.forget(session, state)
        self._sessions.keep(session, travelled.kept)

    def _rested(self) -> Worker | None:
        """One that waits for work, the one that has waited least."""
        if not self._free:
            return None
        worker = self._free.pop()
        self._resting.pop(worker).cancel()
        return worker

    async def _start(self) -> Worker:
        executable = find_browser(self._executable)
        async with self._making:
            if self._folder is None:
                self._folder = await asyncio.to_thread(PrivateFolder)
        worker = await Worker.start(executable, self._folder.make(), self._monotonic)
        self._workers.add(worker)
        return worker

    async def _give_back(self, worker: Worker | None) -> None:
        try:
            if worker is None:
                return
            if await worker.free() and not self._is_worn(worker):
                self._rest(worker)
            elif worker in self._workers:
                await self._end(worker)
                await self._stand_by()
        finally:
            self._slots.release()

    def _is_worn(self, worker: Worker) -> bool:
        weigh = worker.runs % _WEIGHED == 0
        return worker.runs >= RUNS or (weigh and worker.private_bytes() > GROWN)

    async def _stand_by(self) -> None:
        """So that the next run need not wait for a browser, after one had to go."""
        try:
            self._rest(await self._start())
        except BrowserTrouble as trouble:
            _log.warning("no browser: %s", trouble)

    def _rest(self, worker: Worker) -> None:
        if worker not in self._workers:
            return
        loop = asyncio.get_running_loop()
        wait = self._idle.total_seconds()
        self._free.append(worker)
        self._resting[worker] = loop.call_later(wait, lambda: self._later(self._dismiss(worker)))

    async def _dismiss(self, worker: Worker) -> None:
        if worker in self._free:
            self._free.remove(worker)
            await self._end(worker)

    async def _end(self, worker: Worker) -> None:
        if resting := self._resting.pop(worker, None):
            resting.cancel()
        if worker in self._workers:
            self._workers.discard(worker)
            await worker.end()

    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tidying.add(task)
        task.add_done_callback(self._tidying.discard)
        return task


def _ours(errand: Errand, reason: Reason, trouble: Exception) -> Result:
    said = scrubber_of(errand).line(str(trouble))
    return Result(outcome=Outcome.ERROR, took=timedelta(), reason=reason, summary=said)
