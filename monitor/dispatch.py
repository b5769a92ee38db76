"""Tells people, after the commit, until the far end confirms it. At least once, in order.

One lane for each channel: a dead channel delays nobody else. What must be told is a row in the
outbox, so a kill at any moment loses nothing; what was confirmed is marked before the lane goes on,
and is not told again while the store cannot take the mark. A lane outlives every trouble of ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from monitor import backoff
from monitor.channels import Delivered, Delivery, Outside, Refused, Retry
from monitor.config.model import Channel
from monitor.log import get_logger
from monitor.notices import from_json
from monitor.store import Reader, StoreTrouble, Writer, outbox

GRACE: Final = timedelta(seconds=2)  # past a channel's own timeout
AFTER_TROUBLE: Final = timedelta(seconds=5)  # of ours, such as a database that is locked
LOOK_AGAIN: Final = timedelta(seconds=60)  # a wall clock may step while a lane sleeps

Scrub = Callable[[str], str]

log = get_logger()


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the store is to note of an attempt. `again_at` is None when it was the last one."""

    work: partial[None]
    again_at: datetime | None = None


@dataclass(slots=True)
class _Lane:
    """What a lane remembers. `unmarked` is what the store has not taken yet, by letter; `tried`
    are the letters tried since stopping began.
    """

    turn: Callable[[], Awaitable[timedelta]]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    unmarked: dict[int, _Mark] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)

    def set_aside(self, at: datetime) -> set[int]:
        """Letters not to be tried now, whatever the store says of them."""
        marks = self.unmarked.items()
        return self.tried | {n for n, mark in marks if mark.again_at is None or mark.again_at > at}


class Dispatch:
    """Drains the outbox. `wake` after every commit that may have put something in."""

    def __init__(self, store: tuple[Writer, Reader], outside: Outside, scrub: Scrub) -> None:
        """*scrub* takes every known secret out of a text."""
        self._writer, self._reader = store
        self._outside = outside
        self._clock = outside.clock
        self._scrub = scrub
        self._lanes: dict[str, _Lane] = {}
        self._scout = _Lane(self._find_waiting)
        self._channels: Mapping[str, Channel] | None = None
        self._stopping = False

    async def configure(self, channels: Mapping[str, Channel]) -> None:
        """Takes over the channels. What waits for one that is gone is given up, visibly."""
        self._channels = channels
        self.wake()

    def wake(self) -> None:
        """Has every lane look at once; starts those that are missing or have ended."""
        if self._channels is None:  # else everything that waits would look as if it were gone
            return
        self._open(self._channels)
        for name, lane in (("", self._scout), *self._lanes.items()):
            if not self._stopping and (lane.task is None or lane.task.done()):
                lane.task = asyncio.create_task(self._serve(name, lane), name=f"channel {name}")
            lane.woken.set()

    async def stop(self, patience: timedelta) -> None:
        """Lets each lane try once what is due, for *patience*; the rest stays in the outbox for
        the next start.
        """
        self._stopping = True
        self.wake()
        lanes = (self._scout, *self._lanes.values())
        tasks = [lane.task for lane in lanes if lane.task is not None]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _open(self, names: Iterable[str]) -> bool:
        """Whether any of them had no lane yet."""
        new = [] if self._stopping else [name for name in names if name not in self._lanes]
        for name in new:
            self._lanes[name] = _Lane(partial(self._deliver_due, name))
        return bool(new)

    async def _serve(self, name: str, lane: _Lane) -> None:
        last = False
        while not last:
            lane.woken.clear()
            last = self._stopping
            pause = await self._turn(name, lane)
            if not last:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(pause, LOOK_AGAIN).total_seconds()):
                        await lane.woken.wait()

    async def _turn(self, name: str, lane: _Lane) -> timedelta:
        """How long there is nothing to do after one turn of the lane, whatever happened in it."""
        try:
            return await lane.turn()
        except StoreTrouble as trouble:
            log.error("cannot read what is to be told", channel=name, why=str(trouble))
        except Exception:
            log.exception("telling stumbled and goes on", channel=name)
        return AFTER_TROUBLE

    async def _find_waiting(self) -> timedelta:
        """Gives letters a lane whose channel left the configuration."""
        if self._open(await self._reader.ask(outbox.channels_waiting)):
            self.wake()
        return LOOK_AGAIN

    async def _deliver_due(self, name: str) -> timedelta:
        """Delivers what is due; gives how long there is nothing to do. A store that takes no marks
        delays no letter: they are made up for later.
        """
        lane = self._lanes[name]
        marked = await self._settle(name, lane)
        pause = LOOK_AGAIN
        while letter := await self._next(name, lane):
            pause = letter.due_at - self._clock.now()
            if pause > timedelta():
                break
            if self._stopping:
                lane.tried.add(letter.id)
            delivery = await self._send(name, letter)
            lane.unmarked[letter.id] = self._mark(name, letter, delivery)
            marked = marked and await self._settle(name, lane)
            pause = LOOK_AGAIN
        return pause if marked else min(pause, AFTER_TROUBLE)

    async def _next(self, name: str, lane: _Lane) -> outbox.Letter | None:
        at = self._clock.now()
        question = partial(
            outbox.next_letter, channel=name, at=at, set_aside=tuple(lane.set_aside(at))
        )
        return await self._reader.ask(question)

    async def _settle(self, name: str, lane: _Lane) -> bool:
        """Whether the store has taken every mark."""
        try:
            for letter, mark in list(lane.unmarked.items()):
                await self._writer.do(mark.work)
                del lane.unmarked[letter]
        except StoreTrouble as trouble:
            log.error("cannot mark what was told", channel=name, why=str(trouble))
            return False
        return True

    async def _send(self, name: str, letter: outbox.Letter) -> Delivery:
        channel = (self._channels or {}).get(name)
        if channel is None:
            return Refused("the channel is no longer configured")
        deadline = channel.settings.timeout + GRACE
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                delivery = await channel.kind.send(
                    channel.settings, from_json(letter.body), letter.body, self._outside
                )
        except TimeoutError:
            return Retry("no confirmation in time")
        except Exception as trouble:
            log.exception("channel crashed", channel=name)
            return Retry(f"our own trouble: {type(trouble).__name__}")
        if isinstance(delivery, Delivered):
            return delivery
        return replace(delivery, why=self._scrub(delivery.why))

    def _mark(self, name: str, letter: outbox.Letter, delivery: Delivery) -> _Mark:
        """As of now, however late the store takes it."""
        at, attempt = self._clock.now(), letter.attempts + 1
        match delivery:
            case Delivered():
                log.info("told", channel=name, letter=letter.id, attempts=attempt)
                return _Mark(partial(outbox.mark_delivered, letter=letter.id, at=at))
            case Retry(why=why, after=after) if not backoff.is_over(attempt, _trying(letter, at)):
                log.warning("not told yet", channel=name, letter=letter.id, why=why)
                next_at = at + backoff.wait(attempt, after, draw=random.random())  # noqa: S311 - not a secret
                retry = partial(outbox.mark_retry, at=at, next_at=next_at, why=why)
                return _Mark(partial(retry, letter=letter.id), next_at)
            case Retry(why=why) | Refused(why=why):
                log.error("given up telling", channel=name, letter=letter.id, why=why)
                return _Mark(partial(outbox.mark_given_up, letter=letter.id, at=at, why=why))


def _trying(letter: outbox.Letter, at: datetime) -> timedelta:
    return at - (letter.first_tried_at or at)
