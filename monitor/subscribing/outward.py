"""HTTP to addresses that strangers gave us: to public ones only, so that nobody makes the daemon
speak to what is behind its walls.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx

_NAT64: Final = IPv6Network("64:ff9b::/96")
_HANDED_OUT: Final = IPv6Network("2000::/3")
"""All of IPv6 that leads to somebody; the rest wraps, maps or stays at home."""
_EXAMPLES: Final = IPv6Network("3fff::/20")


class Outward(httpx.AsyncHTTPTransport):
    """Looks the name up anew for every request, judges each address it finds, and connects to the
    very one that was judged; a second answer of the name server is never asked for. Keeps no
    connection, for it would be another name's.
    """

    def __init__(self, *, nearby: bool = False, trust: ssl.SSLContext | None = None) -> None:
        """*nearby*: loopback and private addresses, too. *trust*: others than the usual
        authorities.
        """
        limits = httpx.Limits(max_connections=50, max_keepalive_connections=0)
        super().__init__(verify=trust or True, limits=limits, trust_env=False)
        self._nearby = nearby
        # Of its own: a name server that is made to be slow must hold up nobody else's look-ups.
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="webhook-names")

    async def aclose(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        await super().aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx.ConnectError where there is no public address."""
        name = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        address = await self._found(name, port)
        request.url = request.url.copy_with(host=address)
        request.extensions = {**request.extensions, "sni_hostname": name}
        return await super().handle_async_request(request)

    async def _found(self, name: str, port: int) -> str:
        look_up = partial(socket.getaddrinfo, name, port, type=socket.SOCK_STREAM)
        try:
            rows = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        except (OSError, UnicodeError) as trouble:
            raise httpx.ConnectError("the name could not be looked up") from trouble
        found = [str(row[4][0]).partition("%")[0] for row in rows]
        if not found or not all(self._nearby or is_public(each) for each in found):
            raise httpx.ConnectError("it is no public address")
        return found[0]


def is_public(address: str) -> bool:
    """Whether it is somewhere in the open Internet, also where it wraps an older address."""
    read = ip_address(address)
    return all(_is_open(each) for each in _meant(read))


def _is_open(read: IPv4Address | IPv6Address) -> bool:
    if isinstance(read, IPv6Address) and (read not in _HANDED_OUT or read in _EXAMPLES):
        return False
    return read.is_global and not read.is_multicast


def _meant(read: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    if isinstance(read, IPv4Address):
        return [read]
    if read.ipv4_mapped is not None:
        return [read.ipv4_mapped]
    found: list[IPv4Address | IPv6Address] = [read]
    if read in _NAT64:
        found = [IPv4Address(int(read) & 0xFFFFFFFF)]
    if read.sixtofour is not None:
        found.append(read.sixtofour)
    if read.teredo is not None:
        found.extend(read.teredo)
    return found
