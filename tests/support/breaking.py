"""A proxy on loopback that stands before a site and really breaks it, in one way at a time.

It knows nothing of how faults are injected into runs: what it does is what those predict.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.support.breaking_answers import Answer, Question
from tests.support.breaking_ways import HEALTHY, MUTE, REFUSING, Way
from tests.support.serve import free_port

PATIENCE = 30.0  # seconds for the site to answer, and for a thread to end
OURS = frozenset(("connection", "keep-alive", "transfer-encoding", "content-length"))


class Breaking:
    """Where people reach the site. `asked` holds method and path of all that came, in order;
    `lag` is what every answer takes longer, broken or not, so that there is a time to multiply.
    """

    def __init__(self, site: str, tls: ssl.SSLContext | None = None) -> None:
        self._site = urlsplit(site)
        self.tls = tls
        self.port = free_port()
        self.lag = 0.0
        self.asked: list[tuple[str, str]] = []
        self.way: Way = HEALTHY
        self.changed = threading.Event()
        self._listening: _Server | None = None
        self._listen()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def breaks(self, way: Way) -> None:
        """From now on, and instead of how it was broken before."""
        self.way = way
        self.changed.set()  # whoever was left without an answer is let go
        self.changed = threading.Event()
        if way is REFUSING:
            self._hang_up()
        else:
            self._listen()

    def mended(self) -> None:
        self.breaks(HEALTHY)

    def close(self) -> None:
        self.breaks(REFUSING)

    def forward(self, asked: Question) -> Answer:
        """What the site itself answers. Raises OSError and http.client.HTTPException."""
        began = time.monotonic()
        site = HTTPConnection(self._site.hostname or "", self._site.port, timeout=PATIENCE)
        try:
            site.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
            for name, value in asked.headers:
                site.putheader(name, value)
            site.endheaders(asked.body or None)
            got = site.getresponse()
            headers = [(n, v) for n, v in got.getheaders() if n.lower() not in OURS]
            body = got.read()
        finally:
            site.close()
        time.sleep(self.lag)
        took = time.monotonic() - began
        return Answer(got.status, tuple(headers), body, took_s=took)

    def _listen(self) -> None:
        if self._listening is None:
            self._listening = _Server(self)
            self._listening.begin()

    def _hang_up(self) -> None:
        if self._listening is not None:
            self._listening.end()
            self._listening = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, breaking: Breaking) -> None:
        super().__init__(("127.0.0.1", breaking.port), _Connection)
        self.breaking = breaking
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(PATIENCE)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own, as the handshake may take a while."""
        tls = self.breaking.tls
        if tls is not None:
            with tls.wrap_socket(request, server_side=True) as secure:
                super().finish_request(secure, client_address)
        else:
            super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever leaves early is no news."""


class _Connection(BaseHTTPRequestHandler):
    """One question, one answer, and the connection ends: what is broken next is so for all."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.raw_requestline = self.rfile.readline(65537)
        if self.raw_requestline and self.parse_request():
            with suppress(OSError):
                self._answer()

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def _answer(self) -> None:
        breaking = self.server.breaking
        way, changed = breaking.way, breaking.changed
        length = int(self.headers.get("Content-Length") or 0)
        headers = tuple((n, v) for n, v in self.headers.items() if n.lower() not in OURS)
        sent = (("Content-Length", str(length)),) if length else ()
        asked = Question(
            self.command, self.path, (*headers, *sent, ("Connection", "close")), self._body(length)
        )
        breaking.asked.append((asked.method, asked.path))
        if way is MUTE:
            changed.wait()
            return
        self._write(asked, way(asked, breaking.forward))

    def _body(self, length: int) -> bytes:
        return self.rfile.read(length) if length else b""

    def _write(self, asked: Question, given: Answer) -> None:
        head = [f"HTTP/1.1 {given.status} As broken", "Connection: close"]
        head += [f"{name}: {value}" for name, value in given.headers]
        if given.status not in (204, 304):
            head.append(f"Content-Length: {len(given.body)}")
        body = b"" if asked.method == "HEAD" else given.body
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)


@contextmanager
def breaking(site: str, tls: ssl.SSLContext | None = None) -> Iterator[Breaking]:
    """Before the site at that address, until the block ends."""
    proxy = Breaking(site, tls)
    try:
        yield proxy
    finally:
        proxy.close()
