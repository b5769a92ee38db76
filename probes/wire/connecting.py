"""From addresses to one connected socket: the first to take the connection wins (RFC 8305)."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Sequence
from typing import Final

from probes.wire.report import WireError
from probes.wire.troubles import most_telling, not_connected

SPACING_S: Final = 0.25
"""Seconds that an address is given before the next one is tried beside it."""
_LEAST_SPACING_S: Final = 0.01
_SHARE: Final = 0.5
"""Of the time there is, in which all addresses are to be tried."""

Won = Callable[[socket.socket, str], None]
Failed = Callable[[Exception], None]


class Connecting:
    """Ends in one call: of `won` with a socket and where it leads to, or of `failed` with a
    WireError of the target, or another error of this machine. `address` is the one tried last.
    """

    __slots__ = (
        *("_failed", "_left", "_loop", "_pending", "_port", "_spacing_s", "_timer"),
        *("_troubles", "_won", "address"),
    )

    def __init__(self, won: Won, failed: Failed) -> None:
        self.address = ""
        self._won = won
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._left: list[str] = []
        self._port = 0
        self._spacing_s = SPACING_S
        self._pending: dict[int, tuple[socket.socket, str]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._troubles: list[WireError] = []

    def begin(self, addresses: Sequence[str], port: int, within_s: float) -> None:
        """Tries *addresses* in their order, those of both kinds in turn."""
        self._left = list(addresses) if len(addresses) == 1 else in_turn(addresses)[::-1]
        self._port = port
        fair_s = within_s * _SHARE / len(addresses)
        self._spacing_s = min(SPACING_S, max(_LEAST_SPACING_S, fair_s))
        self._next()

    def close(self) -> None:
        """Gives up what is under way; nothing is called afterwards."""
        self._left.clear()
        self._stop_timer()
        for fd, (sock, _) in self._pending.items():
            self._loop.remove_writer(fd)
            sock.close()
        self._pending.clear()

    def forget(self) -> None:
        """Lets go of whom it would call: a circle costs a collection."""
        del self._won, self._failed

    def _next(self) -> None:
        """Goes on until one more is under way, or none is left."""
        self._stop_timer()
        try:
            while self._left and not self._try(self._left.pop()):
                pass
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it is
            self.close()
            self._failed(error)
            return
        if self._left:
            self._timer = self._loop.call_later(self._spacing_s, self._next)
        elif not self._pending:
            self._failed(most_telling(self._troubles))

    def _try(self, address: str) -> bool:
        """Whether a connection is under way now."""
        self.address = join(address, self._port)
        try:
            sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        except OSError as error:
            return self._no(error, self.address)
        sock.setblocking(False)
        try:
            number = sock.connect_ex((address, self._port))
        except socket.gaierror:  # this machine has no such zone
            number = errno.ENETUNREACH
        if number not in {0, errno.EINPROGRESS}:
            sock.close()
            return self._no(OSError(number, os.strerror(number)), self.address)
        fd = sock.fileno()
        self._pending[fd] = (sock, self.address)
        self._loop.add_writer(fd, self._writable, fd)
        return True

    def _no(self, error: OSError, address: str) -> bool:
        self._troubles.append(not_connected(error, address))
        return False

    def _writable(self, fd: int) -> None:
        sock, address = self._pending.pop(fd)
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if not number:
            self.close()
            self._loop.remove_writer(fd)  # first: whoever has it may want to know the same
            self._won(sock, address)
            return
        self._loop.remove_writer(fd)
        sock.close()
        try:
            self._no(OSError(number, os.strerror(number)), address)
        except OSError as error:
            self.close()
            self._failed(error)
        else:
            self._next()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def join(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def in_turn(addresses: Sequence[str]) -> list[str]:
    """Those of the kind of the first one, and those of the other, by turns (RFC 8305 §4)."""
    first = ":" in addresses[0]
    same = [each for each in addresses if (":" in each) is first]
    other = [each for each in addresses if (":" in each) is not first]
    turns = [each for pair in zip(same, other, strict=False) for each in pair]
    least = min(len(same), len(other))
    return [*turns, *same[least:], *other[least:]]
