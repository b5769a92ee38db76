"""The world that a soak watches: a page that is always well, and two receivers of what is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

WELL: Final = "All is well"
PAGE: Final = f"<!doctype html><title>{WELL}</title><h1>{WELL}</h1>".encode()
SERVICE, OPERATOR = "service", "operator"
LEISURELY: Final = "/leisurely"
LEISURE_S: Final = 0.5
"""So that a journey is under way half of the time, when something happens to its browser."""
LONGEST_BODY: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """One notice that a receiver confirmed; when, in monotonic seconds."""

    at_s: float
    body: dict[str, Any]

    def __str__(self) -> str:
        said = self.body.get("summary") or self.body.get("reason")
        return f"{self.body.get('event')} {self.body.get('probe')}: {said}"


@dataclass(slots=True)
class There:
    """`heard` is by receiver."""

    port: int = 0
    heard: dict[str, list[Heard]] = field(default_factory=lambda: {SERVICE: [], OPERATOR: []})


@contextmanager
def there(host: str) -> Iterator[There]:
    """Serves the page at every path and takes in what is posted to `/service` and `/operator`."""
    world = There()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            time.sleep(LEISURE_S if self.path == LEISURELY else 0)
            self._answer(PAGE)

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length", "0")), LONGEST_BODY)
            body = json.loads(self.rfile.read(length))
            world.heard[self.path.strip("/")].append(Heard(time.monotonic(), body))
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: Any) -> None:
            pass  # whoever asked is stopped, killed or cut off: that is what this is about

    with Server((host, 0), Answering) as server:
        world.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield world
        finally:
            server.shutdown()
            thread.join()
