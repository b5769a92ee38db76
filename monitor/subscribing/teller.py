"""Turns what is new on pages into letters: what is told, and that it was told, in one transaction,
so that nothing is lost and nothing told twice whenever the daemon dies.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import TypeAdapter

from monitor.clock import Clock
from monitor.log import get_logger
from monitor.store import Answers, Takes
from monitor.store import subscriber_letters as letters
from monitor.store.subscriber_letters import Batch
from monitor.subscribing.withdrawn import standing
from status_page import Page
from status_page.subscribing import Heard, News, about, baseline, news

LOOK_AGAIN: Final = timedelta(minutes=1)

_NEWS: Final = TypeAdapter(News)
_HEARD: Final = TypeAdapter(dict[str, Heard])

log = get_logger()


def read(body: str) -> News:
    """What `Teller` wrote down. Raises ValueError for anything else."""
    return _NEWS.validate_json(body)


class Teller:
    """Knows what every page told."""

    def __init__(self, store: tuple[Takes, Answers], clock: Clock) -> None:
        self._writer, self._reader = store
        self._clock = clock
        self._heard: dict[str, Mapping[str, Heard]] = {}

    async def look(self, page: Page, url: str) -> tuple[int, timedelta]:
        """How many letters there are now to what is new on *page*, and how soon to look again.
        *url* is where it is found when it does not know itself. Raises StoreTrouble.
        """
        at = self._clock.now()
        await self._withdraw(page)
        heard = await self._known(page.id)
        if heard is None:  # whatever stands there is older than anybody's subscription
            await self._write(page.id, [], baseline(page, at), at)
            return 0, LOOK_AGAIN
        found = news(page, about(page, url), heard, at)
        count = 0
        if found.heard != heard:
            count = await self._write(
                page.id, [_batch(each) for each in found.news], found.heard, at
            )
        if count:
            log.info("subscribers are told", page=page.id or "main", letters=count)
        pause = LOOK_AGAIN if found.again_at is None else found.again_at - at
        return count, min(max(pause, timedelta(seconds=1)), LOOK_AGAIN)

    async def _withdraw(self, page: Page) -> None:
        """Letters that still wait say what the page says by now, and nothing that it hides."""
        waiting = await self._reader.ask(partial(letters.waiting_news, page=page.id))
        changes: dict[int, str] = {}
        for number, body in waiting.items():
            try:
                told = read(body)
            except ValueError:  # of another version; it cannot be sent either
                continue
            still = standing(told, page)
            if still != told:
                changes[number] = _NEWS.dump_json(still).decode() if still else ""
        if changes:
            await self._writer.do(partial(letters.amend, news=changes))
            log.info("letters follow what the page says by now", page=page.id or "main")

    async def _known(self, page: str) -> Mapping[str, Heard] | None:
        if page not in self._heard:
            stored = await self._reader.ask(partial(letters.heard, page=page))
            if stored is None:
                return None
            try:
                self._heard[page] = _HEARD.validate_json(stored)
            except ValueError:
                log.error("what the page told cannot be read; it begins anew", page=page or "main")
                return None
        return self._heard[page]

    async def _write(
        self, page: str, batches: list[Batch], heard: Mapping[str, Heard], at: datetime
    ) -> int:
        written = _HEARD.dump_json(dict(heard)).decode()
        work = partial(letters.tell, page=page, batches=batches, heard=written, at=at)
        count = await self._writer.do(work)
        self._heard[page] = heard
        return count


def _batch(each: News) -> Batch:
    body = _NEWS.dump_json(each).decode()
    return Batch(secrets.token_hex(16), body, each.to, each.but_not)
