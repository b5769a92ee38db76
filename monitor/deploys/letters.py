"""Tells PagerDuty of deploys, as change events that wake nobody.

Whoever is paged sees there what was changed shortly before. What is to be told was written down
with the deploy itself, so a kill loses none of it, and what was confirmed is marked before anything
else is told to the same channel.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor import backoff, parts
from monitor.channels import Delivered, Delivery, Outside, Refused, Retry
from monitor.channels.pagerduty import PagerDutySettings, send_change
from monitor.clock import Clock
from monitor.config.model import Channel, Config
from monitor.log import get_logger
from monitor.store import Answers, StoreTrouble, Takes, change_letters
from monitor.store.change_letters import ChangeLetter

LOOK_AGAIN: Final = timedelta(minutes=1)
AFTER_TROUBLE: Final = timedelta(seconds=5)
SOONEST: Final = timedelta(milliseconds=200)
GRACE: Final = timedelta(seconds=2)  # past a channel's own timeout
NOT_THERE: Final = "the channel is no longer configured"
NOT_THAT_KIND: Final = "the channel is no PagerDuty any more"

Mark = Callable[[Database], None]
Scrub = Callable[[str], str]

log = get_logger()


class ChangeLetters:
    """Delivers each letter until it is confirmed, refused or a day old. `wake` after a deploy."""

    def __init__(
        self, store: tuple[Takes, Answers], outside: Outside, scrub: Scrub, clock: Clock
    ) -> None:
        """*scrub* takes every known secret out of a text."""
        self._writer, self._reader = store
        self._outside = outside
        self._scrub = scrub
        self._clock = clock
        self._channels: Mapping[str, Channel] | None = None
        self._woken = asyncio.Event()
        self._rest_until: dict[str, float] = {}
        """Channels that failed just now, by the monotonic clock: none of them delays another."""
        self._unmarked: dict[tuple[int, str], Mark] = {}
        """What the store has not taken yet."""

    def configure(self, config: Config) -> None:
        self._channels = config.channels
        self._rest_until.clear()
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            pause = await self._turn()
            await parts.rest(self._woken, pause)

    async def _turn(self) -> timedelta:
        """Delivers what is due; how long there is nothing to do then."""
        if self._channels is None:  # without any, all would look as if it were gone
            return LOOK_AGAIN
        try:
            await self._settle()
            return await self._deliver_due(self._channels)
        except StoreTrouble as trouble:
            log.error("news of deploys waits for the store", why=str(trouble))
        except Exception:
            log.exception("telling of deploys stumbled and goes on")
        return AFTER_TROUBLE

    async def _deliver_due(self, channels: Mapping[str, Channel]) -> timedelta:
        """Raises StoreTrouble."""
        while found := await self._due():
            lanes = groupby(sorted(found, key=attrgetter("channel")), attrgetter("channel"))
            async with asyncio.TaskGroup() as group:
                for name, waiting in lanes:
                    group.create_task(self._lane(channels.get(name), list(waiting)))
            await self._settle()
        due_at = await self._reader.ask(
            partial(change_letters.next_due_at, without=self._resting())
        )
        rests = [until - self._clock.monotonic() for until in self._rest_until.values()]
        waits = [timedelta(seconds=each) for each in rests]
        if due_at is not None:
            waits.append(due_at - self._clock.now())
        return min(max(min(waits, default=LOOK_AGAIN), SOONEST), LOOK_AGAIN)

    async def _due(self) -> list[ChangeLetter]:
        at, without = self._clock.now(), self._resting()
        return await self._reader.ask(partial(change_letters.due, at=at, without=without))

    def _resting(self) -> list[str]:
        now = self._clock.monotonic()
        for name in [name for name, until in self._rest_until.items() if until <= now]:
            del self._rest_until[name]
        return list(self._rest_until)

    async def _lane(self, channel: Channel | None, letters: Sequence[ChangeLetter]) -> None:
        """In order, until one has to be tried again."""
        for letter in letters:
            delivery = await self._send(channel, letter)
            again = self._judge(letter, delivery)
            with contextlib.suppress(StoreTrouble):  # tried again before anything else
                await self._settle()
            if again:
                return

    async def _send(self, channel: Channel | None, letter: ChangeLetter) -> Delivery:
        if channel is None:
            return Refused(NOT_THERE)
        if not isinstance(channel.settings, PagerDutySettings):
            return Refused(NOT_THAT_KIND)
        deadline = channel.settings.timeout + GRACE
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                return await self._told(channel.settings, letter)
        except TimeoutError:
            return Retry("no confirmation in time")
        except Exception as trouble:
            log.exception("channel crashed", channel=channel.id)
            return Retry(f"our own trouble: {type(trouble).__name__}")

    async def _told(self, settings: PagerDutySettings, letter: ChangeLetter) -> Delivery:
        details = {name: self._scrub(word) for name, word in details_of(letter).items()}
        links = {"Deploy": letter.url} if self._scrub(letter.url) == letter.url else {}
        summary = self._scrub(summary_of(letter))
        return await send_change(settings, summary, letter.at, details, links, self._outside)

    def _judge(self, letter: ChangeLetter, delivery: Delivery) -> bool:
        """Keeps the mark; whether the letter is to be tried again."""
        at = self._clock.now()
        match delivery:
            case Delivered():
                log.info("told of a deploy", channel=letter.channel, deploy=letter.deploy)
                self._mark(letter, partial(change_letters.delivered, letter=letter, at=at))
            case Retry(why=why, after=after) if not _is_over(letter, at):
                wait = backoff.wait(letter.attempts + 1, after, draw=random.random())  # noqa: S311 - not a secret
                self._rest_until[letter.channel] = self._clock.monotonic() + wait.total_seconds()
                again = partial(change_letters.again, next_at=at + wait, why=self._scrub(why))
                self._mark(letter, partial(again, letter=letter, at=at))
                return True
            case Retry(why=why) | Refused(why=why):
                said = self._scrub(why)
                log.error("a channel is not told of a deploy", channel=letter.channel, why=said)
                self._mark(letter, partial(change_letters.give_up, letter=letter, at=at, why=said))
        return False

    def _mark(self, letter: ChangeLetter, mark: Mark) -> None:
        self._unmarked[letter.key] = mark

    async def _settle(self) -> None:
        """Raises StoreTrouble; what is not written down then is kept, and told again by nobody."""
        for key in list(self._unmarked):
            mark = self._unmarked.pop(key, None)
            if mark is None:  # another lane is at it
                continue
            try:
                await self._writer.do(mark)
            except BaseException:
                self._unmarked.setdefault(key, mark)
                raise


def _is_over(letter: ChangeLetter, at: datetime) -> bool:
    first = letter.first_tried_at or at
    return backoff.is_over(letter.attempts + 1, at - first)


def summary_of(letter: ChangeLetter) -> str:
    """`Deployed: api 1.4.2 (before: 1.4.1), by ci`."""
    before = f" (before: {letter.previous})" if letter.previous else ""
    by = f", by {letter.by}" if letter.by else ""
    return f"Deployed: {letter.service} {letter.version}{before}{by}"


def details_of(letter: ChangeLetter) -> dict[str, str]:
    """What is known, for a table."""
    known = {
        "Service": letter.service,
        "Version": letter.version,
        "Version before": letter.previous,
        "Environment": letter.environment,
        "By": letter.by,
        "Note": letter.note,
    }
    return {name: word for name, word in known.items() if word}
