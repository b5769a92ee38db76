"""The whole contract of a channel: a name, the settings it reads, and one function."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Generic, TypeVar

import httpx

from monitor.clock import Clock, SystemClock
from monitor.notices import Notice, Words
from probes import Duration, Strict


class ChannelSettings(Strict):
    """What every channel has."""

    timeout: Duration = timedelta(seconds=10)
    """The deadline of one attempt to deliver."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side confirmed it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It may work later. `after` is what the other side asked for, if it did."""

    why: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never work like this: repeating the same thing is pointless."""

    why: str


Delivery = Delivered | Retry | Refused


@dataclass(frozen=True, slots=True)
class Outside:
    """What a channel may borrow to reach the world."""

    client: Callable[[], httpx.AsyncClient]
    """Made when it is first asked for: with its authorities it weighs some megabytes."""
    clock: Clock = field(default_factory=SystemClock)
    words: Words = field(default_factory=Words)
    artefacts: Path | None = None
    """The folder that the paths of pictures start from."""

    @property
    def http(self) -> httpx.AsyncClient:
        return self.client()


@asynccontextmanager
async def reaching_out(
    clock: Clock, words: Words | None = None, artefacts: Path | None = None
) -> AsyncIterator[Outside]:
    """The outside world for as long as the block lasts. Its client follows no redirect and keeps
    no cookie, so that no far end can steer or mark what is sent to another.
    """
    made: list[httpx.AsyncClient] = []

    def client() -> httpx.AsyncClient:
        if not made:
            forgetful = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
            agent = {"User-Agent": "trueup"}
            made.append(httpx.AsyncClient(headers=agent, cookies=forgetful, follow_redirects=False))
        return made[0]

    try:
        yield Outside(client, clock, words or Words(), artefacts)
    finally:
        for each in made:
            await each.aclose()


C = TypeVar("C", bound=ChannelSettings)


@dataclass(frozen=True, slots=True)
class ChannelKind(Generic[C]):
    """`send` makes one attempt, inside `settings.timeout`, and never raises for the far end's
    sake: what the far end did is a Delivery. `body` is the stored JSON of the notice, to be sent
    as it is where JSON is sent, so that a repetition is the same to the byte.
    """

    name: str
    settings: type[C]
    send: Callable[[C, Notice, str, Outside], Awaitable[Delivery]]
