"""Serves the practice site until somebody says stop, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from practice.app import create_app
from practice.trouble import RAW

GRACE_SECONDS: Final = 1
MOST_CONNECTIONS: Final = 512


class PortInUse(OSError):
    """Somebody else listens there. The message is one line for a person."""


class RawHttp(HttpToolsProtocol):
    """HTTP, with an ASGI extension for an application that wants to send something else."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {RAW: {"write_and_close": self._write_and_close}}

    def _write_and_close(self, content: bytes) -> None:
        self.transport.write(content)
        self.transport.close()


class _Server(uvicorn.Server):
    """Ends as asked without raising the signal a second time, which would end the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        wanted = (signal.SIGINT, signal.SIGTERM)
        before = {sign: signal.signal(sign, self.handle_exit) for sign in wanted}
        try:
            yield
        finally:
            for sign, previous in before.items():
                signal.signal(sign, previous)


def serve(
    *,
    host: str,
    port: int,
    state: Path,
    faults: Iterable[str] = (),
    until_stdin_closes: bool = False,
) -> None:
    """Blocks until SIGTERM or SIGINT, or the end of standard input where that is asked for.

    Stops within 2 s whatever hangs. Raises PortInUse, OSError and, for a fault that does not
    exist, ValueError.
    """
    with listening(host, port) as listener:
        run(listener, state, faults, until_stdin_closes=until_stdin_closes)


def listening(host: str, port: int) -> socket.socket:
    """Raises PortInUse, and OSError where the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUse(
            f"{host}:{port} is in use; stop what listens there or choose another port"
        ) from None
    # Handed on to every connection. asyncio sees to it only for sockets that it made itself, and
    # without it an answer in two pieces waits 40 ms for the client's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def run(
    listener: socket.socket, state: Path, faults: Iterable[str], *, until_stdin_closes: bool
) -> None:
    """As `serve`, on a socket that listens already."""
    config = uvicorn.Config(
        create_app(state, faults),
        http=RawHttp,
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    if until_stdin_closes:
        threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def _stop_at_end_of_input(server: uvicorn.Server) -> None:
    # The file descriptor, because a thread inside sys.stdin would block the interpreter's end.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    server.should_exit = True
