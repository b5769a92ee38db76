"""From a name to addresses: asked without threads, remembered no longer than the record allows."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from probes.wire.names_answer import Answer, Found, NotFound, Source, error_of
from probes.wire.names_machine import FilesState, Getaddrinfo, Machine
from probes.wire.resolve import Lookup

if TYPE_CHECKING:
    from probes.wire.names_channel import Channel

SYSTEM: Final = "system"
"""As `Lookup.server`: the machine's getaddrinfo, for what only that knows."""

_KEPT_MOST: Final = 4096
_KEPT_FOR_MOST: Final = 3600
"""Seconds."""
_SERVERS_MOST: Final = 32
_LOOK_EVERY: Final = 5.0
"""Seconds between two looks at whether the machine's files have changed."""
_NAME: Final = re.compile(r"(?=.{1,254}\Z)(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?", re.ASCII)
_LOCAL: Final = re.compile(r"(?:.*\.)?localhost\.?", re.IGNORECASE)


@dataclass(slots=True)
class _Known:
    addresses: tuple[str, ...]
    until: float


@dataclass(slots=True)
class _Asked:
    source: Source
    answer: asyncio.Future[Answer]
    waiting: int = 0


class Names:
    """A Resolve. Serves one event loop, and wants to be closed.

    Names are asked for of the machine's name servers, as resolv.conf, hosts and nsswitch.conf
    say, which are read again when they change; or of `Lookup.server`, as `192.0.2.53`,
    `192.0.2.53:5353` or `[2001:db8::53]:5353`, which is asked for exactly that name: no hosts
    file, no search domains. With `system` as the server it is the machine's getaddrinfo, which
    also knows what comes by mDNS, LDAP or a container's plug-in; it has four threads for all
    probes, and is told nothing of how long an answer holds.

    An address is kept for as long as its record allows and an hour at most, one from the hosts
    file for five seconds, a failure never.
    `localhost` never leaves the machine. Raises WireError for what name servers say, and OSError
    when this machine is in trouble.
    """

    def __init__(
        self,
        machine: Machine | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._machine = machine or Machine()
        self._monotonic = monotonic
        self._known: OrderedDict[Lookup, _Known] = OrderedDict()
        self._asked: dict[Lookup, _Asked] = {}
        self._channels: OrderedDict[str, Channel] = OrderedDict()
        self._getaddrinfo: Getaddrinfo | None = None
        self._opened: WeakSet[Channel | Getaddrinfo] = WeakSet()
        self._files: FilesState = ()
        self._hosts: frozenset[str] | None = None
        self._look_at = 0.0

    async def __call__(self, lookup: Lookup) -> list[str]:
        now = self._monotonic()
        if now >= self._look_at:
            self._look(now)
        known = self._known.get(lookup)
        if known is not None:
            if now < known.until:
                self._known.move_to_end(lookup)
                return list(known.addresses)
            del self._known[lookup]
        answer = await self._answer(_local(lookup))
        if not isinstance(answer, Found):
            raise error_of(lookup, answer)
        return list(answer.addresses)

    async def aclose(self) -> None:
        """Whoever still waits gets an OSError."""
        for source in list(self._opened):
            source.close()
        self._channels.clear()
        self._getaddrinfo = None

    async def _answer(self, lookup: Lookup) -> Answer:
        """The same question is on its way only once, however many wait for it."""
        if not _NAME.fullmatch(lookup.host):
            return NotFound()
        asked = self._asked.get(lookup)
        if asked is None or asked.answer.done():
            source = self._source(lookup.server)
            asked = self._asked[lookup] = _Asked(source, source.ask(lookup))
        asked.waiting += 1
        try:
            answer = await asyncio.shield(asked.answer)
        finally:
            asked.waiting -= 1
            if not asked.waiting:
                self._end(lookup, asked)
        if isinstance(answer, Found) and asked.source is self._channels.get(lookup.server):
            self._keep(lookup, answer)
        return answer

    def _end(self, lookup: Lookup, asked: _Asked) -> None:
        if self._asked.get(lookup) is asked:
            del self._asked[lookup]
        if not asked.answer.done():
            asked.source.give_up(asked.answer)

    def _keep(self, lookup: Lookup, found: Found) -> None:
        ttl = found.ttl or self._written_down(lookup)
        if ttl > 0:
            until = self._monotonic() + min(ttl, _KEPT_FOR_MOST)
            self._known[lookup] = _Known(found.addresses, until)
            if len(self._known) > _KEPT_MOST:
                self._known.popitem(last=False)

    def _written_down(self, lookup: Lookup) -> float:
        """For how long to believe what stands in a file of this machine; 0 when it does not."""
        if lookup.server:
            return 0
        if self._hosts is None:
            self._hosts = self._machine.hosts()
        host = lookup.host.lower().rstrip(".")
        return _LOOK_EVERY if host in self._hosts or _LOCAL.fullmatch(host) else 0

    def _source(self, server: str) -> Source:
        if server == SYSTEM:
            if self._getaddrinfo is None:
                self._getaddrinfo = Getaddrinfo()
                self._opened.add(self._getaddrinfo)
            return self._getaddrinfo
        channel = self._channels.pop(server, None)
        if channel is not None and channel.worn:
            channel.retire()
            channel = None
        self._channels[server] = channel = channel or self._open(server)
        if len(self._channels) > _SERVERS_MOST:
            self._channels.popitem(last=False)[1].retire()
        return channel

    def _open(self, server: str) -> Channel:
        # c-ares is loaded by who looks up a name, and nobody else.
        from probes.wire.names_channel import Channel  # noqa: PLC0415 - loads c-ares, which few need

        channel = Channel(server, self._machine)
        self._opened.add(channel)
        return channel

    def _look(self, now: float) -> None:
        self._look_at = now + _LOOK_EVERY
        files = self._machine.state()
        if files == self._files:
            return
        self._files = files
        self._hosts = None
        self._known.clear()
        self._asked.clear()
        while self._channels:
            self._channels.popitem()[1].retire()


def _local(lookup: Lookup) -> Lookup:
    """This machine is not asked for elsewhere (RFC 6761 §6.3)."""
    if _LOCAL.fullmatch(lookup.host):
        return Lookup(lookup.host.rstrip("."), lookup.ip)
    return lookup
