"""Takes letters to subscribers, a few at a time, until they are delivered or a day old.

A lane for each kind of address. None of it is shared with the channels that people on call are told
by: a thousand subscribers delay no page.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from monitor import parts
from monitor.clock import Clock
from monitor.log import get_logger
from monitor.store import Answers, StoreTrouble, Takes
from monitor.store import subscriber_letters as letters
from monitor.store.subscriber_letters import Due
from monitor.store.subscribers import Kind, forget
from monitor.subscribing.addresses import masked
from monitor.subscribing.dates import Dates
from monitor.subscribing.marks import Mark, both, dropped, not_wanted
from monitor.subscribing.outcome import Later, Never, Outcome, Sent, Stuck

TOGETHER: Final = 5
AT_ONCE: Final = 50
"""Read from the store at a time."""
FIRST: Final = timedelta(seconds=30)
CAP: Final = timedelta(minutes=30)
DAY: Final = timedelta(days=1)
LOOK_AGAIN: Final = timedelta(minutes=1)
STUCK_FIRST: Final = timedelta(seconds=10)
STUCK_CAP: Final = timedelta(minutes=5)
REFUSALS: Final = 3
"""So many letters refused for good, one after the other: nobody reads there."""
ALL_REFUSED: Final = 5
"""So many different subscribers refused in a row: perhaps it is not them."""
DOUBTS_MOST: Final = AT_ONCE
"""Letters past those, in one turn, that may show whether anything is taken at all."""
HOOK_FAILURES: Final = 5
ASKED_MOST: Final = 3
"""Attempts to ask a webhook whether it wants to be one."""
TROUBLE: Final = timedelta(minutes=10)
"""Whatever keeps letters waiting for so long, the operator hears of."""
GRACE: Final = timedelta(seconds=2)

Send = Callable[[Due], Awaitable[Outcome]]

log = get_logger()


class Operator(Protocol):
    """Whoever hears of trueup's own trouble."""

    async def begins(self, name: str, says: str) -> None: ...

    async def ends(self, name: str) -> None: ...


