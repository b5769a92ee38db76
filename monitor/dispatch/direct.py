"""Telling without the store, for when it is the store that cannot take anything.

What is told this way lives in memory only: a stop or a kill loses it. It is meant for a few words
about ourselves, not for the service's incidents.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from monitor import backoff, parts
from monitor.channels import Delivered, Delivery, Refused, Retry
from monitor.clock import Clock
from monitor.config.model import Channel
from monitor.dispatch.attempt import Attempts
from monitor.log import get_logger
from monitor.notices import EventKind, Notice, to_json

WAITING_MAX: Final = 100
"""For each channel; what comes after that takes the place of the oldest."""

log = get_logger()


@dataclass(eq=False, slots=True)
class _Letter:
    notice: Notice
    been: frozenset[str]
    """Channels that refused it."""
    began: float
    attempts: int = 0


@dataclass(slots=True)
class _Lane:
    letters: deque[_Letter] = field(default_factory=lambda: deque(maxlen=WAITING_MAX))
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    confirmed: set[str] = field(default_factory=set)
    """Keys of what was opened there and not yet resolved."""


class Direct:
    """One lane for each channel, in order, each letter until it is confirmed, refused, or a day
    old. *find* gives a channel by its id.
    """

    def __init__(
        self, attempts: Attempts, clock: Clock, find: Callable[[str], Channel | None]
    ) -> None:
        self._attempts = attempts
        self._clock = clock
        self._find = find
        self._lanes: dict[str, _Lane] = {}
        self._stopping = False

    def tell(
        self, notice: Notice, channels: Iterable[str], been: frozenset[str] = frozenset()
    ) -> None:
        """Returns at once. An opening that still waits is made needless by its resolve."""
        for name in channels:
            lane = self._lanes.setdefault(name, _Lane())
            if notice.event is EventKind.RESOLVED:
                _forget(lane, notice.dedup_key)
            if len(lane.letters) == WAITING_MAX:
                log.error("too much to tell without the store; the oldest is dropped", channel=name)
            lane.letters.append(_Letter(notice, been, self._clock.monotonic()))
            lane.woken.set()
            if not self._stopping and (lane.task is None or lane.task.done()):
                lane.task = asyncio.create_task(self._serve(name, lane), name=f"direct {name}")

    def end(self) -> list[asyncio.Task[None]]:
        """Has every lane try once more what waits, and end; the tasks that do so."""
        self._stopping = True
        for lane in self._lanes.values():
            lane.woken.set()
        return [lane.task for lane in self._lanes.values() if lane.task is not None]

    async def _serve(self, name: str, lane: _Lane) -> None:
        while lane.letters:
            letter = lane.letters[0]
            lane.woken.clear()
            last = self._stopping
            delivery = await self._send(name, lane, letter)
            pause = self._judge(name, lane, letter, delivery)
            if pause is None or last:
                with contextlib.suppress(ValueError):  # newer news took its place meanwhile
                    lane.letters.remove(letter)
                continue
            await parts.rest(lane.woken, pause)

    async def _send(self, name: str, lane: _Lane, letter: _Letter) -> Delivery:
        channel = self._find(name)
        if channel is None:
            return Refused("the channel is no longer configured")
        letter.attempts += 1
        key, event = letter.notice.dedup_key, letter.notice.event
        untold = event is EventKind.RESOLVED and key not in lane.confirmed
        return await self._attempts.send(channel, to_json(letter.notice), untold=untold)

    def _judge(
        self, name: str, lane: _Lane, letter: _Letter, delivery: Delivery
    ) -> timedelta | None:
        """How long until it is tried again; None when it is not."""
        trying = timedelta(seconds=self._clock.monotonic() - letter.began)
        match delivery:
            case Delivered():
                log.info("told without the store", channel=name, attempts=letter.attempts)
                _remember(lane, letter.notice)
                return None
            case Retry(why=why, after=after) if not backoff.is_over(letter.attempts, trying):
                log.warning("not told yet, without the store", channel=name, why=why)
                return backoff.wait(letter.attempts, after, draw=random.random())  # noqa: S311 - not a secret
            case Retry(why=why) | Refused(why=why):
                log.error("given up telling without the store", channel=name, why=why)
                self._fall_back(name, letter)
                return None

    def _fall_back(self, name: str, letter: _Letter) -> None:
        channel = self._find(name)
        been = letter.been | {name}
        if channel is not None and channel.fallback and channel.fallback not in been:
            self.tell(letter.notice, [channel.fallback], been)


def _forget(lane: _Lane, key: str) -> None:
    """Drops what waits of an incident. One that is being sent just now is sent to its end."""
    for letter in [each for each in lane.letters if each.notice.dedup_key == key]:
        lane.letters.remove(letter)


def _remember(lane: _Lane, notice: Notice) -> None:
    if notice.event is EventKind.RESOLVED:
        lane.confirmed.discard(notice.dedup_key)
    elif len(lane.confirmed) < WAITING_MAX:
        lane.confirmed.add(notice.dedup_key)
