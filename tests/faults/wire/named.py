"""Named: names that lead nowhere, to too many places, or to the wrong one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any

from probes import Reason
from probes.wire.resolve import Lookup, Resolve
from tests.faults.wire.case import HELLO, Case, Due, says

FEW = tuple(str(ip_address("127.0.1.1") + number) for number in range(49))
"""Where nobody is, on this machine."""
HERE = "127.0.0.1"
NOWHERE = Reason.NAME_NOT_FOUND
FAILED = Reason.RESOLVER_FAILED
REFUSED = Reason.CONNECT_REFUSED
LATE = Reason.CONNECT_TIMEOUT


def gives(*addresses: str) -> Resolve:
    async def resolve(_: Lookup) -> list[str]:
        return list(addresses)

    return resolve


def fails(error: Exception) -> Resolve:
    async def resolve(_: Lookup) -> list[str]:
        raise error

    return resolve


async def never(_: Lookup) -> list[str]:
    await asyncio.Event().wait()
    raise AssertionError


def name(name: str, resolve: Resolve, due: Due, deaf: Sequence[str] = (), **more: Any) -> Case:
    """A server that is well, under a name that leads there or does not."""
    given = {"phase": "connect" if due else "receive"} | more
    host = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    url = f"http://{host}.example.org:{{port}}/"
    return Case(name, says(HELLO), due, url=url, resolve=resolve, deaf_at=tuple(deaf), **given)


unnamed = partial(name, phase="resolve")
CASES = (
    unnamed("a name without an address", gives(), NOWHERE),
    unnamed("no such name", fails(socket.gaierror(socket.EAI_NONAME, "unknown")), NOWHERE),
    unnamed("a resolver that is busy", fails(socket.gaierror(socket.EAI_AGAIN, "later")), FAILED),
    unnamed("a resolver that fails", fails(socket.gaierror(socket.EAI_FAIL, "servfail")), FAILED),
    unnamed("a resolver that says nothing", never, Reason.RESOLVE_TIMEOUT),
    name("a name for this machine", gives(HERE), None),
    name("a name that says so a thousand times", gives(*[HERE] * 1000), None),
    name("fifty addresses, the last of which lives", gives(*FEW, HERE), None),
    name("fifty addresses, one in the middle lives", gives(*FEW[:25], HERE, *FEW[25:]), None),
    name("fifty addresses, of which none lives", gives(*FEW), REFUSED),
    name(
        "fifty addresses, 49 of them silent",
        gives(*FEW, HERE),
        None,
        FEW,
        keys={"timeout": "1s"},
    ),
    name("fifty addresses, all silent", gives(*FEW), LATE, FEW),
    name(
        "a silent address before one that refuses",
        gives(*FEW[:2]),
        frozenset({LATE, REFUSED}),
        FEW[:1],
    ),
    name(
        "ten thousand addresses",
        gives(*[f"127.{n // 250}.7.{n % 250 + 1}" for n in range(250, 10250)]),
        REFUSED,
    ),
    name("a name for everywhere and here", gives("255.255.255.255", HERE), None),
    name("IPv6 that nobody serves, then IPv4", gives("::1", HERE), None),
    name("IPv4 that nobody serves, then IPv6", gives("127.0.1.1", "::1"), None, listens="::1"),
    name("IPv6 only, by name", gives("::1"), None, listens="::1"),
    name("IPv4 in the clothes of IPv6", gives("::ffff:127.0.0.1"), None),
    Case(
        "pinned to where nobody is",
        says(HELLO),
        REFUSED,
        phase="connect",
        keys={"connect_to": "127.0.1.1"},
    ),
    Case("IPv6 only", says(HELLO), None, listens="::1"),
)
