"""Tells people, after the commit, until the far end confirms it. At least once, in order.

One lane for each channel: a dead channel delays nobody else. What must be told is a row in the
outbox, so a kill at any moment loses nothing; what was confirmed is marked before the lane goes on,
and is not told again while the store cannot take the mark. A lane outlives every trouble of ours.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor import backoff, parts
from monitor.channels import Delivered, Delivery, Outside, Refused, Retry
from monitor.config.model import Channel
from monitor.dispatch.attempt import Attempts, Link, Scrub
from monitor.dispatch.direct import Direct
from monitor.dispatch.lanes import FALL_BACK_AFTER, Lane, Mark
from monitor.log import get_logger
from monitor.notices import Notice, Words
from monitor.store import Answers, StoreTrouble, Takes, falling_back, outbox
from monitor.store.outbox import Letter

AFTER_TROUBLE: Final = timedelta(seconds=5)  # of ours, such as a database that is locked
LOOK_AGAIN: Final = timedelta(seconds=60)  # a wall clock may step while a lane sleeps
ABOUT_A_CHANNEL: Final = "trueup/channel-"
"""Begins the probe of every notice of a channel's trouble."""

Work = Callable[[Database], object]
Troubled = Callable[[str, str], None]
Well = Callable[[str], None]

log = get_logger()


def _nobody(*_: str) -> None:
    pass


