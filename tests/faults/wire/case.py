"""One hostile server: what it does with a connection, and what is due to the run that meets it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from probes import Reason
from probes.wire.resolve import Resolve
from tests.faults.wire.certificates import Vault
from tests.support.targets import Script, read_request

PORTS: dict[str, int] = {}
"""Where each server listens, by the name of its case; full once all of them do."""

Act = bytes | float | Script
"""Bytes are sent, a number is seconds of silence, and a script is played."""

Due = Reason | frozenset[Reason | None] | None
"""What a run must end in: no reason means that it passes; of several, one is enough."""

OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
NO_LENGTH = OK + b"\r\n"
SOON = 0.05  # seconds; lets what was sent arrive before a reset overtakes it


@dataclass(frozen=True, slots=True)
class Case:
    """`big` ones send, or unpack to, far more than anybody should keep."""

    name: str
    script: Script
    due: Due
    _: KW_ONLY
    phase: str = "receive"
    """The last one that was begun; empty where the network decides."""
    said: str = ""
    """Words of the summary."""
    keys: Mapping[str, Any] = field(default_factory=dict)
    """More keys of the probe."""
    tls: Callable[[Vault], ssl.SSLContext] | None = None
    url: str = ""
    """`{port}` stands for the server's own, `{well}` for that of a server that is well."""
    listens: str = "127.0.0.1"
    deaf_at: tuple[str, ...] = ()
    """Addresses where the same port neither takes nor refuses a connection."""
    resolve: Resolve | None = None
    big: bool = False

    @property
    def reasons(self) -> frozenset[Reason | None]:
        return self.due if isinstance(self.due, frozenset) else frozenset({self.due})

    @property
    def is_slow(self) -> bool:
        """Whether the run may only end with its deadline."""
        return any(reason and reason.endswith("timeout") for reason in self.reasons)

    @property
    def address(self) -> str:
        scheme = "https" if self.tls else "http"
        host = f"[{self.listens}]" if ":" in self.listens else self.listens
        return self.url or f"{scheme}://{host}:{{port}}/"


def plays(*acts: Act) -> Script:
    """One act after the other; afterwards the connection is closed in good order."""

    def script(connection: socket.socket) -> None:
        for act in acts:
            match act:
                case bytes():
                    connection.sendall(act)
                case int() | float():
                    time.sleep(act)
                case _:
                    act(connection)

    return script


def says(*acts: Act) -> Script:
    """As `plays`, once a request was read."""
    return plays(_reads, *acts)


def _reads(connection: socket.socket) -> None:
    read_request(connection)


def for_ever(*acts: Act) -> Script:
    """Begins anew whenever it is through, until the other side leaves."""
    once = plays(*acts)

    def script(connection: socket.socket) -> None:
        while True:
            once(connection)

    return script


def drips(data: bytes, pause: float = SOON) -> Script:
    """Byte by byte."""
    return plays(*(act for byte in data for act in (bytes([byte]), pause)))


def hangs_up(connection: socket.socket) -> None:
    """Closes without a farewell, such as TLS asks for."""
    connection.shutdown(socket.SHUT_RDWR)


def is_done(connection: socket.socket) -> None:
    """Sends nothing any more, and goes on listening."""
    connection.shutdown(socket.SHUT_WR)
