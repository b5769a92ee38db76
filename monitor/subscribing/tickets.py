"""Links that let a subscriber, and nobody else, act for their subscription. Nothing of them is
stored: a copy of the database lets nobody unsubscribe anybody.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from monitor.clock import from_us, to_us
from monitor.links import BadLink, Flaw
from monitor.store.subscribers import UNCONFIRMED, Subscriber
from status_page.subscribing import Links

_SECOND_US: Final = 1_000_000
_SEAL: Final = 22  # characters of base64: 132 bits
_TOKEN: Final = re.compile(r"([0-9a-f]{32})-(?:(\d{1,12})-)?([A-Za-z0-9_-]{22})", re.ASCII)


@unique
class To(StrEnum):
    """What a link is for; a part of its address."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    LEAVE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Tickets:
    """Makes and reads them. *address* is where people reach the daemon's server, without a slash
    at its end; empty: nobody can subscribe.
    """

    key: bytes = field(repr=False)
    address: str

    def page(self, page: str) -> str:
        """Where the page itself is served, if nowhere else."""
        return f"{self.address}/pages/{page}/" if page else f"{self.address}/"

    def links(self, subscriber: Subscriber) -> Links:
        """The same whenever they are asked for."""
        return Links(
            manage=self._link(subscriber, To.MANAGE),
            unsubscribe=self._link(subscriber, To.LEAVE),
            confirm=self._link(subscriber, To.CONFIRM),
        )

    def token(self, subscriber: Subscriber, to: To) -> str:
        """That for confirming ends with the time to do so; the others never do."""
        handle = subscriber.handle
        if to is not To.CONFIRM:
            return f"{handle}-{self._seal(to, handle)}"
        ends_s = to_us(subscriber.created_at + UNCONFIRMED) // _SECOND_US
        return f"{handle}-{ends_s}-{self._seal(to, handle, ends_s)}"

    def handle(self, token: str, to: To, at: datetime) -> str:
        """Whose *token* it is. Raises BadLink."""
        read = _TOKEN.fullmatch(token)
        if read is None or bool(read[2]) != (to is To.CONFIRM):
            raise BadLink(Flaw.FORGED)
        ends_s = int(read[2] or 0)
        if not hmac.compare_digest(read[3], self._seal(to, read[1], ends_s)):
            raise BadLink(Flaw.FORGED)
        if to is To.CONFIRM and at >= from_us(ends_s * _SECOND_US):
            raise BadLink(Flaw.EXPIRED)
        return read[1]

    def secret(self, subscriber: Subscriber) -> str:
        """What the requests to a webhook are signed with."""
        return self._digest("secret", subscriber.handle).hex()

    def challenge(self, subscriber: Subscriber) -> str:
        """What a webhook repeats to show that it is meant to get them."""
        return self._digest("challenge", subscriber.handle).hex()[:32]

    def _link(self, subscriber: Subscriber, to: To) -> str:
        return f"{self.page(subscriber.page)}subscribe/{to}/{self.token(subscriber, to)}"

    def _seal(self, to: To, handle: str, ends_s: int = 0) -> str:
        digest = self._digest(to, handle, str(ends_s))
        return base64.urlsafe_b64encode(digest).decode()[:_SEAL]

    def _digest(self, *said: str) -> bytes:
        return hmac.digest(self.key, "|".join(("subscriber", *said)).encode(), hashlib.sha256)
