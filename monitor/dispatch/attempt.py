"""One attempt to tell: the notice as it leaves, a hard end, and what the far end answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from monitor.channels import Delivered, Delivery, Outside, Retry
from monitor.config.model import Channel
from monitor.log import get_logger
from monitor.notices import EventKind, Notice, Words, from_json, to_json

GRACE: Final = timedelta(seconds=2)  # past a channel's own timeout
GOES_ON: Final = frozenset(
    (
        EventKind.OPENED,
        EventKind.WORSENED,
        EventKind.FLAPPING,
        EventKind.REMINDED,
        EventKind.ESCALATED,
        EventKind.ACTED,
    )
)
"""Events of an incident that somebody may still acknowledge."""

Scrub = Callable[[str], str]
Link = Callable[[Notice], str]
"""An address for a notice, the same whenever it is asked; empty where there is none."""

log = get_logger()


class Attempts:
    """The way of every notice to the outside, whoever sends it."""

    def __init__(
        self,
        outside: Outside,
        scrub: Scrub,
        acknowledge: Link | None = None,
        evidence: Link | None = None,
    ) -> None:
        """*scrub* takes every known secret out of a text; *acknowledge* gives the address where
        one click acknowledges, *evidence* where what was seen is shown.
        """
        self._outside = outside
        self._scrub = scrub
        self._acknowledge = acknowledge
        self._evidence = evidence

    def speak(self, words: Words) -> None:
        """From now on in these words."""
        self._outside = replace(self._outside, words=words)

    async def confirm(self, notice: Notice, channel: Channel) -> Delivery:
        """What the far end says to *notice*, once. Raises nothing."""
        return await self.send(channel, to_json(notice))

    async def send(self, channel: Channel, body: str, *, untold: bool = False) -> Delivery:
        """As `confirm`, for the stored JSON of a notice. Repeated, it is the same to the byte."""
        deadline = channel.settings.timeout + GRACE
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                delivery = await self._send(channel, body, untold=untold)
        except TimeoutError:
            return Retry("no confirmation in time")
        except Exception as trouble:
            log.exception("channel crashed", channel=channel.id)
            return Retry(f"our own trouble: {type(trouble).__name__}")
        if isinstance(delivery, Delivered):
            return delivery
        return replace(delivery, why=self._scrub(delivery.why))

    async def _send(self, channel: Channel, body: str, *, untold: bool) -> Delivery:
        stored = from_json(body)
        notice = replace(
            stored,
            untold=untold,
            acknowledge=_made(self._acknowledge, stored),
            evidence=_made(self._evidence, stored),
        )
        leaves = body if notice == stored else to_json(notice)
        return await channel.kind.send(channel.settings, notice, leaves, self._outside)


def _made(link: Link | None, notice: Notice) -> str:
    if link is None or notice.event not in GOES_ON or not notice.incident:
        return ""
    try:
        return link(notice)
    except Exception:  # a page without its link is worth more than none
        log.exception("a link could not be made", incident=notice.incident)
        return ""
