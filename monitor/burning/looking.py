"""The loop that looks after every objective."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import parts
from monitor.burning import flames
from monitor.clock import Clock
from monitor.config.detection import watching
from monitor.config.model import Config
from monitor.context import OBJECTIVE, Context
from monitor.log import get_logger
from monitor.store import StoreTrouble, Takes
from monitor.store import objectives as rows

EVERY: Final = timedelta(minutes=1)
AT_MOST: Final = timedelta(seconds=10)
AFTER_TROUBLE: Final = timedelta(seconds=30)

Piece = Callable[[Database], bool]
"""Whether there is something to deliver."""

log = get_logger()


class Burning:
    """Looks after every objective."""

    def __init__(
        self, writer: Takes, clock: Clock, context: Callable[[], Context], told: Callable[[], None]
    ) -> None:
        """*told* is called after a commit that put something into the outbox."""
        self._writer = writer
        self._clock = clock
        self._context = context
        self._told = told
        self._woken = asyncio.Event()

    def configure(self, _: Config) -> None:
        """The objectives are those of the context; what is not promised any more ends at once."""
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            pause = await self.look()
            await asyncio.sleep(AT_MOST.total_seconds())  # what comes together is looked at once
            await parts.rest(self._woken, pause - AT_MOST)

    async def look(self) -> timedelta:
        """Once; gives when to look again. Every objective has a transaction of its own, so that
        runs are not kept waiting.
        """
        context, at, told = self._context(), self._clock.now(), False
        try:
            going_on = await self._writer.do(partial(rows.burning, prefix=OBJECTIVE))
            for piece in _pieces(context, at, going_on):
                told |= await self._writer.do(piece)
        except StoreTrouble as trouble:
            log.error("cannot look after budgets", why=str(trouble))
            return AFTER_TROUBLE
        except Exception:
            log.exception("looking after budgets stumbled and goes on")
            return AFTER_TROUBLE
        finally:
            if told:
                self._told()
        return EVERY


def attend(db: Database, context: Context, at: datetime) -> bool:
    """One look at every objective; whether there is something to deliver."""
    pieces = _pieces(context, at, rows.burning(db, OBJECTIVE))
    return sum(piece(db) for piece in pieces) > 0


def _pieces(context: Context, at: datetime, going_on: Iterable[str]) -> Iterator[Piece]:
    """What is to be done; *going_on* are those that have an open incident."""
    promised = {
        OBJECTIVE + id_: objective
        for id_, objective in context.config.changes.objectives.items()
        if objective.burn and watching(context.config, objective)
    }
    for probe in going_on:
        if probe not in promised:
            yield partial(_guarded, partial(flames.forget, probe=probe, at=at), probe)
    for probe, objective in promised.items():
        work = partial(flames.attend, context=context, objective=objective, at=at)
        yield partial(_guarded, work, probe)


def _guarded(work: Piece, probe: str, db: Database) -> bool:
    """What is wrong with one is no other one's business."""
    try:
        with db.atomic():
            return work(db)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        log.exception("a budget cannot be looked after", objective=probe)
        return False
