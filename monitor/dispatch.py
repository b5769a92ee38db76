"""Tells people, after the commit, until the far end confirms it. At least once, in order.

One lane for each channel: a dead channel delays nobody else. What must be told is a row in the
outbox, so a kill at any moment loses nothing; what was confirmed is marked before the lane goes on.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
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

Scrub = Callable[[str], str]

log = get_logger()


class Dispatch:
    """Drains the outbox. `wake` after every commit that may have put something in."""

    def __init__(self, store: tuple[Writer, Reader], outside: Outside, scrub: Scrub) -> None:
        """*scrub* takes every known secret out of a text."""
        self._writer, self._reader = store
        self._outside = outside
        self._clock = outside.clock
        self._scrub = scrub
        self._lanes: dict[str, tuple[asyncio.Event, asyncio.Task[None]]] = {}
        self._channels: Mapping[str, Channel] = {}
        self._stopping = False

    async def configure(self, channels: Mapping[str, Channel]) -> None:
        """Takes over the channels. What waits for one that is gone is given up, visibly."""
        self._channels = channels
        waiting = await self._reader.ask(outbox.channels_waiting)
        for name in {*channels, *waiting} - self._lanes.keys():
            event = asyncio.Event()
            task = asyncio.create_task(self._lane(name, event), name=f"channel {name}")
            self._lanes[name] = (event, task)
        self.wake()

    def wake(self) -> None:
        for event, _ in self._lanes.values():
            event.set()

    async def stop(self, patience: timedelta) -> None:
        """Lets each lane finish the letter in its hands, for *patience*; the rest stays in the
        outbox for the next start.
        """
        self._stopping = True
        self.wake()
        tasks = [task for _, task in self._lanes.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=patience.total_seconds())
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def _lane(self, name: str, woken: asyncio.Event) -> None:
        while not self._stopping:
            woken.clear()
            try:
                pause = await self._next(name)
            except StoreTrouble as trouble:
                log.error("cannot read or mark what is to be told", channel=name, why=str(trouble))
                pause = AFTER_TROUBLE
            try:
                async with asyncio.timeout(None if pause is None else pause.total_seconds()):
                    await woken.wait()
            except TimeoutError:
                pass

    async def _next(self, name: str) -> timedelta | None:
        """Delivers what is due; gives how long there is nothing to do, None for until woken."""
        while letter := await self._reader.ask(partial(outbox.next_letter, channel=name)):
            wait = letter.next_at - self._clock.now()
            if wait > timedelta():
                return wait
            if self._stopping:
                return None
            delivery = await self._send(name, letter)
            if not isinstance(delivery, Delivered):
                delivery = replace(delivery, why=self._scrub(delivery.why))
            await self._mark(name, letter, delivery)
        return None

    async def _send(self, name: str, letter: outbox.Letter) -> Delivery:
        channel = self._channels.get(name)
        if channel is None:
            return Refused("the channel is no longer configured")
        deadline = channel.settings.timeout + GRACE
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                return await channel.kind.send(
                    channel.settings, from_json(letter.body), letter.body, self._outside
                )
        except TimeoutError:
            return Retry("no confirmation in time")
        except Exception as trouble:
            log.exception("channel crashed", channel=name)
            return Retry(f"our own trouble: {type(trouble).__name__}")

    async def _mark(self, name: str, letter: outbox.Letter, delivery: Delivery) -> None:
        at = self._clock.now()
        match delivery:
            case Delivered():
                await self._writer.do(partial(outbox.mark_delivered, letter=letter.id, at=at))
                log.info("told", channel=name, letter=letter.id, attempts=letter.attempts + 1)
            case Retry(why=why, after=after) if at - letter.created_at < backoff.GIVE_UP_AFTER:
                pause = backoff.wait(letter.attempts + 1, after, draw=random.random())  # noqa: S311 - not a secret
                mark = partial(outbox.mark_retry, letter=letter.id, next_at=at + pause, why=why)
                await self._writer.do(mark)
                log.warning("not told yet", channel=name, letter=letter.id, why=why)
            case Retry(why=why) | Refused(why=why):
                mark = partial(outbox.mark_given_up, letter=letter.id, at=at, why=why)
                await self._writer.do(mark)
                log.error("given up telling", channel=name, letter=letter.id, why=why)
