"""What is asked of whoever resolves names, and what is taken for an answer."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Literal

from probes.result import Reason
from probes.wire.report import WireError

Ip = Literal["any", "4", "6"]
"""Which kind of address will do."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A name to look up, in ASCII. `server` is who to ask instead of the machine's own resolvers:
    an address, with a port if it is not 53; an IPv6 address with a port in brackets.
    """

    host: str
    ip: Ip = "any"
    server: str = ""


Resolve = Callable[[Lookup], Awaitable[list[str]]]
"""Addresses of a name in the order in which to try them. Raises OSError as getaddrinfo does, and
WireError.
"""

ADDRESSES_TRIED: Final = 64
_NO_SUCH_NAME: Final = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def is_address(host: str) -> bool:
    """Whether *host* needs no resolving."""
    if not (host[-1:].isdigit() or ":" in host):
        return False  # spares the usual name an exception
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def of_kind(address: str, ip: Ip) -> None:
    """Raises WireError when an address that nobody looked up is of the other kind."""
    if ip != "any" and (":" in address) != (ip == "6"):
        raise WireError(Reason.UNREACHABLE, f"{address} is no IPv{ip} address")


async def addresses_of(lookup: Lookup, resolve: Resolve) -> list[str]:
    """At most 64, without repetitions. Raises WireError when there is none."""
    host = lookup.host
    try:
        found = await resolve(lookup)
    except UnicodeError:
        raise WireError(Reason.NAME_NOT_FOUND, f"{host[:80]} cannot be a name") from None
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_NAME:
            raise WireError(Reason.NAME_NOT_FOUND, f"there is no {host}") from None
        said = str(error.strerror or error.errno).lower()
        message = f"{host} could not be looked up: {said}"
        raise WireError(Reason.RESOLVER_FAILED, message) from None
    if not found:
        raise WireError(Reason.NAME_NOT_FOUND, f"{host} has no address")
    return list(dict.fromkeys(found))[:ADDRESSES_TRIED]
