"""Configurations of many probes: of a target that is well, of one that never answers, and of names
that nobody resolves.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from benchmarks._site import MARK, Site
from probes.settings import write_duration

WELL: Final = "well"
HANGS: Final = "hangs"
LOST: Final = "lost"
IN_A_FILE: Final = 2_000
"""Probes; a file may not be larger than a mebibyte."""
_ADDRESS: Final = "127.0.0.1"
_HEAD: Final = """\
[trueup]
state = "state"
include = ["*.more.toml"]
[defaults]
every = "{every}"
timeout = "{timeout}"
confirm = []
"""
_WELL: Final = """\
[probe.{id}]
kind = "http"
url = "{url}{id}"
expect.status = 200
expect.contains = "{mark}"
"""
_HANGS: Final = """\
[probe.{id}]
kind = "http"
url = "{url}"
"""
_LOST: Final = """\
[probe.{id}]
kind = "http"
url = "http://{id}.example.org/"
resolver = "{resolver}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """How many probes of each sort. Their ids begin with the sort, as in `well-17`."""

    well: int
    hangs: int = 0
    lost: int = 0
    every_s: float
    timeout_s: float = 10.0

    @property
    def ids(self) -> list[str]:
        sorts = {WELL: self.well, HANGS: self.hangs, LOST: self.lost}
        return [f"{sort}-{number}" for sort, many in sorts.items() for number in range(many)]


@contextmanager
def configured(path: Path, many: Many, site: Site, scheme: str = "plain") -> Iterator[None]:
    """Writes the configuration to *path*. What hangs, hangs for as long as the block lasts."""
    with contextlib.ExitStack() as stack:
        silence = stack.enter_context(silent()) if many.hangs else ""
        nobody = stack.enter_context(nameless()) if many.lost else ""
        texts = {
            WELL: _WELL.replace("{url}", site.urls[scheme]).replace("{mark}", MARK),
            HANGS: _HANGS.replace("{url}", silence),
            LOST: _LOST.replace("{resolver}", nobody),
        }
        if scheme == "tls":
            texts[WELL] += f'tls.ca = "{site.authority}"\n'
        head = _HEAD.format(every=_written(many.every_s), timeout=_written(many.timeout_s))
        path.write_text(head)
        tables = [texts[i.partition("-")[0]].replace("{id}", i) for i in many.ids]
        for first in range(0, len(tables), IN_A_FILE):
            more = path.with_name(f"{first}.more.toml")
            more.write_text("".join(tables[first : first + IN_A_FILE]))
        yield


def _written(seconds: float) -> str:
    return write_duration(timedelta(seconds=seconds))


@contextmanager
def nameless() -> Iterator[str]:
    """The address of a name server that never says a word."""
    with socket.socket(type=socket.SOCK_DGRAM) as deaf:
        deaf.bind((_ADDRESS, 0))
        yield f"{_ADDRESS}:{deaf.getsockname()[1]}"


@contextmanager
def silent() -> Iterator[str]:
    """The address of a web server that takes every connection and never answers."""
    with socket.create_server((_ADDRESS, 0), backlog=1024) as listener:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=_listen, args=(loop, listener), daemon=True)
        thread.start()
        try:
            yield f"http://{_ADDRESS}:{listener.getsockname()[1]}/"
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


def _listen(loop: asyncio.AbstractEventLoop, listener: socket.socket) -> None:
    server = loop.run_until_complete(asyncio.start_server(_say_nothing, sock=listener))
    loop.run_forever()
    server.close()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(4096):
            pass
    writer.close()