class Dispatch:
    """Drains the outbox. `wake` after every commit that may have put something in."""

    def __init__(  # noqa: PLR0913 - one parameter for everybody whom it calls
        self,
        store: tuple[Takes, Answers],
        outside: Outside,
        scrub: Scrub,
        *,
        acknowledge: Link | None = None,
        evidence: Link | None = None,
        troubled: Troubled = _nobody,
        well: Well = _nobody,
    ) -> None:
        """*scrub* takes every known secret out of a text; *acknowledge* gives the address where
        one click acknowledges an incident, *evidence* where what was seen is shown.

        *troubled* hears when a channel refuses or confirmed nothing for five minutes, and why;
        *well* when it confirms again, and the first time. Letters about a channel's trouble reach
        neither: else two channels could keep telling each other of their troubles for ever.
        """
        self._writer, self._reader = store
        self._clock = outside.clock
        self._attempts = Attempts(outside, scrub, acknowledge, evidence)
        self._direct = Direct(self._attempts, self._clock, self._channel)
        self._troubled, self._well = troubled, well
        self._lanes: dict[str, Lane] = {}
        self._scout = Lane(self._find_waiting)
        self._channels: Mapping[str, Channel] | None = None
        self._stopping = False
        self._held = False

    async def configure(self, channels: Mapping[str, Channel]) -> None:
        """Takes over the channels. What waits for one that is gone is given up, visibly."""
        self._channels = channels
        self.wake()

    def speak(self, words: Words) -> None:
        """Takes over the words of notices."""
        self._attempts.speak(words)

    def wake(self) -> None:
        """Has every lane look at once; starts those that are missing or have ended."""
        if self._held or self._channels is None:  # without any, all would look as if it were gone
            return
        self._open(self._channels)
        for name, lane in (("", self._scout), *self._lanes.items()):
            if not self._stopping and (lane.task is None or lane.task.done()):
                lane.task = asyncio.create_task(self._serve(name, lane), name=f"channel {name}")
            lane.woken.set()

    def tell_directly(self, notice: Notice, channels: Iterable[str]) -> None:
        """Tells without the store and returns at once; for when the store takes nothing."""
        self._direct.tell(notice, channels)

    async def confirm(self, notice: Notice, channel: Channel) -> Delivery:
        """What the far end says to *notice*, once, past every queue. Raises nothing."""
        return await self._attempts.confirm(notice, channel)

    async def stop(self, patience: timedelta) -> None:
        """Lets each lane try once what is due, for *patience*; the rest stays in the outbox for
        the next start.
        """
        self._stopping = True
        self.wake()
        lanes = (self._scout, *self._lanes.values())
        tasks = [lane.task for lane in lanes if lane.task is not None] + self._direct.end()
        await parts.finish(tasks, patience)

    async def hold(self, patience: timedelta) -> list[Work]:
        """Leaves the outbox alone until `release`: somebody else tells meanwhile. What is under way
        has *patience* to end; gives the marks that the store has not taken yet.
        """
        self._held = True
        lanes = (self._scout, *self._lanes.values())
        for lane in lanes:
            lane.woken.set()
        await parts.finish([lane.task for lane in lanes if lane.task is not None], patience)
        return [mark.work for lane in lanes for mark in lane.unmarked.values()]

    def release(self) -> None:
        """Goes on after `hold`."""
        self._held = False
        self.wake()

    def _channel(self, name: str) -> Channel | None:
        return (self._channels or {}).get(name)

    def _fallback(self, name: str) -> str:
        channel = self._channel(name)
        return channel.fallback if channel else ""

    def _open(self, names: Iterable[str]) -> bool:
        """Whether any of them had no lane yet."""
        new = [] if self._stopping else [name for name in names if name not in self._lanes]
        for name in new:
            self._lanes[name] = Lane(partial(self._deliver_due, name))
        return bool(new)

    async def _serve(self, name: str, lane: Lane) -> None:
        last = False
        while not last and not self._held:
            lane.woken.clear()
            last = self._stopping
            pause = await self._turn(name, lane)
            if not last:
                await parts.rest(lane.woken, min(pause, LOOK_AGAIN))

    async def _turn(self, name: str, lane: Lane) -> timedelta:
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
        self._say(name, lane.turned(None, self._clock.monotonic()))
        marked = await self._settle(name, lane) and await self._hand_over(name, lane)
        pause = LOOK_AGAIN
        while letter := await self._next(name, lane):
            pause = letter.due_at - self._clock.now()
            if pause > timedelta():
                break
            marked = await self._deliver(name, lane, letter) and marked
            pause = LOOK_AGAIN
        failing = lane.fails_in(self._clock.monotonic())
        if failing is not None and failing > timedelta():
            pause = min(pause, failing)
        return pause if marked else min(pause, AFTER_TROUBLE)

    async def _deliver(self, name: str, lane: Lane, letter: Letter) -> bool:
        """One attempt; whether the store has taken everything."""
        if self._stopping:
            lane.tried.add(letter.id)
        delivery = await self._send(name, letter)
        counts = not letter.probe.startswith(ABOUT_A_CHANNEL) and self._channel(name) is not None
        lane.learn(delivery, self._clock.monotonic(), counts=counts)
        lane.unmarked[letter.id] = self._mark(name, letter, delivery)
        marked = await self._settle(name, lane)
        if isinstance(delivery, Retry):
            marked = await self._hand_over(name, lane) and marked
        if counts:
            self._say(name, lane.turned(delivery, self._clock.monotonic()))
        return marked

    async def _next(self, name: str, lane: Lane) -> Letter | None:
        at = self._clock.now()
        question = partial(
            outbox.next_letter,
            channel=name,
            at=at,
            set_aside=lane.set_aside(at),
            confirmed=lane.confirmed(),
            hurry=self._stopping,
        )
        return await self._reader.ask(question)

    async def _send(self, name: str, letter: Letter) -> Delivery:
        channel = self._channel(name)
        if channel is None:
            return Refused("the channel is no longer configured")
        return await self._attempts.send(channel, letter.body, untold=letter.untold)

    async def _settle(self, name: str, lane: Lane) -> bool:
        """Whether the store has taken every mark."""
        try:
            for letter, mark in list(lane.unmarked.items()):
                noted = await self._writer.do(mark.work)
                del lane.unmarked[letter]
                if noted.needless:
                    log.info("older news is needless now", channel=name, letters=noted.needless)
                self._fell_back(name, noted.fell_back)
        except StoreTrouble as trouble:
            log.error("cannot mark what was told", channel=name, why=str(trouble))
            return False
        return True

    async def _hand_over(self, name: str, lane: Lane) -> bool:
        """Gives the fallback what could not be told for too long; whether the store took it."""
        fallback = self._fallback(name)
        if not fallback:
            return True
        at = self._clock.now()
        failing = lane.is_failing(self._clock.monotonic())
        since = None if failing else at - FALL_BACK_AFTER
        untaken = partial(falling_back.any_untaken, channel=name, tried_before=since)
        work = partial(
            falling_back.hand_over_untaken, channel=name, to=fallback, at=at, tried_before=since
        )
        try:
            if await self._reader.ask(untaken):
                self._fell_back(name, await self._writer.do(work))
        except StoreTrouble as trouble:
            log.error("cannot hand letters to the fallback", channel=name, why=str(trouble))
            return False
        return True

    def _fell_back(self, name: str, letters: int) -> None:
        if letters:
            log.warning("the fallback is told", channel=name, letters=letters)
            self.wake()

    def _say(self, name: str, turned: tuple[bool, str] | None) -> None:
        match turned:
            case (True, _):
                self._well(name)
            case (False, why):
                self._troubled(name, why)

    def _mark(self, name: str, letter: Letter, delivery: Delivery) -> Mark:
        """As of now, however late the store takes it."""
        at, attempt = self._clock.now(), letter.attempts + 1
        fallback = self._fallback(name)
        match delivery:
            case Delivered():
                log.info("told", channel=name, letter=letter.id, attempts=attempt)
                work = partial(outbox.mark_delivered, letter=letter.id, at=at, fallback=fallback)
                return Mark(work, confirmed=True)
            case Retry(why=why, after=after) if not backoff.is_over(attempt, _trying(letter, at)):
                log.warning("not told yet", channel=name, letter=letter.id, why=why)
                next_at = at + backoff.wait(attempt, after, draw=random.random())  # noqa: S311 - not a secret
                work = partial(outbox.mark_retry, letter=letter.id, at=at, fallback=fallback)
                return Mark(partial(work, next_at=next_at, why=why), next_at)
            case Retry(why=why) | Refused(why=why):
                log.error("given up telling", channel=name, letter=letter.id, why=why)
                work = partial(outbox.mark_given_up, letter=letter.id, at=at, fallback=fallback)
                return Mark(partial(work, why=why))


def _trying(letter: Letter, at: datetime) -> timedelta:
    return at - (letter.first_tried_at or at)
