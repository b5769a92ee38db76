"""All hostile servers, in a process of their own: what they cost is not what the probes cost.

Started with a folder for certificates and, if not all are wanted, names of cases. Prints the ports
as JSON once all listen, and ends when nobody holds its standard input any more.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.faults.wire.case import PORTS, Case
from tests.faults.wire.certificates import Vault
from tests.faults.wire.tables import CASES
from tests.support.targets import hold

PATIENCE = 10.0  # seconds that a script waits for whoever is on the other side
_KEPT: list[socket.socket] = []
Serve = Callable[[socket.socket], None]


def _server(case: Case, context: ssl.SSLContext | None) -> Serve:
    def plain(connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            case.script(connection)

    def encrypted(connection: socket.socket) -> None:
        assert context
        with contextlib.suppress(OSError, ValueError), connection.dup() as raw:
            raw.settimeout(PATIENCE)
            secure = context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
            with secure:
                try:
                    secure.do_handshake()
                except OSError:
                    hold(raw)  # else a reset overtakes the words of refusal
                case.script(secure)
                secure.settimeout(0)  # says farewell, and waits for none
                secure.unwrap()

    return encrypted if context else plain


def _accept(listener: socket.socket, serve: Serve) -> None:
    while True:
        connection, _ = listener.accept()
        connection.settimeout(PATIENCE)
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def _listen(case: Case, vault: Vault) -> int:
    family = socket.AF_INET6 if ":" in case.listens else socket.AF_INET
    listener = socket.create_server((case.listens, 0), family=family, backlog=256)
    context = case.tls(vault) if case.tls else None
    serve = _server(case, context)
    threading.Thread(target=_accept, args=(listener, serve), daemon=True).start()
    port = int(listener.getsockname()[1])
    for address in case.deaf_at:
        _deafen(address, port)
    return port


def _deafen(address: str, port: int) -> None:
    """Fills the queue of connections, so that the next one is neither taken nor refused."""
    listener = socket.create_server((address, port), backlog=0)
    _KEPT.append(listener)
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex((address, port))
        _KEPT.append(filler)


def main(folder: Path, *names: str) -> None:
    vault = Vault(folder)
    for case in CASES:
        if not names or case.name in names:
            PORTS[case.name] = _listen(case, vault)
    print(json.dumps(PORTS), flush=True)  # noqa: T201 - told to whoever started it
    sys.stdin.read()
    os._exit(0)  # whatever is still being said, nobody listens


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
