"""Takes what visitors ask for: to be told, to be asked back, to choose, to leave."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum, unique
from functools import partial
from hashlib import sha256
from typing import Any, Final, TypeVar

from monitor.clock import Clock
from monitor.log import get_logger
from monitor.store import Answers, StoreTrouble, Takes, subscribers
from monitor.store.subscribers import Kind, NoRoom, Subscriber, Wish
from monitor.subscribing.addresses import masked
from monitor.subscribing.allowance import Allowance
from monitor.subscribing.tickets import Tickets, To

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=8)
MINUTE: Final = timedelta(minutes=1)

log = get_logger()


@unique
class Asked(StrEnum):
    """What came of a wish. Whether the address is known already is nobody's business."""

    TAKEN = "taken"
    TOO_OFTEN = "too_often"


class Register:
    """*woken* is called when there is a letter to be sent. Each method raises StoreTrouble."""

    def __init__(
        self, store: tuple[Takes, Answers], clock: Clock, woken: Callable[[], None]
    ) -> None:
        self._writer, self._reader = store
        self._clock = clock
        self._woken = woken
        self._sources = Allowance(10, MINUTE, clock.monotonic)
        self._addresses = Allowance(2, 30 * MINUTE, clock.monotonic)
        self._all = Allowance(300, timedelta(seconds=6), clock.monotonic)

    async def ask(self, wish: Wish, source: str) -> Asked:
        """*source* is where the visitor comes from. A letter asks back, unless the address got some
        just now, which is not told.
        """
        if not self._sources.take(source) or not self._all.take(""):
            return Asked.TOO_OFTEN
        who = f"{wish.kind}|{wish.address.lower()}"
        if not self._addresses.take(sha256(who.encode()).hexdigest()):
            return Asked.TAKEN
        work = partial(
            subscribers.ask, wish=wish, handle=secrets.token_hex(16), at=self._clock.now()
        )
        try:
            await self._do(work)
        except NoRoom:
            log.error("there is no room for more subscribers")
            return Asked.TOO_OFTEN
        log.info("a subscription is asked for", who=masked(wish.kind, wish.address))
        self._woken()
        return Asked.TAKEN

    async def of(self, tickets: Tickets, token: str, to: To) -> Subscriber | None:
        """Whom a link is for, if they are still known. Raises BadLink."""
        handle = tickets.handle(token, to, self._clock.now())
        return await self.find(handle)

    async def find(self, handle: str) -> Subscriber | None:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await self._reader.ask(partial(subscribers.find, handle=handle))
        except TimeoutError:
            raise StoreTrouble("the database did not answer in time") from None

    async def confirm(self, subscriber: Subscriber) -> Subscriber:
        at = self._clock.now()
        await self._do(partial(subscribers.confirm, handle=subscriber.handle, at=at))
        if subscriber.confirmed_at is None:
            log.info("a subscription is confirmed", who=_who(subscriber))
        return replace(subscriber, confirmed_at=subscriber.confirmed_at or at)

    async def choose(
        self, subscriber: Subscriber, components: Sequence[str], language: str
    ) -> Subscriber:
        work = partial(subscribers.choose, components=components, language=language)
        await self._do(partial(work, handle=subscriber.handle))
        return replace(subscriber, components=tuple(components), language=language)

    async def leave(self, subscriber: Subscriber) -> None:
        """Every trace of it goes."""
        await self._do(partial(subscribers.forget, handle=subscriber.handle))
        log.info("a subscriber left", who=_who(subscriber))

    async def forget_address(self, address: str) -> int:
        """How many subscriptions it had."""
        count = await self._do(partial(subscribers.forget_address, address=address))
        log.info("an address is deleted", subscriptions=count)
        return count

    async def _do(self, work: Callable[[Any], T]) -> T:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await self._writer.do(work)
        except TimeoutError:
            raise StoreTrouble("the database did not take it in time") from None


def _who(subscriber: Subscriber) -> str:
    return masked(Kind(subscriber.kind), subscriber.address)
