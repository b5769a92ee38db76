"""From a name to addresses, through the machine's own resolver."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Final

from probes.result import Reason
from probes.wire.report import WireError

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Addresses of a name in the order in which to try them. Raises OSError as getaddrinfo does."""

ADDRESSES_TRIED: Final = 4
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


async def system_resolve(host: str, port: int) -> list[str]:
    """As the machine's other programs see it: hosts file, search domains and all."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


async def addresses_of(host: str, port: int, resolve: Resolve) -> list[str]:
    """At most four, without repetitions. Raises WireError when there is none."""
    try:
        found = await resolve(host, port)
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