class Lane:
    """*send* makes one attempt, within a deadline of its own."""

    def __init__(
        self,
        kind: Kind,
        store: tuple[Takes, Answers],
        clock: Clock,
        send: Send,
        operator: Operator | None = None,
    ) -> None:
        self._kind = kind
        self._writer, self._reader = store
        self._clock = clock
        self._dates = Dates(kind, store, clock, CAP + LOOK_AGAIN)
        self._send = send
        self._woken = asyncio.Event()
        self._room = asyncio.Semaphore(TOGETHER)
        self._marks: list[tuple[int, Mark]] = []
        """What the store has not taken yet, by subscriber."""
        self._stuck: str = ""
        self._stucks = 0
        self._stuck_since: float | None = None
        self._operator = operator
        self._told: bool | None = None
        """Whether the operator knows of trouble; None: perhaps, from a daemon before this one."""
        self._refused: set[int] = set()
        """Subscribers refused since the last letter that was taken."""
        self._doubts: list[str] = []
        """Why letters were refused in this turn that did not count against anybody."""

    def wake(self) -> None:
        """Looks at once, also after trouble."""
        self._woken.set()

    async def serve(self) -> None:
        """Until cancelled; what is under way then may still end."""
        while True:
            self._woken.clear()
            pause = await self._turn()
            await parts.rest(self._woken, pause)

    async def _turn(self) -> timedelta:
        """Delivers what is due; how long there is nothing to do then."""
        self._stuck = ""
        self._doubts.clear()
        try:
            await self._settle()
            while found := await self._due():
                await self._deliver_all(found)
                await self._report()
                if self._stuck:
                    await self._tried_all()
                    return self._stuck_for()
            due_at = await self._reader.ask(partial(letters.next_due_at, kind=self._kind))
            await self._end(due_at)
        except StoreTrouble as trouble:
            log.error("letters to subscribers wait for the store", why=str(trouble))
            return STUCK_FIRST
        if due_at is None:
            return LOOK_AGAIN
        return min(max(due_at - self._clock.now(), timedelta(seconds=1)), LOOK_AGAIN)

    async def _end(self, due_at: datetime | None) -> None:
        """Of a turn in which everything that was due was tried. Raises StoreTrouble."""
        if self._doubts:
            self._get_stuck(self._doubts[-1])
            self._stuck_for()
        elif due_at is None:
            self._stuck_since = None
        await self._report()

    async def _tried_all(self) -> None:
        """Where no letter can go out, each that is due had its chance. Raises StoreTrouble."""
        if not self._doubts:
            await self._writer.do(partial(letters.tried, kind=self._kind, at=self._clock.now()))

    def _stuck_for(self) -> timedelta:
        self._stucks += 1
        if self._stucks == 1:
            log.error("letters to subscribers wait", by=self._kind.value, why=self._stuck)
        return min(STUCK_FIRST * (1 << min(self._stucks - 1, 10)), STUCK_CAP)

    async def _due(self) -> list[Due]:
        await self._dates.keep_right()
        return await self._reader.ask(
            partial(
                letters.due,
                kind=self._kind,
                at=self._clock.now(),
                most=AT_ONCE,
                without=[subscriber for subscriber, _ in self._marks],
            )
        )

    async def _deliver_all(self, found: list[Due]) -> None:
        tasks = [asyncio.create_task(self._deliver(due)) for due in found]
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:
            self._stuck = "stopping"  # nothing more is begun
            await parts.finish(tasks, GRACE)
            raise
        for task in tasks:
            task.result()  # StoreTrouble of a mark was kept; anything else is a bug to be seen
        await self._settle()

    async def _deliver(self, due: Due) -> None:
        async with self._room:
            if self._stuck:
                return
            old = self._clock.now() - due.created_at > DAY and due.attempts > 0
            work = self._given_up(due) if old else self._judged(due, await self._attempt(due))
        if work is not None:
            self._marks.append((due.to.id, work))
            with contextlib.suppress(StoreTrouble):  # tried again before anything else
                await self._settle()

    async def _attempt(self, due: Due) -> Outcome:
        try:
            return await self._send(due)
        except Exception as trouble:  # noqa: BLE001 - its words may hold the address
            log.error("a letter could not be written", letter=due.id, why=type(trouble).__name__)
            return Later("our own trouble")

    async def _settle(self) -> None:
        """Raises StoreTrouble; what is not written down then is kept."""
        while self._marks:
            mark = self._marks.pop(0)
            try:
                await self._writer.do(mark[1])
            except StoreTrouble:
                self._marks.append(mark)
                raise

    def _judged(self, due: Due, outcome: Outcome) -> Mark | None:
        """What is to be written down of it; None: nothing, it is as it was."""
        match outcome:
            case Sent():
                self._went_well()
                return partial(letters.delivered, letter=due.id)
            case Stuck(why=why):
                self._get_stuck(why)
                # A stranger's wish is not first in the line a second time.
                return self._again(due) if due.to.confirmed_at is None else None
            case Later(counts=counts) as later:
                return self._again(due, later.after, counts=counts)
            case Never(why=why, gone=gone):
                return self._refused_by(due, why, gone=gone)

    def _get_stuck(self, why: str) -> None:
        self._stuck = why
        if self._stuck_since is None:
            self._stuck_since = self._clock.monotonic()

    def _went_well(self) -> None:
        if self._stucks:
            log.info("letters to subscribers go out again", by=self._kind.value)
        self._stucks = 0
        self._stuck_since = None
        self._refused.clear()
        if self._doubts:
            self._doubts.clear()
            self._stuck = ""

    async def _report(self) -> None:
        """Raises StoreTrouble."""
        if self._operator is None:
            return
        now, since = self._clock.monotonic(), self._stuck_since
        if self._stuck and since is not None and now - since >= TROUBLE.total_seconds():
            says = f"Letters to subscribers by {self._kind} wait: {self._stuck}."
            await self._operator.begins(f"subscribers-{self._kind}", says)
            self._told = True
        elif since is None and self._told is not False:
            await self._operator.ends(f"subscribers-{self._kind}")
            self._told = False

    def _again(self, due: Due, after: timedelta | None = None, *, counts: bool = False) -> Mark:
        at = self._clock.now()
        if not due.body and self._kind is Kind.WEBHOOK and due.attempts + 1 >= ASKED_MOST:
            return not_wanted(due)
        if counts and self._is_dead(due):
            return self._forgotten(due, "it took nothing for a day")
        window = min(FIRST * (1 << min(due.attempts, 10)), CAP)
        wait = max(window * (0.5 + random.random() / 2), min(after or timedelta(), CAP))  # noqa: S311 - not a secret
        again = partial(letters.again, letter=due.id, at=at, due_at=at + wait)
        return both(
            again, partial(letters.count_failure, subscriber=due.to.id, at=at) if counts else None
        )

    def _refused_by(self, due: Due, why: str, *, gone: bool) -> Mark:
        if due.to.confirmed_at is None:  # strangers write down what they like: it shows nothing
            return not_wanted(due)
        self._refused.add(due.to.id)
        if self._kind is Kind.EMAIL and len(self._refused) >= ALL_REFUSED:
            return self._doubted(due, f"{why}, and so were {ALL_REFUSED - 1} others")
        dead = self._is_dead(due) if self._kind is Kind.WEBHOOK else due.to.failures + 1 >= REFUSALS
        if gone or dead:
            return self._forgotten(due, why)
        failed = partial(letters.count_failure, subscriber=due.to.id, at=self._clock.now())
        return both(dropped(due), failed)

    def _doubted(self, due: Due, why: str) -> Mark:
        """It waits behind those that were not tried yet."""
        self._doubts.append(why)
        if len(self._doubts) >= DOUBTS_MOST:
            self._get_stuck(why)
        return self._again(due)

    def _given_up(self, due: Due) -> Mark:
        log.warning("a letter to a subscriber is given up after a day", letter=due.id)
        return dropped(due)

    def _is_dead(self, due: Due) -> bool:
        since = due.to.failing_since
        long = since is not None and self._clock.now() - since >= DAY
        return long and due.to.failures + 1 >= HOOK_FAILURES

    def _forgotten(self, due: Due, why: str) -> Mark:
        who = masked(self._kind, due.to.address)
        log.info("a subscriber cannot be reached and is deleted", who=who, why=why)
        return partial(forget, handle=due.to.handle)
