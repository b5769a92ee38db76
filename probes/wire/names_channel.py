"""Questions to name servers, over one c-ares channel that lives on the running loop.

This is pycares without aiodns on top: aiodns starts a thread for every channel and crosses over
from it with every answer, while a channel that shows its sockets to the loop needs neither.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import weakref
from collections.abc import Callable
from functools import partial
from typing import Final

import pycares
from pycares import errno as cares

from probes.wire.names_answer import FAMILY, Answer, Failed, Found, NotFound, Ours
from probes.wire.names_machine import Machine
from probes.wire.resolve import Lookup

Watch = Callable[[int, bool, bool], None]
"""Of a socket's number: whether it is to be read and whether it is to be written."""

_TICK: Final = 0.1
"""Seconds between two looks at what has waited too long, while anything waits."""
_ABANDONED_MOST: Final = 256
_NOBODY: Final = "192.0.2.1:1"
"""Never asked: it is a server only for as long as it takes to make c-ares forget."""
_NONE: Final = pycares.ARES_SOCKET_BAD
_NOT_FOUND: Final = {cares.ARES_ENOTFOUND, cares.ARES_EBADNAME, cares.ARES_ENONAME}
_OURS: Final = {
    cares.ARES_ENOMEM: errno.ENOMEM,
    cares.ARES_ECANCELLED: errno.ECANCELED,
    cares.ARES_EDESTRUCTION: errno.ECANCELED,
}
_WHY: Final = {
    cares.ARES_ESERVFAIL: "failed",
    cares.ARES_EREFUSED: "refused to answer",
    cares.ARES_ENOTIMP: "does not know such questions",
    cares.ARES_ECONNREFUSED: "cannot be reached",
    cares.ARES_ETIMEOUT: "did not answer",
}


class Channel:
    """Asks *server*, or with none whomever the machine's files name.

    Raises OSError when this machine has no means to.
    """

    def __init__(self, server: str, machine: Machine) -> None:
        self._exactly = bool(server)
        self._whom = f"the resolver {server}" if server else "the machine's resolver"
        self._loop = asyncio.get_running_loop()
        self._live: set[asyncio.Future[Answer]] = set()
        self._abandoned = 0
        self._retired = False
        self._timer: asyncio.TimerHandle | None = None
        self._core = _core(server, machine, _weakly(weakref.WeakMethod(self._watch)))
        self._servers = self._core.servers

    @property
    def worn(self) -> bool:
        """It is busy with much that nobody waits for; a new one would serve better."""
        return self._abandoned >= _ABANDONED_MOST

    def ask(self, lookup: Lookup) -> asyncio.Future[Answer]:
        asked: asyncio.Future[Answer] = self._loop.create_future()
        self._live.add(asked)
        self._forget()
        self._core.getaddrinfo(
            lookup.host.rstrip(".") + "." if self._exactly else lookup.host,
            None,
            family=FAMILY[lookup.ip],
            type=socket.SOCK_STREAM,
            callback=partial(self._answered, asked),
        )
        if self._live and self._timer is None:
            self._timer = self._loop.call_later(_TICK, self._tick)
        return asked

    def give_up(self, asked: asyncio.Future[Answer]) -> None:
        """c-ares cannot take one question back, but all of them: it does, once none is wanted."""
        if asked in self._live:
            self._live.discard(asked)
            self._abandoned += 1
            self._rest()

    def retire(self) -> None:
        """Is to take no more questions, and closes as soon as nobody waits."""
        self._retired = True
        self._rest()

    def close(self) -> None:
        self._retired = True
        if self._live:
            self._cancel()
        self._rest()

    def _answered(
        self, asked: asyncio.Future[Answer], found: pycares.AddrInfoResult, error: int | None
    ) -> None:
        if asked not in self._live:
            self._abandoned -= 1
            return
        self._live.discard(asked)
        asked.set_result(_found(found) if error is None else self._trouble(error))
        if not self._live:
            self._loop.call_soon(self._rest)  # c-ares has still to come back from here

    def _trouble(self, error: int) -> Answer:
        if error == cares.ARES_ENODATA:
            return NotFound(exists=True)
        if error in _NOT_FOUND:
            return NotFound()
        if error in _OURS:
            return Ours(_OURS[error])
        if error == cares.ARES_ECONNREFUSED and (number := _no_socket()):
            return Ours(number)
        return Failed(f"{self._whom} {_WHY.get(error, 'answered what makes no sense')}")

    def _rest(self) -> None:
        if self._live:
            return
        if self._abandoned:
            self._cancel()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._retired:
            self._core.close()

    def _cancel(self) -> None:
        self._core.cancel()
        self._core.process_fd(_NONE, _NONE)  # closes the sockets, here and not in a thread of its

    def _forget(self) -> None:
        """c-ares remembers answers, also that there is none, up to an hour, and it cannot be told
        not to; but it forgets when its servers change.
        """
        self._core.servers = [*self._servers, _NOBODY]
        self._core.servers = self._servers

    # What keeps it going

    def _tick(self) -> None:
        self._timer = self._loop.call_later(_TICK, self._tick)
        self._core.process_fd(_NONE, _NONE)

    def _watch(self, number: int, readable: bool, writable: bool) -> None:
        core = self._core
        if readable:
            self._loop.add_reader(number, core.process_fd, number, _NONE)
        else:
            self._loop.remove_reader(number)
        if writable:
            self._loop.add_writer(number, core.process_fd, _NONE, number)
        else:
            self._loop.remove_writer(number)


def _core(server: str, machine: Machine, watch: Watch) -> pycares.Channel:
    """pycares' own options `lookups` and `resolvconf_path` are left alone: they point c-ares to
    memory that has been given back.
    """
    if not server:
        machine.can_be_read()
    exactly = pycares.ARES_FLAG_EDNS | pycares.ARES_FLAG_NOSEARCH
    told = {"servers": [server], "flags": exactly} if server else machine.instead
    try:
        return pycares.Channel(sock_state_cb=watch, **told)
    except (pycares.AresError, UnicodeError):
        whom = server or "whoever resolves names here"
        raise OSError(errno.EINVAL, f"{whom} cannot be asked") from None


def _weakly(method: weakref.WeakMethod[Watch]) -> Watch:
    def call(number: int, readable: bool, writable: bool) -> None:
        if (watch := method()) is not None:
            watch(number, readable, writable)

    return call


def _found(result: pycares.AddrInfoResult) -> Found:
    ttl = min([node.ttl for node in result.nodes] + [alias.ttl for alias in result.cnames])
    return Found(tuple(node.addr[0].decode("ascii") for node in result.nodes), ttl)


def _no_socket() -> int | None:
    """c-ares says "refused" also when there was no socket left to ask with."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    except OSError as error:
        return error.errno
    return None
