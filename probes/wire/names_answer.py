"""What came of a question for a name, as a value: all who wait for it share it."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from dataclasses import dataclass
from typing import Final, Protocol

from probes.result import Reason
from probes.wire.report import WireError
from probes.wire.resolve import Ip, Lookup

FAMILY: Final[dict[Ip, socket.AddressFamily]] = {
    "any": socket.AF_UNSPEC,
    "4": socket.AF_INET,
    "6": socket.AF_INET6,
}
_KIND: Final[dict[Ip, str]] = {"any": "", "4": "IPv4 ", "6": "IPv6 "}


@dataclass(frozen=True, slots=True)
class Found:
    """Addresses in the order in which to try them, and for how many seconds they may be kept."""

    addresses: tuple[str, ...]
    ttl: int = 0


@dataclass(frozen=True, slots=True)
class NotFound:
    """There is no such name, or it `exists` and has no address of the kind that is wanted."""

    exists: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """Nobody could say, and why: the end of a sentence about the name."""

    why: str


@dataclass(frozen=True, slots=True)
class Ours:
    """The trouble is this machine's: an errno."""

    number: int = errno.EIO


Answer = Found | NotFound | Failed | Ours


class Source(Protocol):
    """Whoever can be asked."""

    def ask(self, lookup: Lookup) -> asyncio.Future[Answer]:
        """Never holds up the loop. The future never fails; many may wait for it."""

    def give_up(self, asked: asyncio.Future[Answer]) -> None:
        """Nobody waits for this one any more."""

    def close(self) -> None:
        """Whoever still waits is told that the trouble is ours."""


def error_of(lookup: Lookup, answer: NotFound | Failed | Ours) -> Exception:
    """A new one for everybody: each is given the report of its own exchange later."""
    match answer:
        case Ours(number):
            return OSError(number, os.strerror(number))
        case Failed(why):
            said = f"{lookup.host} could not be looked up: {why}"
            return WireError(Reason.RESOLVER_FAILED, said)
        case NotFound(exists=True):
            said = f"{lookup.host} has no {_KIND[lookup.ip]}address"
            return WireError(Reason.NAME_NOT_FOUND, said)
    return WireError(Reason.NAME_NOT_FOUND, f"there is no {lookup.host}")
