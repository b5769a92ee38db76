"""Servers that speak HTTP/2, to the letter or nearly, as scripts for `tests.support.targets`."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded

from tests.support.targets import Script, hold

Act = Callable[["Spoken"], None]
OK = [(":status", "200"), ("content-type", "text/plain")]


def offering(context: ssl.SSLContext, *protocols: str) -> ssl.SSLContext:
    context.set_alpn_protocols(list(protocols or ("h2",)))
    return context


@dataclass
class Spoken:
    """One request that has come in whole, and the connection that it came over."""

    connection: socket.socket
    h2: H2Connection
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def flush(self) -> None:
        self.connection.sendall(self.h2.data_to_send())

    def answer(self, body: bytes = b"", headers: list[tuple[str, str]] | None = None) -> None:
        """Decently: whoever left at once could take back what is still on its way."""
        self.h2.send_headers(1, headers or OK, end_stream=not body)
        while body:
            size = min(self.h2.local_flow_control_window(1), self.h2.max_outbound_frame_size)
            if size:
                piece, body = body[:size], body[size:]
                self.h2.send_data(1, piece, end_stream=not body)
                self.flush()
            else:
                self.h2.receive_data(_more(self.connection))
        self.flush()
        hold(self.connection)


def http2(act: Act) -> Script:
    """Reads a request, and acts. What it says is not looked at: it may be nonsense."""

    def script(connection: socket.socket) -> None:
        lenient = H2Configuration(
            client_side=False,
            header_encoding="utf-8",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        spoken = Spoken(connection, H2Connection(lenient))
        spoken.h2.initiate_connection()
        spoken.flush()
        while not _is_whole(spoken, spoken.h2.receive_data(_more(connection))):
            spoken.flush()
        spoken.flush()
        act(spoken)

    return script


def _is_whole(spoken: Spoken, events: list[Event]) -> bool:
    for event in events:
        match event:
            case RequestReceived(headers=headers):
                spoken.headers = {str(name): str(value) for name, value in headers}
            case DataReceived(data=data, flow_controlled_length=length):
                spoken.body += data
                spoken.h2.acknowledge_received_data(length, 1)
    return any(isinstance(event, StreamEnded) for event in events)


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError
    return data
