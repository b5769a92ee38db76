"""A server that hears of deploys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from monitor import server
from monitor.acts.desk import Desk
from monitor.config.changes import Changes, Deploys, Service
from monitor.config.model import Config
from monitor.server import deploying
from monitor.store import Reader, Writer, deploys
from monitor.store.deploys import Deploy
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe
from tests.support.serve import serving

TOKEN, SECRET = "0123456789abcdef", "s3cr3t-of-the-hook"
BEARER = {"authorization": f"Bearer {TOKEN}"}
BOTH = Deploys(token=TOKEN, secret=SECRET)
GENERIC = {"service": "api", "version": "1.4.2", "by": "ci"}
SENT = json.dumps(GENERIC).encode()


def _config() -> Config:
    api = Service(id="api", name="API", also=("acme/api", "api-deploy"), probes=("signin",))
    return replace(a_config(a_probe("signin")), changes=Changes(services={"api": api}))


class Hook:
    """A server that hears of deploys, and what may be changed while it serves."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.seconds = 0.0
        self.deploys = BOTH
        self.writer = Writer(folder / "trueup.db")
        self.reader = Reader(folder / "trueup.db")
        self.woken = 0
        self.desk = Desk((self.writer, self.reader), self.clock, self._wake, str)
        self.desk.configure(_config())
        self.routes = deploying.routes(self.desk, lambda: self.deploys, lambda: self.seconds)
        self.client = httpx.Client()

    def _wake(self) -> None:
        self.woken += 1

    def post(
        self, given: Any = None, path: str = "", headers: Any = BEARER, **more: Any
    ) -> httpx.Response:
        sent = given if isinstance(given, bytes) else json.dumps(given or GENERIC).encode()
        return self.client.post(f"/hook/deploy{path}", content=sent, headers=headers, **more)

    def kept(self) -> list[Deploy]:
        found: list[Deploy] = self.writer.submit(lambda db: deploys.newest(db, 100)).result(30)
        return found

    def begin_anew(self) -> None:
        """As if nothing had been told, and long after what was asked before."""
        self.deploys, self.woken = BOTH, 0
        self.seconds += 10_000
        self.clock.step(NIGHT - self.clock.now())
        self.writer.submit(lambda db: db.execute("DELETE FROM deploy")).result(30)


@contextmanager
def a_hook(folder: Path) -> Iterator[Hook]:
    found = Hook(folder)
    with (
        closing(found.writer),
        closing(found.reader),
        serving(server.application(folder, found.routes)) as url,
        httpx.Client(base_url=url, timeout=30) as found.client,
    ):
        yield found
