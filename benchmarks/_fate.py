"""A toy target that fails and heals by its own schedule, drawn beforehand."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

BLIPS: Final = 0.3
BLIP_S: Final = (0.2, 1.5)
SPAN_S: Final = (2.0, 7.0)
ADDRESS: Final = "127.0.0.1"


class Fate:
    """Good and bad spans in turn, some of the bad ones no more than a blip."""

    def __init__(self, dice: random.Random, pace: float = 1.0) -> None:
        """*pace* scales how long the good spans last."""
        self._dice = dice
        self._pace = pace
        self._bad = False
        self._until = time.monotonic() + self._lasts_s()
        self._healed = False
        self._lock = threading.Lock()

    def heal(self) -> None:
        """For good."""
        self._healed = True

    def is_bad(self) -> bool:
        now = time.monotonic()
        with self._lock:
            while now >= self._until:
                self._bad = not self._bad
                self._until += self._lasts_s()
            return self._bad and not self._healed

    def _lasts_s(self) -> float:
        blip = self._bad and self._dice.random() < BLIPS
        return self._dice.uniform(*(BLIP_S if blip else SPAN_S)) * (1 if self._bad else self._pace)


@dataclass(frozen=True, slots=True)
class Target:
    """Each path has a fate of its own."""

    url: str
    fates: Mapping[str, Fate]

    def heal(self) -> None:
        for fate in self.fates.values():
            fate.heal()


@contextmanager
def target(names: Mapping[str, random.Random], pace: float = 1.0) -> Iterator[Target]:
    """Serves `/NAME` for each of *names* from threads of its own."""
    fates = {name: Fate(dice, pace) for name, dice in names.items()}

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            fate = fates.get(self.path.lstrip("/"))
            status = 404 if fate is None else 503 if fate.is_bad() else 200
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            pass

    with ThreadingHTTPServer((ADDRESS, 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield Target(f"http://{ADDRESS}:{server.server_address[1]}", fates)
        finally:
            server.shutdown()
            thread.join()
