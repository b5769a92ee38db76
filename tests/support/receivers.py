"""A far end that misbehaves to order: a real HTTP server that answers from a script."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

PATIENCE = 30.0  # seconds; the longest that a hanging answer hangs


class Trouble(StrEnum):
    """What a far end may do instead of answering properly."""

    RESET = "reset"
    """Reads the request, then breaks the connection."""
    CLOSE = "close"
    """Reads the request, then closes without a word."""
    THEN_CLOSE = "200-then-close"
    """Says 200 and promises a body, then closes in the middle of it."""
    HANG = "hang"
    """Reads the request and says nothing until the block ends."""
    LATE = "late"
    """Reads the request and says 200 once it may `go`."""
    HANG_AFTER_200 = "200-then-hang"
    """Says 200 and promises a body that never comes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Act = int | Answer | Trouble


@dataclass(slots=True)
class Receiver:
    """`script` is played one act a request; once it is over, every answer is 200."""

    url: str
    script: deque[Act]
    requests: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    answered: int = 0
    """How many whole answers were written."""
    broken_off: int = 0
    """How many clients went away in the middle of an answer."""

    @property
    def bodies(self) -> list[bytes]:
        return [request.body for request in self.requests]

    @property
    def notices(self) -> list[dict[str, Any]]:
        """The bodies, read as JSON."""
        return [json.loads(body) for body in self.bodies]


@contextmanager
def receiving(*script: Act) -> Iterator[Receiver]:
    """A receiver on loopback; `script` may be added to while it runs."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}", deque(script))
        server.receiver = receiver
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.released.set()
            server.shutdown()
            thread.join(PATIENCE)


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 64
    daemon_threads = True
    receiver: Receiver

    def handle_error(self, *_: Any) -> None:
        self.receiver.broken_off += 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver = self.server.receiver
        receiver.requests.append(Received(self.command, self.path, headers, body))
        self.close_connection = True
        act = receiver.script.popleft() if receiver.script else 200
        if isinstance(act, Trouble):
            self._misbehave(act)
        else:
            self._answer(Answer(act) if isinstance(act, int) else act)

    do_GET = do_PUT = do_POST  # noqa: N815 - the base's names

    def _answer(self, answer: Answer, promise: int | None = None) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        length = len(answer.body) if promise is None else promise
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()
        self.server.receiver.answered += 1

    def _misbehave(self, trouble: Trouble) -> None:
        match trouble:
            case Trouble.RESET:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            case Trouble.THEN_CLOSE:
                self._answer(Answer(200, body=b"half"), promise=1_000)
            case Trouble.LATE:
                self.server.receiver.go.wait(PATIENCE)
                self._answer(Answer(200))
            case Trouble.HANG_AFTER_200:
                self._answer(Answer(200), promise=1_000)
                self.server.receiver.released.wait(PATIENCE)
            case Trouble.HANG:
                self.server.receiver.released.wait(PATIENCE)
            case Trouble.CLOSE:
                pass
        with contextlib.suppress(OSError):
            self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        pass
