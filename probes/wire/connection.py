"""One connected socket, with or without TLS, in the loop.

Sockets are read and written here, and not by the loop's own transports: so every phase ends when
it does, a hundred addresses can be tried at once, and it fails in one way on every kind of loop.
TLS is done over memory for the same reasons.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Final, Protocol

_PIECE: Final = 32 * 1024
_AT_ONCE: Final = 8
_RECORD: Final = 16 * 1024
_UNREAD: Final = 1 << 20
"""Bytes of our side of TLS that wait for the other side to read."""


class Listener(Protocol):
    """Who is told of what happens on a connection. It may close the connection at any time."""

    def agreed(self) -> None:
        """On TLS."""

    def refused(self, error: ssl.SSLError) -> None:
        """There is no agreement on TLS."""

    def sent(self) -> None:
        """Everything has left."""

    def arrived(self, data: bytes) -> None:
        """In clear."""

    def ended(self, error: OSError | None) -> None:
        """By the other side; in good order when there is no error."""

    def broke(self, error: Exception) -> None:
        """By a mistake of our own."""


class Deaf:
    """Whom a closed connection tells: nobody."""

    __slots__ = ()

    def agreed(self) -> None: ...

    def refused(self, error: ssl.SSLError) -> None: ...

    def sent(self) -> None: ...

    def arrived(self, data: bytes) -> None: ...

    def ended(self, error: OSError | None) -> None: ...

    def broke(self, error: Exception) -> None: ...


_DEAF: Final = Deaf()


class Connection:
    """Owns a connected, non-blocking socket on the running `loop`, and tells `listener`."""

    __slots__ = (
        *("_agreed", "_asking", "_error", "_fd", "_incoming", "_outgoing", "_sock", "_unsent"),
        *("address", "listener", "loop", "tls"),
    )

    def __init__(self, sock: socket.socket, address: str, listener: Listener) -> None:
        self.address = address
        self.listener: Listener = listener
        self.tls: ssl.SSLObject | None = None
        self._sock = sock
        self._fd = sock.fileno()
        self.loop = asyncio.get_running_loop()
        self._unsent = bytearray()
        self._error: OSError | None = None
        """That sending met: the socket tells it once, and reads as ended in good order after it."""
        self._agreed = self._asking = False
        self.loop.add_reader(self._fd, self._readable)

    @property
    def closed(self) -> bool:
        return self._fd < 0

    @property
    def sending(self) -> bool:
        """Whether something has not left yet."""
        return bool(self._unsent)

    @property
    def quiet(self) -> bool:
        """Whether it is open on both sides, and nothing has come that nobody asked for."""
        try:
            self._sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return not self.closed
        except OSError:
            return False
        return False

    def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Begins to agree on TLS with who has to be *name*."""
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._shake_hands(self.tls)

    def send(self, data: bytes) -> None:
        """Tells the listener when all of it has left."""
        self._asking = True
        if self.tls is not None:
            with suppress(ssl.SSLError):  # ended by the other side already: reading tells how
                self.tls.write(data)
            data = self._outgoing.read()
        self._push(data)
        if not self._unsent:
            self.listener.sent()

    def close(self) -> None:
        """At once: nothing more is wanted, and a slow farewell costs a socket."""
        if self._fd >= 0:
            self.loop.remove_reader(self._fd)
            if self._unsent:
                self.loop.remove_writer(self._fd)
            self._fd = -1
            self._sock.close()
            self.listener = _DEAF

    # What the loop calls

    def _readable(self) -> None:
        """Takes all there is: after an error on the socket, uvloop does not call again."""
        try:
            for _ in range(_AT_ONCE):
                if self._fd < 0 or not self._read():
                    return
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it is
            self.listener.broke(error)
        else:
            self.loop.call_soon(self._readable)  # after the others

    def _writable(self) -> None:
        try:
            gone = self._sock.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:  # told by reading, after whatever came before that
            self._error = error
            gone = len(self._unsent)
        del self._unsent[:gone]
        if not self._unsent:
            self.loop.remove_writer(self._fd)
            if self._asking:
                self.listener.sent()

    def _read(self) -> bool:
        """Whether there may be more."""
        try:
            data = self._sock.recv(_PIECE)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            self.listener.ended(error)
            return False
        if self._error is not None and not data:
            self.listener.ended(self._error)
        elif self.tls is not None:
            self._decipher(self.tls, data)
        elif data:
            self.listener.arrived(data)
        else:
            self.listener.ended(None)
        return bool(data)

    def _push(self, data: bytes) -> None:
        """Sends as much as goes now, and the rest when it can."""
        if self._unsent:
            self._unsent += data
            return
        try:
            gone = self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            gone = 0
        except OSError as error:  # told by reading, after whatever came before that
            self._error = error
            return
        if gone < len(data):
            self._unsent += memoryview(data)[gone:]
            self.loop.add_writer(self._fd, self._writable)

    # TLS

    def _shake_hands(self, tls: ssl.SSLObject) -> None:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            self._flush()  # tells the other side why
            self.listener.refused(error)
        else:
            self._agreed = True
            self.listener.agreed()  # which sends, together with our last word of the handshake
            self._flush()

    def _decipher(self, tls: ssl.SSLObject, data: bytes) -> None:
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        if not self._agreed:
            self._shake_hands(tls)
        if self._agreed and (self._incoming.pending or not data):
            self._decrypt(tls)

    def _decrypt(self, tls: ssl.SSLObject) -> None:
        try:
            while not self.closed and (data := tls.read(_RECORD)):
                self.listener.arrived(data)
            if not self.closed:
                self.listener.ended(None)
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLZeroReturnError:
            self.listener.ended(None)
        except ssl.SSLError as error:
            self.listener.ended(error)

    def _flush(self) -> None:
        if self._outgoing.pending and not self.closed:
            self._push(self._outgoing.read())
            if len(self._unsent) > _UNREAD:
                self.listener.ended(ConnectionAbortedError("it never reads"))
