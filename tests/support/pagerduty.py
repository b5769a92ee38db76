"""A toy PagerDuty on loopback: Events API v2 with its deduplication, strict about what it is sent,
and misbehaving to order. Nothing in it needs pytest; `python -m tests.support.pagerduty` runs it as
a process of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any, Literal, TextIO

from tests.support.receivers import PATIENCE, Answer, Trouble

BODY_MAX = 512 * 1024
SEVERITIES = ("critical", "error", "warning", "info")
ACTIONS = ("trigger", "acknowledge", "resolve")

Became = Literal["opened", "joined", "acknowledged", "resolved", "dropped"]


@dataclass(frozen=True, slots=True)
class Taken:
    """Takes the event in, and then does *then* instead of confirming it."""

    then: int | Answer | Trouble


Act = int | Answer | Trouble | Taken


@dataclass(frozen=True, slots=True)
class Event:
    """An event that was taken in. `at_s` is seconds on this machine's monotonic clock."""

    action: str
    routing_key: str
    dedup_key: str
    became: Became
    at_s: float
    body: dict[str, Any] = field(repr=False)


@dataclass(slots=True)
class Page:
    """What somebody was woken by, and what became of it."""

    routing_key: str
    dedup_key: str
    triggers: list[dict[str, Any]]
    """The body of every trigger, the one that opened it first."""
    state: Literal["triggered", "acknowledged", "resolved"] = "triggered"


