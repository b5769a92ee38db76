"""The daemon in this process, with two ways to harm it from within, one command a line of input:
`step SECONDS` sets the wall clock of the process, `block SECONDS` holds its event loop up.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import time_machine
import uvloop

from monitor.config import load
from monitor.daemon import Daemon
from monitor.log import configure

Step = Callable[[float], None]


def main() -> None:
    """Begins with the first line of its input, whatever that says."""
    print("here", flush=True)
    sys.stdin.readline()
    with time_machine.travel(time.time(), tick=True) as moved:  # noqa: TID251 - it is what is set
        uvloop.run(_serve(Path(sys.argv[1]), moved.shift))


async def _serve(path: Path, step: Step) -> None:
    daemon = Daemon(path, load(path))
    configure(json=True, scrub=daemon.scrub, level="DEBUG")
    obey = partial(_obey, daemon, asyncio.get_running_loop(), step)
    threading.Thread(target=obey, daemon=True).start()
    await daemon.run()


def _obey(daemon: Daemon, loop: asyncio.AbstractEventLoop, step: Step) -> None:
    """Until the input ends, and the daemon with it."""
    for line in sys.stdin:
        command, _, seconds = line.partition(" ")
        act = step if command == "step" else time.sleep
        loop.call_soon_threadsafe(act, float(seconds))
    with contextlib.suppress(RuntimeError):  # it has ended already
        loop.call_soon_threadsafe(daemon.stop)


if __name__ == "__main__":
    main()
