"""Takes what people ask for, from the command line or a link, and has it carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.acts import acting, planning
from monitor.acts.orders import CannotAct, Done, Order, scrubbed
from monitor.clock import Clock
from monitor.config.model import Config
from monitor.log import get_logger
from monitor.store import Reader, StoreTrouble, Writer, acts, kept
from monitor.store.acts import Standing
from monitor.store.kept import OfIncident

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=8)  # whoever asks waits ten

Scrub = Callable[[str], str]

log = get_logger()


class Desk:
    """*after* is called when something was done, so that whoever acts upon it looks at once."""

    def __init__(
        self,
        store: tuple[Writer, Reader],
        clock: Clock,
        after: Callable[[], None],
        scrub: Scrub,
    ) -> None:
        self._writer, self._reader = store
        self._clock = clock
        self._after = after
        self._scrub = scrub
        self._known = planning.Known({}, frozenset())

    @property
    def clock(self) -> Clock:
        return self._clock

    def configure(self, config: Config) -> None:
        self._known = planning.known(config)

    async def take(self, order: Order) -> Done:
        """Raises CannotAct, having changed nothing, and StoreTrouble: then it may still be done
        if the store was in the middle of it.
        """
        order = scrubbed(order, self._scrub)
        at = self._clock.now()
        work = partial(acting.carry_out, order=order, config=self._known, at=at)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                done = await self._writer.do(work)
        except CannotAct as no:
            log.info("an order was refused", order=order.do, by=order.by, why=no.no.value)
            raise
        except TimeoutError:
            raise StoreTrouble("the database did not take it in time") from None
        log.info("an order was carried out", order=order.do, by=order.by, said=done.said)
        self._after()
        return done

    async def look(self, incident: int) -> Standing | None:
        """Raises StoreTrouble."""
        return await self._ask(partial(acts.standing, number=incident))

    async def evidence(self, incident: int) -> OfIncident:
        """What was seen of it. Raises StoreTrouble."""
        return await self._ask(partial(kept.of_incident, number=incident))

    async def _ask(self, question: Callable[[Database], T]) -> T:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await self._reader.ask(question)
        except TimeoutError:
            raise StoreTrouble("the database did not answer in time") from None
