"""A state folder with a history, and a daemon that takes orders about it, or none."""

from __future__ import annotations

import asyncio
import fcntl
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from monitor.acts.desk import Desk
from monitor.cli import app
from monitor.clock import SystemClock
from monitor.config import load
from monitor.server import control
from monitor.store import Reader, Writer
from tests.monitor.cli.past import configure, past

DESKS = ("with a daemon", "without one")


class Place:
    """A state folder with a history; the daemon is at work, or is not."""

    def __init__(self, folder: Path) -> None:
        self.config = configure(folder, "web", "signin")
        self.state = folder / "var"
        self.components = '[component.web]\nname = "The web"\nprobes = ["web"]\n'
        self.config.write_text(self.config.read_text() + self.components)

    def trueup(self, *command: str, stdin: str | bytes | None = None) -> Result:
        return CliRunner(env={"COLUMNS": "200", "TERM": "dumb", "SUDO_USER": "ana"}).invoke(
            app, (*command, "--config", str(self.config)), input=stdin
        )

    def json(self, *command: str) -> Any:
        return json.loads(self.trueup(*command, "--json").stdout)


@contextmanager
def at_work(place: Place) -> Iterator[None]:
    """The part of a daemon that takes orders, in a thread."""
    ready, stop = threading.Event(), threading.Event()

    async def serve() -> None:
        writer = Writer(place.state / "trueup.db")
        reader = Reader(place.state / "trueup.db")
        with closing(writer), closing(reader):
            desk = Desk((writer, reader), SystemClock(), lambda: None, str)
            desk.configure(load(place.config))
            async with control.serving(place.state, desk):
                ready.set()
                await asyncio.to_thread(stop.wait)

    with (place.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        assert ready.wait(20)
        yield
        stop.set()
        thread.join(20)


@contextmanager
def a_place(folder: Path, desk: str) -> Iterator[Place]:
    """An incident of `web` is open."""
    found = Place(folder)
    with past(folder, "web", "signin") as story:
        story.breaks("web")
    if desk == DESKS[0]:
        with at_work(found):
            yield found
    else:
        yield found
