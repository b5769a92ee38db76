"""Proxies on loopback, as scripts for `tests.support.targets`: they know every name."""

from __future__ import annotations

import select
import socket
from contextlib import suppress
from dataclasses import dataclass, field

from tests.support.targets import PATIENCE, read_request


@dataclass
class Proxy:
    """What every name leads to is `port`, on loopback. `asked` holds the heads of requests, or
    the names and ports asked for; `credentials` are wanted from everybody, if there are any.
    """

    port: int
    credentials: str = ""
    asked: list[bytes] = field(default_factory=list)

    def http(self, connection: socket.socket) -> None:
        """Tunnels and forwards."""
        request = read_request(connection)
        self.asked.append(request)
        if self.credentials and f" {self.credentials}\r\n".encode() not in request:
            connection.sendall(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
            )
            return
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as target:
            if request.startswith(b"CONNECT "):
                connection.sendall(b"HTTP/1.1 200 Go ahead\r\nProxy-Agent: toy\r\n\r\n")
            else:
                target.sendall(request)
            relay(connection, target)

    def socks(self, connection: socket.socket) -> None:
        """SOCKS 5 (RFC 1928), and user names (RFC 1929); its answers come in small pieces."""
        _, count = _exactly(connection, 2)
        methods = _exactly(connection, count)
        if self.credentials:
            if 2 not in methods:
                connection.sendall(b"\x05\xff")
                return
            connection.sendall(b"\x05\x02")
            good = self._signs_in(connection)
            connection.sendall(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        else:
            connection.sendall(b"\x05\x00")
        self.asked.append(_asked_for(connection))
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as target:
            for piece in (b"\x05\x00\x00", b"\x03\x0bexa", b"mple.org\x1f", b"\x90"):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(piece)
            relay(connection, target)

    def _signs_in(self, connection: socket.socket) -> bool:
        user = _exactly(connection, _exactly(connection, 2)[1])
        password = _exactly(connection, _exactly(connection, 1)[0])
        return user + b":" + password == self.credentials.encode()


def relay(one: socket.socket, other: socket.socket) -> None:
    """Both ways, until one side has ended."""
    ways = {one: other, other: one}
    with suppress(OSError):
        while True:
            for ready in select.select([one, other], [], [], PATIENCE)[0]:
                data = ready.recv(65536)
                if not data:
                    return
                ways[ready].sendall(data)


def _asked_for(connection: socket.socket) -> bytes:
    kind = _exactly(connection, 4)[3]
    match kind:
        case 1:
            host = socket.inet_ntop(socket.AF_INET, _exactly(connection, 4)).encode()
        case 4:
            host = socket.inet_ntop(socket.AF_INET6, _exactly(connection, 16)).encode()
        case _:
            host = _exactly(connection, _exactly(connection, 1)[0])
    return host + b":%d" % int.from_bytes(_exactly(connection, 2), "big")


def _exactly(connection: socket.socket, length: int) -> bytes:
    read = b""
    while len(read) < length:
        data = connection.recv(length - len(read))
        if not data:
            raise ConnectionResetError
        read += data
    return read
