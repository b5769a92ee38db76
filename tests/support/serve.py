"""A real web application on a real port, in a thread, for as long as a block lasts."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn

PORTS = range(15_000, 30_000)
"""Below those that the system gives away by itself, to a client or to whoever asks for any."""
PATIENCE = 20.0  # seconds; a bound for a machine under load, not a wait


def free_port() -> int:
    """A port that nobody listens on, nor will by chance; no other test process is given it."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    among = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    own = PORTS[number::among]
    while True:
        port = random.choice(own)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def serving(app: Any, **options: Any) -> Iterator[str]:
    """Serves an ASGI application on loopback and gives its address without a trailing slash."""
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio leaves Nagle's delay on
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_level="error", lifespan="auto", timeout_graceful_shutdown=1, **options
    )
    server = uvicorn.Server(config)
    started = threading.Event()
    startup = server.startup

    async def startup_then_tell(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        started.set()

    server.startup = startup_then_tell  # type: ignore[method-assign]  # uvicorn offers no hook
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    assert started.wait(PATIENCE), "the test application did not start"
    scheme = "https" if options.get("ssl_certfile") else "http"
    try:
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()
