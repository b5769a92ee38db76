"""What a worker runs: `python …/worker/__main__.py SOCKET FOLDER BROWSER`, started by the daemon.

The driver is started before anything of our own is imported: it takes a quarter of a second to
come up, and everything else fits into that.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import async_playwright

_PR_SET_PDEATHSIG = 1
_THRIFT = "--max-semi-space-size=1"
"""Megabytes for what the driver needs for a moment: it takes 30 MB less so, and no more time."""


@contextmanager
def _for_the_driver(folder: Path) -> Iterator[None]:
    """What Node is told by way of the environment, which nobody else is to find there. It keeps
    what it compiled for the next driver that is started, which comes up a quarter sooner.
    """
    told = {
        "NODE_OPTIONS": f"{os.environ.get('NODE_OPTIONS', '')} {_THRIFT}".strip(),
        "NODE_COMPILE_CACHE": str(folder.parent / "compiled"),
    }
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _die_with_the_daemon() -> None:
    """Where the system can see to it: a journey may let no thread of ours run, to notice."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


async def _main(socket: int, folder: Path, executable: str) -> None:
    with _for_the_driver(folder):
        starting = asyncio.ensure_future(async_playwright().start())
        await asyncio.sleep(0.003)  # until its process is there
    from probes.browser.worker.serving import serve  # noqa: PLC0415 - while the driver starts

    await serve(socket, folder, executable, starting)


if __name__ == "__main__":
    _die_with_the_daemon()
    asyncio.run(_main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
