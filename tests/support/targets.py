"""Scripted servers on real sockets, that do what no decent server does.

A script is a function of the connection just taken, run in a thread of its own. When it returns,
the connection is closed; when the block ends, every connection is.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

Script = Callable[[socket.socket], None]
PATIENCE = 10.0  # seconds for a thread to notice that its connection is gone


@dataclass
class Target:
    """Where a script answers. `taken` counts connections, `asked` holds the requests read."""

    port: int
    scheme: str
    taken: int = 0
    asked: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/"


class _Server:
    def __init__(self, script: Script, tls: ssl.SSLContext | None) -> None:
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        port = int(self._listener.getsockname()[1])
        self.where = Target(port, "https" if tls else "http")
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(connection)
            self.where.taken += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            if self._tls is None:
                self._script(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as secure:
                    self._open.add(secure)
                    self._script(secure)
                    secure.settimeout(0)  # says farewell, and waits for none
                    secure.unwrap()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a scripted server did not end"


@contextmanager
def target(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Target]:
    """Runs *script* for every connection, behind TLS if a context is given."""
    server = _Server(script, tls)
    try:
        yield server.where
    finally:
        server.close()


@contextmanager
def answering(
    answer: bytes | Callable[[bytes], bytes], tls: ssl.SSLContext | None = None
) -> Iterator[Target]:
    """Reads a request, remembers it, and sends an answer, which may depend on the request."""

    def script(connection: socket.socket) -> None:
        request = read_request(connection)
        there.asked.append(request)
        connection.sendall(answer if isinstance(answer, bytes) else answer(request))

    with target(script, tls) as there:
        yield there


def ok(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """A decent answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def read_request(connection: socket.socket) -> bytes:
    """Head and body; raises OSError when the other side leaves before it is complete."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    named = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(named[0].split(b":")[1]) if named else 0
    while len(body) < wanted:
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError
    return data


def hold(connection: socket.socket) -> None:
    """Takes everything and says nothing, until the other side leaves."""
    while connection.recv(65536):
        pass


def reset(connection: socket.socket) -> None:
    """Ends the connection without a farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextmanager
def deaf() -> Iterator[Target]:
    """A port whose queue of connections is full: the next one is neither taken nor refused."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield Target(int(listener.getsockname()[1]), "http")


class Certificates:
    """An authority of our own, and servers' certificates with every fault there is."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.file = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.file))

    def good(self, *names: str, left: timedelta = timedelta(days=90)) -> ssl.SSLContext:
        """For 127.0.0.1 unless names are given; valid since yesterday."""
        now = datetime.now(UTC)  # noqa: TID251 - certificates are judged by the real time
        return self.spanning(now - timedelta(days=1), now + left, *names)

    def spanning(self, begins: datetime, ends: datetime, *names: str) -> ssl.SSLContext:
        leaf = self._authority.issue_cert(
            *(names or ("127.0.0.1",)), not_before=begins, not_after=ends
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context