@dataclass(slots=True)
class PagerDuty:
    """`script` is played one act a request; once it is over, what is right is taken in."""

    url: str = ""
    script: deque[Act] = field(default_factory=deque)
    events: list[Event] = field(default_factory=list)
    """Those taken in, in their order."""
    pages: list[Page] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What was refused for its content, in words."""
    requests: int = 0
    journal: TextIO | None = None
    """Where every event is written as it is taken in, a line of JSON each."""
    dawdles: Callable[[], float] = float
    """Seconds that an answer takes, asked once what was sent is taken in."""
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def open(self) -> list[Page]:
        return [page for page in self.pages if page.state != "resolved"]

    def story(self, dedup_key: str) -> list[str]:
        """What was done under a key, in its order."""
        return [event.action for event in self.events if event.dedup_key == dedup_key]

    def state(self) -> dict[str, Any]:
        """All of it, as JSON can say it."""
        with self.lock:
            return {
                "events": [asdict(event) for event in self.events],
                "pages": [asdict(page) for page in self.pages],
                "changes": list(self.changes),
                "wrong": list(self.wrong),
                "requests": self.requests,
            }

    def take(self, body: dict[str, Any]) -> None:
        """As PagerDuty does with an event that is right."""
        action, routing = body["event_action"], body["routing_key"]
        key = body["dedup_key"]
        event = Event(action, routing, key, self._apply(body), time.monotonic(), body)
        self.events.append(event)
        if self.journal is not None:
            print(json.dumps(asdict(event)), file=self.journal, flush=True)

    def _apply(self, body: dict[str, Any]) -> Became:
        action, both = body["event_action"], (body["routing_key"], body["dedup_key"])
        found = [page for page in self.open if (page.routing_key, page.dedup_key) == both]
        if action == "trigger" and not found:
            self.pages.append(Page(*both, triggers=[body]))
            return "opened"
        if not found:
            return "dropped"
        if action == "trigger":
            found[0].triggers.append(body)
            return "joined"
        found[0].state = "resolved" if action == "resolve" else "acknowledged"
        return found[0].state


def faults(body: Any) -> list[str]:
    """What PagerDuty would refuse an event for, or should."""
    if not isinstance(body, dict):
        return ["not an object"]
    found = []
    if len(str(body.get("routing_key", ""))) != 32:
        found.append("routing_key has not 32 characters")
    if body.get("event_action") not in ACTIONS:
        found.append("unknown event_action")
    if not 0 < len(str(body.get("dedup_key", ""))) <= 255:
        found.append("dedup_key is missing or too long")
    if body.get("event_action") == "trigger":
        found += _payload_faults(body.get("payload") or {})
        found += ["a link without href" for each in body.get("links", []) if not each.get("href")]
        images = body.get("images", [])
        found += ["no https image" for each in images if not each["src"].startswith("https://")]
    return found


def _change_faults(body: Any) -> list[str]:
    if not isinstance(body, dict):
        return ["not an object"]
    found = _payload_faults(body.get("payload") or {}, change=True)
    if len(str(body.get("routing_key", ""))) != 32:
        found.append("routing_key has not 32 characters")
    found += ["a link without href" for each in body.get("links", []) if not each.get("href")]
    try:
        datetime.fromisoformat(str((body.get("payload") or {}).get("timestamp", "")))
    except ValueError:
        found.append("timestamp is no instant")
    return found


def _payload_faults(payload: dict[str, Any], *, change: bool = False) -> list[str]:
    found = []
    if not 0 < len(payload.get("summary", "")) <= 1024:
        found.append("summary is missing or too long")
    if not payload.get("source"):
        found.append("source is missing")
    if not change and payload.get("severity") not in SEVERITIES:
        found.append("unknown severity")
    if not isinstance(payload.get("custom_details", {}), dict):
        found.append("custom_details is no object")
    return found


@contextmanager
def pagerduty(*script: Act, port: int = 0, journal: TextIO | None = None) -> Iterator[PagerDuty]:
    """One that serves from a thread; its `script` may be added to while it runs."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        toy = PagerDuty(script=deque(script), journal=journal)
        toy.url = f"http://127.0.0.1:{server.server_address[1]}/v2/enqueue"
        server.toy = toy
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield toy
        finally:
            toy.released.set()
            server.shutdown()
            thread.join(PATIENCE)


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = True
    toy: PagerDuty

    def handle_error(self, *_: Any) -> None:
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: _Server

    def do_GET(self) -> None:
        self._answer(Answer(200, body=json.dumps(self.server.toy.state()).encode()))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        content = self.rfile.read(length)
        if len(content) < length:  # whoever sent it is gone
            self.close_connection = True
            return
        toy = self.server.toy
        with toy.lock:
            toy.requests += 1
            act = toy.script.popleft() if toy.script else None
            if act is None or isinstance(act, Taken):
                answer = self._take(content)
                act = act.then if isinstance(act, Taken) else answer
        time.sleep(toy.dawdles())
        self._do(act)

    def _take(self, content: bytes) -> Answer:
        toy = self.server.toy
        try:
            body = json.loads(content)
        except ValueError:
            body = None
        changes = self.path == "/v2/change/enqueue"
        found = _change_faults(body) if changes else faults(body)
        found += ["too large"] if len(content) > BODY_MAX else []
        found += [] if changes or self.path == "/v2/enqueue" else ["no such path"]
        if found:
            toy.wrong += found
            return Answer(400, body=json.dumps({"status": "invalid event"}).encode())
        if changes:
            toy.changes.append(body)
        else:
            toy.take(body)
        return Answer(202, body=b'{"status":"success","message":"Event processed"}')

    def _do(self, act: int | Answer | Trouble) -> None:
        self.close_connection = True
        match act:
            case int():
                self._answer(Answer(act))
            case Answer():
                self._answer(act)
            case Trouble.THEN_CLOSE | Trouble.HANG_AFTER_200:
                self._answer(Answer(202), promise=1_000)
        if act in (Trouble.HANG, Trouble.HANG_AFTER_200):
            self.server.toy.released.wait(PATIENCE)
        if act is Trouble.RESET:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if isinstance(act, Trouble):
            with contextlib.suppress(OSError):
                self.connection.close()

    def _answer(self, answer: Answer, promise: int | None = None) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(promise or len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        pass


def main() -> None:
    """Prints its address, then serves until standard input ends; a GET gives its whole state."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--port", type=int, default=0)
    asked.add_argument("--journal", type=Path)
    told = asked.parse_args()
    with contextlib.ExitStack() as stack:
        journal = stack.enter_context(told.journal.open("a")) if told.journal else None
        toy = stack.enter_context(pagerduty(port=told.port, journal=journal))
        sys.stdout.write(f"{toy.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
